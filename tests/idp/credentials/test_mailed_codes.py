"""Mailed codes: good once, for a while, for a few tries, and worth nothing where they are stored (A5)."""

from collections import Counter
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.people.identifiers import PersonId
from idp.credentials import mailed_codes
from idp.credentials.mailed_codes import (
    ALPHABET,
    LENGTH,
    LIFE,
    TRIES,
    CodeExpired,
    CodeSpent,
    IssuedCode,
    MailedCode,
    MalformedCode,
    NoTriesLeft,
    WrongCode,
)
from idp.credentials.tables import CodePurpose, MailedCodeRow
from tests.idp.credentials.mailed_code_racers import PURPOSE, SECRET, enter_in_process, outcome, race
from tests.support.tools import a_person

MAILBOX = "anna@people.example"


@pytest.fixture
def anna(database: Database, clock: FixedClock) -> PersonId:
    """Create Anna."""
    with database.transaction() as session:
        return a_person(session, "anna.peeters", now=clock.now())


def issued(database: Database, person_id: PersonId | None, clock: FixedClock, **changes: object) -> IssuedCode:
    """Issue a code for the activation of somebody."""
    wanted = {"purpose": PURPOSE, "address": MAILBOX, "now": clock.now(), **changes}
    with database.transaction() as session:
        return mailed_codes.issue(session, secret=SECRET, person_id=person_id, **wanted)  # type: ignore[arg-type]


def entered(database: Database, person_id: PersonId, typed: str, clock: FixedClock) -> MailedCode:
    """Enter a code for the activation of somebody."""
    return mailed_codes.enter(
        database, secret=SECRET, purpose=PURPOSE, person_id=person_id, typed=typed, now=clock.now()
    )


def another(code: str) -> str:
    """Return a code that is not this one."""
    first = next(character for character in ALPHABET if character != code[0])
    return first + code[1:]


def test_the_right_code_says_whose_it_is_and_what_it_proves(
    database: Database, anna: PersonId, clock: FixedClock
) -> None:
    code = issued(database, anna, clock).code

    found = entered(database, anna, code, clock)

    assert (found.person_id, found.address) == (anna, MAILBOX)


def test_a_code_is_good_once(database: Database, anna: PersonId, clock: FixedClock) -> None:
    code = issued(database, anna, clock).code
    entered(database, anna, code, clock)

    with pytest.raises(CodeSpent):
        entered(database, anna, code, clock)
    with pytest.raises(CodeSpent):
        entered(database, anna, another(code), clock)


def test_wrong_codes_cost_tries_and_then_the_right_one_fails_too(
    database: Database, anna: PersonId, clock: FixedClock
) -> None:
    code = issued(database, anna, clock).code
    told = []

    for _ in range(TRIES):
        with pytest.raises(WrongCode) as wrong:
            entered(database, anna, another(code), clock)
        told.append(wrong.value.tries_left)

    assert told == [4, 3, 2, 1, 0]
    with pytest.raises(NoTriesLeft):
        entered(database, anna, code, clock)


def test_the_last_try_may_be_the_right_one(database: Database, anna: PersonId, clock: FixedClock) -> None:
    code = issued(database, anna, clock).code
    for _ in range(TRIES - 1):
        with pytest.raises(WrongCode):
            entered(database, anna, another(code), clock)

    assert entered(database, anna, code, clock).person_id == anna


@pytest.mark.parametrize("typed", ["", "23456", "2345678", "ABCDEF", "00O0O0", "23456\x00", "ééééé2", "2" * 10_000])
def test_what_cannot_be_a_code_costs_no_try(database: Database, anna: PersonId, clock: FixedClock, typed: str) -> None:
    code = issued(database, anna, clock).code

    with pytest.raises(MalformedCode) as refused:
        entered(database, anna, typed, clock)

    assert refused.value.tries_left == TRIES
    assert entered(database, anna, code, clock).person_id == anna


@pytest.mark.parametrize("purpose", CodePurpose)
def test_a_code_ends_with_its_life(database: Database, anna: PersonId, clock: FixedClock, purpose: CodePurpose) -> None:
    code = issued(database, anna, clock, purpose=purpose)
    clock.advance(LIFE[purpose])

    with pytest.raises(CodeExpired):
        mailed_codes.enter_by_id(
            database, secret=SECRET, purpose=purpose, code_id=code.id, typed=code.code, now=clock.now()
        )


def test_a_code_lives_until_its_end(database: Database, anna: PersonId, clock: FixedClock) -> None:
    code = issued(database, anna, clock).code
    clock.advance(LIFE[PURPOSE] - timedelta(seconds=1))

    assert entered(database, anna, code, clock).person_id == anna


def test_a_newer_code_replaces_the_older_one(database: Database, anna: PersonId, clock: FixedClock) -> None:
    old = issued(database, anna, clock)
    new = issued(database, anna, clock)

    with pytest.raises(CodeExpired):
        mailed_codes.enter_by_id(
            database, secret=SECRET, purpose=PURPOSE, code_id=old.id, typed=old.code, now=clock.now()
        )
    assert entered(database, anna, new.code, clock).id == new.id


def test_a_newer_code_has_all_its_tries(database: Database, anna: PersonId, clock: FixedClock) -> None:
    for _ in range(2):
        code = issued(database, anna, clock).code
        with pytest.raises(WrongCode) as wrong:
            entered(database, anna, another(code), clock)
        assert wrong.value.tries_left == TRIES - 1


def test_a_code_for_one_thing_does_not_open_another(database: Database, anna: PersonId, clock: FixedClock) -> None:
    recovery = issued(database, anna, clock, purpose=CodePurpose.RECOVERY)

    with pytest.raises(CodeExpired):
        entered(database, anna, recovery.code, clock)
    with pytest.raises(CodeExpired):
        mailed_codes.enter_by_id(
            database, secret=SECRET, purpose=PURPOSE, code_id=recovery.id, typed=recovery.code, now=clock.now()
        )


def test_a_code_of_one_person_does_not_fit_another(database: Database, anna: PersonId, clock: FixedClock) -> None:
    with database.transaction() as session:
        bert = a_person(session, "bert.janssens", now=clock.now())
    code = issued(database, anna, clock).code
    issued(database, bert, clock)

    with pytest.raises(WrongCode):
        entered(database, bert, code, clock)


def test_a_code_of_nobody_fits_nothing_but_counts_and_ends_alike(
    database: Database, anna: PersonId, clock: FixedClock
) -> None:
    """So that a page about an address that nobody has behaves as any other."""
    met: dict[str, list[str]] = {}
    for name, person_id in (("somebody", anna), ("nobody", None)):
        code = issued(database, person_id, clock, purpose=CodePurpose.RECOVERY)
        typed = [another(code.code)] * (TRIES + 1) if person_id else [code.code] * (TRIES + 1)
        met[name] = []
        for each in typed:
            try:
                mailed_codes.enter_by_id(
                    database,
                    secret=SECRET,
                    purpose=CodePurpose.RECOVERY,
                    code_id=code.id,
                    typed=each,
                    now=clock.now(),
                )
            except (WrongCode, NoTriesLeft) as error:
                met[name].append(f"{error.code} {error.details.get('tries_left')}")

    assert met["nobody"] == met["somebody"]
    assert len(met["nobody"]) == TRIES + 1


def test_a_code_that_must_not_be_entered_is_not(database: Database, anna: PersonId, clock: FixedClock) -> None:
    code = issued(database, anna, clock, enterable=False).code

    with pytest.raises(WrongCode):
        entered(database, anna, code, clock)


def test_the_database_does_not_tell_the_code(database: Database, anna: PersonId, clock: FixedClock) -> None:
    codes = [issued(database, anna, clock).code for _ in range(3)]

    with database.reading() as session:
        row = session.scalars(select(MailedCodeRow)).one()
        stored = repr([getattr(row, column.key) for column in MailedCodeRow.__table__.columns])
    assert all(code not in stored for code in codes)
    assert all(code not in repr(issued(database, anna, clock)) for code in codes)


@given(st.integers(0, LENGTH), st.sampled_from(["", " ", "-", " - ", "\u2013", ".", "\n"]), st.booleans())
def test_a_code_is_read_however_people_write_it(place: int, between: str, lower: bool) -> None:  # noqa: FBT001 - drawn
    code = "2H9FKX"
    written = between + code[:place] + between + code[place:] + between

    assert mailed_codes.normal(written.lower() if lower else written) == code


def test_nothing_in_a_code_looks_like_something_else() -> None:
    assert not set(ALPHABET) & set("01OILQSZBGDUVN")
    assert len(ALPHABET) ** LENGTH > 40_000_000


def test_codes_do_not_repeat_a_pattern(database: Database, anna: PersonId, clock: FixedClock) -> None:
    codes = {issued(database, anna, clock).code for _ in range(50)}

    assert len(codes) == 50
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in codes)


def test_of_threads_that_enter_the_right_code_one_succeeds(
    database: Database, anna: PersonId, clock: FixedClock
) -> None:
    code = issued(database, anna, clock).code
    barrier, said = Barrier(4), []

    def go() -> None:
        barrier.wait()
        said.append(outcome(database, anna, code))

    threads = [Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(said) == {"right": 1, "code-spent": 3}


def test_of_processes_that_enter_the_right_code_one_succeeds(
    database: Database, database_url: str, anna: PersonId, clock: FixedClock
) -> None:
    code = issued(database, anna, clock).code

    said = race(enter_in_process, database_url, anna, (code,), processes=4)

    assert Counter(said) == {"right": 1, "code-spent": 3}


def test_processes_that_guess_together_have_no_more_tries(
    database: Database, database_url: str, anna: PersonId, clock: FixedClock
) -> None:
    code = issued(database, anna, clock).code

    said = race(enter_in_process, database_url, anna, (another(code),) * 3, processes=4)

    assert Counter(said) == {"wrong-code": TRIES, "no-tries-left": 12 - TRIES}


def test_what_ended_days_ago_is_purged_and_nothing_else(database: Database, anna: PersonId, clock: FixedClock) -> None:
    issued(database, anna, clock)
    clock.advance(timedelta(days=5))
    issued(database, anna, clock, purpose=CodePurpose.RECOVERY)

    with database.transaction() as session:
        assert mailed_codes.purge(session, clock.now()) == 1
    with database.reading() as session:
        assert [row.purpose for row in session.scalars(select(MailedCodeRow))] == [CodePurpose.RECOVERY]


def test_the_newest_code_is_what_pages_speak_of(database: Database, anna: PersonId, clock: FixedClock) -> None:
    with database.reading() as session:
        assert mailed_codes.newest(session, purpose=PURPOSE, person_id=anna) is None
    code = issued(database, anna, clock)

    with database.reading() as session:
        sent = mailed_codes.newest(session, purpose=PURPOSE, person_id=anna)

    assert sent is not None
    assert (sent.id, sent.sent_at, sent.tries_left, sent.is_open(clock.now())) == (code.id, clock.now(), TRIES, True)
