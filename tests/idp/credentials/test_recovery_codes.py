"""Recovery codes: ten, each good once, kept where nobody can read them (A16)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.infra.secret import Secret
from core.people.identifiers import PersonId
from idp.credentials import recovery_codes
from idp.credentials.recovery_codes import FEW, HOW_MANY, WrongRecoveryCode
from idp.credentials.tables import RecoveryCodeRow
from tests.idp.credentials.factor_racers import PLACE, SECRET, by_recovery_code, recovery_codes_in_process
from tests.idp.credentials.mailed_code_racers import race
from tests.support.tools import a_person


@pytest.fixture
def anna(database: Database, clock: FixedClock) -> PersonId:
    """Create Anna."""
    with database.transaction() as session:
        return a_person(session, "anna.peeters", now=clock.now())


@pytest.fixture
def codes(database: Database, anna: PersonId, clock: FixedClock) -> tuple[str, ...]:
    """Return the codes that were made for Anna."""
    with database.transaction() as session:
        return recovery_codes.make(session, anna, secret=SECRET, now=clock.now())


def use(database: Database, person_id: PersonId, typed: str, clock: FixedClock) -> int:
    with database.transaction() as session:
        return recovery_codes.use(session, person_id, typed, secret=SECRET, place=PLACE, now=clock.now())


def test_there_are_ten_and_each_can_be_read_aloud(codes: tuple[str, ...]) -> None:
    assert len(set(codes)) == HOW_MANY == 10
    assert all(re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{5}-[2-9A-HJKMNP-TV-Z]{5}", code) for code in codes)


def test_each_works_once(database: Database, anna: PersonId, clock: FixedClock, codes: tuple[str, ...]) -> None:
    left = [use(database, anna, code, clock) for code in codes]

    assert left == list(range(9, -1, -1))
    for code in codes:
        with pytest.raises(WrongRecoveryCode):
            use(database, anna, code, clock)


@pytest.mark.parametrize("written", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code}\n"])
def test_how_it_is_written_does_not_matter(
    database: Database, anna: PersonId, clock: FixedClock, codes: tuple[str, ...], written: object
) -> None:
    assert callable(written)
    assert use(database, anna, written(codes[3]), clock) == 9


@pytest.mark.parametrize("typed", ["", "-", "ABCDE-FGHJK", "\x00", "é" * 40_000])
def test_what_is_no_code_is_wrong(
    database: Database, anna: PersonId, clock: FixedClock, codes: tuple[str, ...], typed: str
) -> None:
    with pytest.raises(WrongRecoveryCode):
        use(database, anna, typed, clock)


def test_a_code_is_its_owners_alone(
    database: Database, clock: FixedClock, anna: PersonId, codes: tuple[str, ...]
) -> None:
    with database.transaction() as session:
        bert = a_person(session, "bert.janssens", now=clock.now())
        recovery_codes.make(session, bert, secret=SECRET, now=clock.now())

    with pytest.raises(WrongRecoveryCode):
        use(database, bert, codes[0], clock)


def test_nothing_that_is_stored_tells_a_code(database: Database, codes: tuple[str, ...], clock: FixedClock) -> None:
    with database.transaction() as session:
        others = recovery_codes.make(
            session, a_person(session, "bert.janssens", now=clock.now()), secret=Secret("y" * 40), now=clock.now()
        )
        stored = session.scalars(select(RecoveryCodeRow.mac)).all()

    assert len(set(stored)) == 20
    for code in (*codes, *others):
        assert not any(code in mac or code.replace("-", "") in mac.upper() for mac in stored)


def test_new_ones_void_the_old_ones(
    database: Database, anna: PersonId, clock: FixedClock, codes: tuple[str, ...]
) -> None:
    with database.transaction() as session:
        new = recovery_codes.renew(session, anna, secret=SECRET, place=PLACE, now=clock.now())

    with pytest.raises(WrongRecoveryCode):
        use(database, anna, codes[0], clock)
    assert use(database, anna, new[0], clock) == 9


def test_of_many_who_type_one_code_at_once_one_succeeds(
    database: Database, anna: PersonId, codes: tuple[str, ...]
) -> None:
    barrier = Barrier(6)

    def act(_: int) -> str:
        barrier.wait()
        return by_recovery_code(database, anna, codes[0])

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(act, range(6)))

    assert sorted(said) == ["right"] + ["wrong-recovery-code"] * 5


def test_of_many_processes_that_enter_the_same_codes_each_code_succeeds_once(
    database: Database, database_url: str, anna: PersonId, codes: tuple[str, ...]
) -> None:
    said = race(recovery_codes_in_process, database_url, anna, codes, processes=3)

    assert sorted(said) == ["right"] * 10 + ["wrong-recovery-code"] * 20


def test_its_owner_is_told_when_one_is_used(
    database: Database, anna: PersonId, clock: FixedClock, codes: tuple[str, ...]
) -> None:
    use(database, anna, codes[0], clock)

    with database.reading() as session:
        [mail] = [row.body for row in session.scalars(select(OutboxRow))]
        used = session.scalars(select(AuditRow).where(AuditRow.action == "recovery-code-used")).one()
    assert (mail["template"], mail["recipient_person_id"]) == ("recovery-code-used", anna)
    assert isinstance(mail["values"], dict) and mail["values"]["left"] == "9"
    assert used.details == {"left": 9}
    assert not any(code in str(mail) for code in codes)


def test_pages_say_when_few_are_left(
    database: Database, anna: PersonId, clock: FixedClock, codes: tuple[str, ...]
) -> None:
    clock.advance(timedelta(days=1))
    warned = []
    for code in codes[: HOW_MANY - FEW]:
        with database.reading() as session:
            warned.append(recovery_codes.left(session, anna).are_few)
        use(database, anna, code, clock)

    with database.reading() as session:
        left = recovery_codes.left(session, anna)
    assert not any(warned)
    assert (left.number, left.are_few, left.made_at) == (FEW, True, clock.now() - timedelta(days=1))
