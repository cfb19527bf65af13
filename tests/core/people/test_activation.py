"""Whose an address is, and which accounts were never activated (A5)."""

from datetime import timedelta

import pytest

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.people.activation import NEVER_ACTIVATED_AFTER, InUse, holder_of, never_activated, require_unused
from core.people.email_addresses import adopt, propose
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, create
from core.people.tables import ImportedAccountRow


def an_account(database: Database, clock: FixedClock, username: str, *, verified: bool = False) -> PersonId:
    """Create an account whose address waits for its code, or was proved."""
    person = NewPerson(username, f"{username}@people.example", "Somebody", "Else", "fr")
    with database.transaction() as session:
        return create(session, person, email_verified=verified, now=clock.now())


def found(database: Database, clock: FixedClock) -> tuple[PersonId, ...]:
    """Return the accounts that were never activated and are old."""
    with database.reading() as session:
        return never_activated(session, now=clock.now())


def test_an_address_is_its_who_has_proved_it(database: Database, clock: FixedClock) -> None:
    anna = an_account(database, clock, "anna.peeters", verified=True)

    with database.reading() as session:
        holder = holder_of(session, "ANNA.peeters@people.example")

    assert holder is not None
    assert (holder.person_id, holder.address, holder.language) == (anna, "anna.peeters@people.example", "fr")


def test_waiting_for_an_address_is_not_having_it(database: Database, clock: FixedClock) -> None:
    an_account(database, clock, "anna.peeters")
    bert = an_account(database, clock, "bert.janssens", verified=True)
    with database.transaction() as session:
        propose(session, bert, "other@people.example", now=clock.now())

    with database.reading() as session:
        assert holder_of(session, "anna.peeters@people.example") is None
        assert holder_of(session, "other@people.example") is None
        assert holder_of(session, "nobody\x00@people.example") is None


def test_an_account_that_nobody_activated_is_found_after_a_month(database: Database, clock: FixedClock) -> None:
    anna = an_account(database, clock, "anna.peeters")
    an_account(database, clock, "bert.janssens", verified=True)
    clock.advance(NEVER_ACTIVATED_AFTER)
    assert found(database, clock) == ()

    clock.advance(timedelta(seconds=1))

    assert found(database, clock) == (anna,)


def test_an_account_whose_address_changed_was_activated_once(database: Database, clock: FixedClock) -> None:
    bert = an_account(database, clock, "bert.janssens", verified=True)
    with database.transaction() as session:
        propose(session, bert, "other@people.example", now=clock.now())
        adopt(session, bert, "other@people.example", now=clock.now())
    clock.advance(2 * NEVER_ACTIVATED_AFTER)

    assert found(database, clock) == ()


def test_an_account_of_an_older_tool_waits_for_ever(database: Database, clock: FixedClock) -> None:
    anna = an_account(database, clock, "anna.peeters")
    with database.transaction() as session:
        session.add(ImportedAccountRow(tool_code="romi", external_id="7", person_id=anna, imported_at=clock.now()))
    clock.advance(2 * NEVER_ACTIVATED_AFTER)

    assert found(database, clock) == ()


def test_they_come_in_portions_and_each_once(database: Database, clock: FixedClock) -> None:
    people = [an_account(database, clock, f"person.{number}") for number in range(5)]
    clock.advance(2 * NEVER_ACTIVATED_AFTER)
    seen: list[PersonId] = []

    with database.reading() as session:
        while portion := never_activated(session, now=clock.now(), after=seen[-1] if seen else None, most=2):
            seen += portion

    assert seen == sorted(people)


def test_whoever_is_in_use_after_all_is_kept(database: Database, clock: FixedClock) -> None:
    anna = an_account(database, clock, "anna.peeters", verified=True)
    bert = an_account(database, clock, "bert.janssens")

    with database.reading() as session:
        require_unused(session, bert, is_active=False)
        with pytest.raises(InUse):
            require_unused(session, bert, is_active=True)
        with pytest.raises(InUse):
            require_unused(session, anna, is_active=False)
