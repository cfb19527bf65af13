"""A card is unlinked: what a register gave to it goes at once where it was somebody else's (E1, R2, T6)."""

import pytest
from sqlalchemy import select

from core.accreditations.rules import REGISTER
from core.accreditations.tables import AccreditationRow
from core.closing.identity_card import unlink
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.people.eid import UnlinkReason
from core.people.identifiers import PersonId
from tests.support.cards import link_card
from tests.support.offices import a_person, an_accreditation, kinds


@pytest.fixture
def anna(database: Database, clock: FixedClock) -> PersonId:
    """Return Anna, with a card and two accreditations: one from the register, one by the helpdesk's hand."""
    with database.transaction() as session:
        kinds(session)
        person_id = a_person(session, "anna.peeters", now=clock.now())
        link_card(session, person_id, now=clock.now())
        from_register = an_accreditation(session, person_id, "500123", now=clock.now())
        session.get_one(AccreditationRow, from_register).source = REGISTER
        an_accreditation(session, person_id, "500124", now=clock.now())
    return person_id


def numbers(database: Database, person_id: PersonId) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(AccreditationRow).where(AccreditationRow.person_id == person_id))
        return sorted((row.number, row.status) for row in rows)


@pytest.mark.parametrize("reason", [UnlinkReason.WRONG_PERSON, UnlinkReason.MISUSE])
def test_what_a_register_gave_to_the_card_of_somebody_else_is_free_again(
    database: Database, clock: FixedClock, anna: PersonId, reason: UnlinkReason
) -> None:
    with database.transaction() as session:
        unlink(session, anna, by=None, reason=reason, now=clock.now())

    assert numbers(database, anna) == [("500124", "active")]
    with database.transaction() as session:
        holder = a_person(session, "the.holder", now=clock.now())
        an_accreditation(session, holder, "500123", now=clock.now())


@pytest.mark.parametrize("reason", [UnlinkReason.REQUEST, UnlinkReason.NUMBER_CHANGED, UnlinkReason.AUTHORITY])
def test_what_is_one_s_own_stays_until_the_register_is_silent_for_too_long(
    database: Database, clock: FixedClock, anna: PersonId, reason: UnlinkReason
) -> None:
    with database.transaction() as session:
        unlink(session, anna, by=None, reason=reason, now=clock.now())

    assert numbers(database, anna) == [("500123", "active"), ("500124", "active")]
