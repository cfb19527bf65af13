"""Accounts of the older tools become ours: once each, with what their owners know."""

import hashlib
from collections.abc import Mapping

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.people.old_accounts import Refusal
from core.people.profiles import NewPerson, create, find_for_sign_in, person_facts
from core.people.tables import PersonRow
from idp.credentials import passwords
from idp.credentials.account_import import AccountImport, Remark, Report
from idp.credentials.tables import PasswordRow

TOOLS = frozenset({"romi", "cibweb"})
WEAK = f"sha1$NaCl${hashlib.new('sha1', b'NaClGeheim-2019', usedforsecurity=False).hexdigest()}"


def row(**changed: str) -> dict[str, str]:
    good = {
        "tool": "romi",
        "external_id": "1",
        "username": "jan.peeters",
        "email": "jan@example.be",
        "email_verified": "yes",
        "given_name": "Jan",
        "family_name": "Peeters",
        "language": "nl",
        "password_hash": WEAK,
    }
    return {**good, **changed}


def run(database: Database, clock: FixedClock, *rows: Mapping[str, str], is_dry_run: bool = False) -> Report:
    numbered = list(enumerate(rows, start=2))
    return AccountImport(database, TOOLS, clock.now(), is_dry_run=is_dry_run).run(numbered)


def people(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(PersonRow.username)))


def test_an_account_keeps_name_address_and_password(database: Database, clock: FixedClock) -> None:
    report = run(database, clock, row())

    assert [line.username for line in report.imported] == ["jan.peeters"]
    with database.reading() as session:
        record = find_for_sign_in(session, "jan@example.be")
        assert record is not None
        assert (record.email_verified, record.terms_accepted) == (True, False)
        hashed = passwords.stored_hash(session, record.person_id)
        facts = person_facts(session, record.person_id)
    assert passwords.verify(hashed, "Geheim-2019").is_right
    assert facts is not None
    assert (facts.given_name, facts.family_name, facts.email) == ("Jan", "Peeters", "jan@example.be")


def test_a_weak_hash_is_nowhere_in_the_database(database: Database, clock: FixedClock) -> None:
    report = run(database, clock, row())

    with database.reading() as session:
        (stored,) = session.scalars(select(PasswordRow.hash)).all()
    assert stored.startswith("wrapped$")
    assert WEAK.rpartition("$")[2] not in stored
    assert len(report.with_remark(Remark.PASSWORD_WRAPPED)) == 1


def test_importing_again_changes_nothing(database: Database, clock: FixedClock) -> None:
    run(database, clock, row())

    report = run(database, clock, row(username="another.name"), row(external_id="2", username="an.claes", email=""))

    assert ([line.number for line in report.known], [line.number for line in report.imported]) == ([2], [3])
    assert people(database) == ["an.claes", "jan.peeters"]
    with database.reading() as session:
        assert session.scalars(select(AuditRow.action)).all() == ["person-imported"] * 2


def test_a_dry_run_says_the_same_and_writes_nothing(database: Database, clock: FixedClock) -> None:
    rows = (row(), row(external_id="2"), row(external_id="3", username="has space"))

    dry = run(database, clock, *rows, is_dry_run=True)

    assert people(database) == []
    assert dry == run(database, clock, *rows)


def test_short_names_and_names_like_addresses_stay(database: Database, clock: FixedClock) -> None:
    run(
        database,
        clock,
        row(username="jp", email=""),
        row(external_id="2", username="jp@old.example", email=""),
    )

    assert people(database) == ["jp", "jp@old.example"]


def test_a_taken_name_gets_its_tool_behind_it_and_is_reported(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        create(session, NewPerson("Jan.Peeters", "other@example.be", "Jan", "Peeters", "nl"), now=clock.now())

    report = run(database, clock, row(), row(tool="cibweb", email=""), row(external_id="2", email=""))

    assert people(database) == ["Jan.Peeters", "jan.peeters.cibweb", "jan.peeters.romi", "jan.peeters.romi.2"]
    assert len(report.with_remark(Remark.USERNAME_CHANGED)) == 3


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((row(), row(tool="cibweb", username="second", email="JAN@example.be")), id="met twice"),
        pytest.param((row(email_verified="no"),), id="never proven"),
    ],
)
def test_an_address_that_is_not_surely_theirs_is_asked_again(
    database: Database, clock: FixedClock, rows: tuple[Mapping[str, str], ...]
) -> None:
    report = run(database, clock, *rows)

    assert len(report.with_remark(Remark.ADDRESS_TO_BE_ASKED)) == len(rows)
    with database.reading() as session:
        assert find_for_sign_in(session, "jan@example.be") is None
        found = find_for_sign_in(session, "jan.peeters")
        assert found is not None
        assert not found.email_verified


def test_an_address_of_somebody_here_stays_theirs(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        here = NewPerson("somebody", "jan@example.be", "Jan", "Peeters", "nl")
        owner = create(session, here, email_verified=True, now=clock.now())

    run(database, clock, row())

    with database.reading() as session:
        found = find_for_sign_in(session, "jan@example.be")
        assert found is not None
        assert found.person_id == owner


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"tool": "unheard-of"}, Refusal.UNKNOWN_TOOL),
        ({"external_id": " "}, Refusal.NO_EXTERNAL_ID),
        ({"username": ""}, Refusal.BAD_USERNAME),
        ({"username": "a\x00b"}, Refusal.BAD_USERNAME),
        ({"username": "x" * 101}, Refusal.BAD_USERNAME),
        ({"email": "nowhere"}, Refusal.BAD_EMAIL),
        ({"email_verified": "maybe"}, Refusal.BAD_VERIFIED),
        ({"given_name": "x" * 201}, Refusal.BAD_NAME),
        ({"language": "de"}, Refusal.BAD_LANGUAGE),
        ({"password_hash": "plain text"}, Refusal.BAD_PASSWORD_HASH),
    ],
)
def test_a_bad_line_is_refused_and_the_others_are_not(
    database: Database, clock: FixedClock, changed: dict[str, str], reason: Refusal
) -> None:
    report = run(database, clock, row(**changed), row(external_id="2", username="good.one", email=""))

    assert [(line.number, line.refusal) for line in report.refused] == [(2, reason)]
    assert people(database) == ["good.one"]


def test_the_same_account_twice_in_a_file_is_refused_the_second_time(database: Database, clock: FixedClock) -> None:
    report = run(database, clock, row(), row(username="again"))

    assert [(line.number, line.refusal) for line in report.refused] == [(3, Refusal.TWICE)]


def test_thousands_come_in_batches_of_few_statements(database: Database, clock: FixedClock) -> None:
    rows = [row(external_id=str(n), username=f"user.{n}", email="", password_hash="") for n in range(1_200)]

    report = run(database, clock, *rows)

    assert len(report.imported) == 1_200
    assert len(report.with_remark(Remark.NO_PASSWORD)) == 1_200
