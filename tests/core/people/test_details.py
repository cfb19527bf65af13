from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.people.details import (
    change_details,
    verify_phone_number,
)
from core.people.facts import Address, EidEvidence, PersonalDetails
from core.people.identifiers import PersonId
from core.people.profiles import person_facts
from core.people.rules import PersonStatus
from core.people.tables import PersonRow
from tests.support.cards import link_card
from tests.support.offices import a_person

DETAILS = PersonalDetails(
    given_name="An",
    family_name="Peeters",
    birthdate=date(1979, 4, 16),
    gender="female",
    phone_number="+32 3 555 01 10",
    street_address="Lange Leemstraat 112",
    postal_code="2018",
    locality="Antwerpen",
    country="BE",
)


def test_details_are_what_the_person_entered(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = a_person(session, "anna.peeters", now=clock.now())
        clock.advance(timedelta(hours=1))

        change_details(session, person_id, DETAILS, now=clock.now())

    with database.reading() as session:
        facts = person_facts(session, person_id)
        assert facts is not None
        assert (facts.given_name, facts.birthdate, facts.gender) == ("An", date(1979, 4, 16), "female")
        assert facts.address == Address("Lange Leemstraat 112", "Antwerpen", "2018", "BE")
        assert facts.updated_at == clock.now()


def test_a_new_telephone_number_is_not_verified(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = a_person(session, "anna.peeters", now=clock.now())
        change_details(session, person_id, DETAILS, now=clock.now())
        verify_phone_number(session, person_id, now=clock.now())
        verified = person_facts(session, person_id)

        change_details(session, person_id, PersonalDetails(phone_number="+32 3 555 99 99"), now=clock.now())

        changed = person_facts(session, person_id)
    assert verified is not None
    assert verified.phone_number_verified is True
    assert changed is not None
    assert changed.phone_number_verified is False


def test_audit_names_the_fields_and_never_what_is_in_them(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = a_person(session, "anna.peeters", now=clock.now())
        change_details(session, person_id, DETAILS, now=clock.now())

    with database.reading() as session:
        deed = session.scalars(select(AuditRow).where(AuditRow.action == "person-details-changed")).one()
        assert "birthdate" in str(deed.details["fields"])
        assert "1979" not in str(deed.details)
        assert "Leemstraat" not in str(deed.details)


def test_renewed_card_keeps_the_day_of_the_link(database: Database, clock: FixedClock) -> None:
    linked_at = clock.now()
    with database.transaction() as session:
        person_id = a_person(session, "anna.peeters", now=clock.now())
        link_card(session, person_id, valid_until=date(2027, 1, 1), now=linked_at)
        clock.advance(timedelta(days=30))

        link_card(session, person_id, valid_until=date(2036, 1, 1), now=clock.now())

    with database.reading() as session:
        facts = person_facts(session, person_id)
        assert facts is not None
        assert facts.eid == EidEvidence(linked_at, date(2036, 1, 1), clock.now(), 1)


def test_nothing_is_noted_about_nobody(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        gone = a_person(session, "anna.peeters", now=clock.now())
        session.get_one(PersonRow, gone).status = PersonStatus.ANONYMISED
        session.flush()

        for person_id in (gone, PersonId("usr_unknown")):
            with pytest.raises(NotFound):
                change_details(session, person_id, DETAILS, now=clock.now())
            with pytest.raises(NotFound):
                link_card(session, person_id, now=clock.now())
            with pytest.raises(NotFound):
                verify_phone_number(session, person_id, now=clock.now())
