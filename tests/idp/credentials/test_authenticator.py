"""Codes of an authenticator app: good for a moment, once, and only for their owner (A16, RFC 6238)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
from sqlalchemy import select, update

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.infra.sealing import Unreadable
from core.infra.secret import Secret
from core.people.identifiers import PersonId
from idp.credentials import authenticator, factors, recovery_codes
from idp.credentials.authenticator import AuthenticatorCodeUsed, WrongAuthenticatorCode
from idp.credentials.tables import AuthenticatorRow
from tests.idp.credentials.factor_racers import PLACE, SECRET, authenticator_in_process, by_authenticator
from tests.idp.credentials.mailed_code_racers import race
from tests.support.factors import code_at, with_authenticator
from tests.support.tools import a_person

# The test vectors of RFC 6238 appendix B for SHA-1, of which apps show the last six digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}


@pytest.fixture
def anna(database: Database, clock: FixedClock) -> PersonId:
    """Create Anna."""
    with database.transaction() as session:
        return a_person(session, "anna.peeters", now=clock.now())


def check(database: Database, person_id: PersonId, typed: str, now: datetime) -> None:
    with database.transaction() as session:
        authenticator.check(session, person_id, typed, secret=SECRET, now=now)


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES.items())
def test_codes_are_those_of_the_specification(database: Database, anna: PersonId, seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)

    with database.transaction() as session:
        authenticator.confirm(session, anna, RFC_SECRET, code, secret=SECRET, place=PLACE, now=now)

    with database.reading() as session:
        assert authenticator.confirmed_at(session, anna) == now


def test_a_wrong_code_confirms_nothing(database: Database, anna: PersonId, clock: FixedClock) -> None:
    shared = authenticator.new_shared_secret()
    wrong = f"{(int(code_at(shared, clock.now())) + 1) % 1_000_000:06}"

    with pytest.raises(WrongAuthenticatorCode), database.transaction() as session:
        authenticator.confirm(session, anna, shared, wrong, secret=SECRET, place=PLACE, now=clock.now())

    with database.reading() as session:
        assert not factors.has_second_factor(session, anna)
        assert session.scalars(select(OutboxRow)).all() == []


def test_the_code_that_confirmed_cannot_sign_in(database: Database, anna: PersonId, clock: FixedClock) -> None:
    shared = authenticator.new_shared_secret()
    code = code_at(shared, clock.now())
    with database.transaction() as session:
        authenticator.confirm(session, anna, shared, code, secret=SECRET, place=PLACE, now=clock.now())

    with pytest.raises(AuthenticatorCodeUsed):
        check(database, anna, code, clock.now())


@pytest.mark.parametrize("steps", [0, 1])
def test_a_clock_may_be_half_a_minute_off(database: Database, anna: PersonId, clock: FixedClock, steps: int) -> None:
    shared, _ = with_authenticator(database, SECRET, anna, now=clock.now())

    check(database, anna, code_at(shared, clock.now(), steps=steps), clock.now())


def test_a_clock_may_be_half_a_minute_late(database: Database, anna: PersonId, clock: FixedClock) -> None:
    shared, _ = with_authenticator(database, SECRET, anna, now=clock.now())
    clock.advance(timedelta(minutes=2))

    check(database, anna, code_at(shared, clock.now(), steps=-1), clock.now())


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_clock_may_not_be_a_minute_off(database: Database, anna: PersonId, clock: FixedClock, steps: int) -> None:
    shared, _ = with_authenticator(database, SECRET, anna, now=clock.now())
    clock.advance(timedelta(minutes=5))

    with pytest.raises(WrongAuthenticatorCode):
        check(database, anna, code_at(shared, clock.now(), steps=steps), clock.now())


def test_a_code_is_good_once(database: Database, anna: PersonId, clock: FixedClock) -> None:
    shared, _ = with_authenticator(database, SECRET, anna, now=clock.now())
    code = code_at(shared, clock.now())
    check(database, anna, code, clock.now())

    with pytest.raises(AuthenticatorCodeUsed):
        check(database, anna, code, clock.now())


def test_after_a_code_the_ones_before_it_are_worth_nothing(
    database: Database, anna: PersonId, clock: FixedClock
) -> None:
    shared, _ = with_authenticator(database, SECRET, anna, now=clock.now())
    clock.advance(timedelta(minutes=5))
    check(database, anna, code_at(shared, clock.now(), steps=1), clock.now())

    for steps in (0, -1):
        with pytest.raises(AuthenticatorCodeUsed):
            check(database, anna, code_at(shared, clock.now(), steps=steps), clock.now())


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "1234567",
        "abcdef",
        "".join(map(chr, range(0xFF11, 0xFF17))),
        "12 34 5",
        "-12345",
        "1" * 5000,
        "\x00" * 6,
        "²²²²²²",
    ],
)
def test_what_is_no_code_is_wrong(database: Database, anna: PersonId, clock: FixedClock, typed: str) -> None:
    with_authenticator(database, SECRET, anna, now=clock.now())

    with pytest.raises(WrongAuthenticatorCode):
        check(database, anna, typed, clock.now())


def test_spaces_do_not_matter(database: Database, anna: PersonId, clock: FixedClock) -> None:
    shared, _ = with_authenticator(database, SECRET, anna, now=clock.now())
    code = code_at(shared, clock.now())

    check(database, anna, f" {code[:3]} {code[3:]} ", clock.now())


def test_whoever_has_no_authenticator_has_no_right_code(database: Database, anna: PersonId, clock: FixedClock) -> None:
    with pytest.raises(WrongAuthenticatorCode):
        check(database, anna, "123456", clock.now())


def test_the_secret_is_stored_sealed_and_for_its_owner(database: Database, anna: PersonId, clock: FixedClock) -> None:
    shared, _ = with_authenticator(database, SECRET, anna, now=clock.now())
    with database.transaction() as session:
        bert = a_person(session, "bert.janssens", now=clock.now())
    with_authenticator(database, SECRET, bert, now=clock.now())

    with database.transaction() as session:
        sealed = session.scalars(select(AuthenticatorRow).where(AuthenticatorRow.person_id == anna)).one().sealed_secret
        theirs = update(AuthenticatorRow).where(AuthenticatorRow.person_id == bert)
        session.execute(theirs.values(sealed_secret=sealed, last_step=None))

    assert shared not in sealed
    with pytest.raises(Unreadable):
        check(database, bert, code_at(shared, clock.now()), clock.now())


def test_another_secret_of_the_installation_opens_nothing(
    database: Database, anna: PersonId, clock: FixedClock
) -> None:
    shared, _ = with_authenticator(database, Secret("x" * 40), anna, now=clock.now())

    with pytest.raises(Unreadable):
        check(database, anna, code_at(shared, clock.now()), clock.now())


def test_of_many_who_type_one_code_at_once_one_succeeds(database: Database, anna: PersonId, clock: FixedClock) -> None:
    shared, _ = with_authenticator(database, SECRET, anna, now=clock.now())
    code, barrier = code_at(shared, clock.now()), Barrier(6)

    def act(_: int) -> str:
        barrier.wait()
        return by_authenticator(database, anna, code)

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(act, range(6)))

    assert sorted(said) == ["authenticator-code-used"] * 5 + ["right"]


def test_of_many_processes_that_enter_one_code_one_succeeds(
    database: Database, database_url: str, anna: PersonId, clock: FixedClock
) -> None:
    shared, _ = with_authenticator(database, SECRET, anna, now=clock.now())
    code = code_at(shared, clock.now())

    said = race(authenticator_in_process, database_url, anna, (code,) * 3, processes=3)

    assert sorted(said) == ["authenticator-code-used"] * 8 + ["right"]


def test_a_new_authenticator_takes_the_place_of_the_old_one(
    database: Database, anna: PersonId, clock: FixedClock
) -> None:
    old, codes = with_authenticator(database, SECRET, anna, now=clock.now())
    clock.advance(timedelta(minutes=5))
    new, more_codes = with_authenticator(database, SECRET, anna, now=clock.now())

    assert (len(codes), more_codes) == (10, ())
    with pytest.raises(WrongAuthenticatorCode):
        check(database, anna, code_at(old, clock.now()), clock.now())
    check(database, anna, code_at(new, clock.now()), clock.now())


def test_removing_it_leaves_the_password_alone_and_voids_recovery_codes(
    database: Database, anna: PersonId, clock: FixedClock
) -> None:
    with_authenticator(database, SECRET, anna, now=clock.now())

    for _ in range(2):  # a second time changes nothing
        with database.transaction() as session:
            authenticator.remove(session, anna, place=PLACE, now=clock.now())

    with database.reading() as session:
        assert not factors.has_second_factor(session, anna)
        assert recovery_codes.left(session, anna).number == 0
        removals = session.scalars(select(AuditRow).where(AuditRow.action == "authenticator-removed")).all()
        assert [(row.actor_id, row.subject_id) for row in removals] == [(anna, anna)]


def test_its_owner_is_told_of_each_change(database: Database, anna: PersonId, clock: FixedClock) -> None:
    with_authenticator(database, SECRET, anna, now=clock.now())
    with database.transaction() as session:
        authenticator.remove(session, anna, place=PLACE, now=clock.now())

    with database.reading() as session:
        mails = [row.body for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]
    assert [mail["template"] for mail in mails] == ["authenticator-added", "authenticator-removed"]
    assert {mail["address"] for mail in mails} == {"anna.peeters@people.example"}
    said = {"when": "2 November 2026, 10:00", "browser": "Firefox", "system": "Linux", "network": "192.0.2.1"}
    assert [mail["values"] for mail in mails] == [said, said]


def test_the_app_is_told_whose_code_it_is() -> None:
    shared = authenticator.new_shared_secret()

    uri = urlsplit(authenticator.key_uri(shared, "anna.peeters"))

    assert (uri.scheme, uri.netloc, unquote(uri.path)) == ("otpauth", "totp", "/Immo-Connect:anna.peeters")
    # Digits, period and algorithm are left at what every app takes them for.
    assert parse_qs(uri.query) == {"secret": [shared], "issuer": ["Immo-Connect"]}
    assert len(pyotp.TOTP(shared).byte_secret()) == 20
