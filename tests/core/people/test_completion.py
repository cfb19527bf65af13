"""Filling in what an account lacks changes nothing that stands (A8)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.people.completion import Addition, complete
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, create
from core.people.rules import TERMS_VERSION, PersonStatus
from core.people.tables import PersonRow


@pytest.fixture
def anna(database: Database, clock: FixedClock) -> PersonId:
    """Create Anna, whose first name and terms are missing."""
    person = NewPerson("anna.peeters", "anna@people.example", "Anna", "Peeters", "nl")
    with database.transaction() as session:
        person_id = create(session, person, now=clock.now())
        session.execute(update(PersonRow).values(given_name=None, terms_version=None, terms_accepted_at=None))
    return person_id


def completed(database: Database, person_id: PersonId, addition: Addition, clock: FixedClock) -> list[AuditRow]:
    """Complete an account and return what the audit trail says about it."""
    with database.transaction() as session:
        complete(session, person_id, addition, now=clock.now())
    actions = ("details-changed", "terms-accepted")
    with database.reading() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action.in_(actions)).order_by(AuditRow.action)))


def test_what_was_missing_is_written_and_what_stands_is_left(
    database: Database, anna: PersonId, clock: FixedClock
) -> None:
    trail = completed(database, anna, Addition("Anna", "Somebody-Else", TERMS_VERSION), clock)

    with database.reading() as session:
        row = session.get_one(PersonRow, anna)
    assert (row.given_name, row.family_name, row.terms_version) == ("Anna", "Peeters", TERMS_VERSION)
    assert row.terms_accepted_at == clock.now()
    assert [(deed.action, deed.details) for deed in trail] == [
        ("details-changed", {"fields": "given_name"}),
        ("terms-accepted", {"version": TERMS_VERSION}),
    ]


def test_accepting_the_same_terms_twice_keeps_the_first_time(
    database: Database, anna: PersonId, clock: FixedClock
) -> None:
    first = clock.now()
    completed(database, anna, Addition(terms_version=TERMS_VERSION), clock)
    clock.advance(timedelta(days=1))

    trail = completed(database, anna, Addition(terms_version=TERMS_VERSION), clock)

    with database.reading() as session:
        assert session.get_one(PersonRow, anna).terms_accepted_at == first
    assert len(trail) == 1


def test_nothing_to_add_leaves_no_trace(database: Database, anna: PersonId, clock: FixedClock) -> None:
    assert completed(database, anna, Addition(), clock) == []


def test_nobody_who_is_gone_is_completed(database: Database, anna: PersonId, clock: FixedClock) -> None:
    with database.transaction() as session:
        session.execute(update(PersonRow).values(status=PersonStatus.ANONYMISED))

    with pytest.raises(NotFound), database.transaction() as session:
        complete(session, anna, Addition("Anna"), now=clock.now())
