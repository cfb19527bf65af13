import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.rules import AccreditationStatus
from core.closing.lapse import accreditation_changed
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.people.assurance import Acr
from core.tools.assignments import assign_role
from core.tools.identifiers import MandateId
from core.tools.mandates import withdraw
from core.tools.registration import register
from core.tools.states import RegistrationStatus
from core.tools.tables import MandateRow, RegistrationRow
from tests.support.offices import Office, a_staffed_office

ENDING = (AccreditationStatus.LAPSED, AccreditationStatus.SUSPENDED)


def an_office(database: Database, clock: FixedClock) -> Office:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now())
        by = office.manager.person_id
        registration = register(
            session,
            office.organisation_id,
            office.tool_id,
            "estate-agent",
            by=by,
            acr=Acr.HIGH,
            now=clock.now(),
        )
        assign_role(session, registration, office.colleague.id, "user", by=by, now=clock.now())
    return office


def change(session: Session, office: Office, clock: FixedClock, status: AccreditationStatus) -> None:
    accreditation_changed(session, office.accreditation_id, status=status, valid_until=None, by=None, now=clock.now())


def registration_of(session: Session) -> RegistrationRow:
    session.flush()
    return session.scalars(select(RegistrationRow)).one()


@pytest.mark.parametrize("status", ENDING)
def test_what_rests_on_a_lapsed_accreditation_is_suspended(
    database: Database, clock: FixedClock, status: AccreditationStatus
) -> None:
    office = an_office(database, clock)

    with database.transaction() as session:
        change(session, office, clock, status)

    with database.reading() as session:
        row = registration_of(session)
        assert (row.status, row.status_reason) == (RegistrationStatus.SUSPENDED, "accreditation-lapsed")
        # The mandate itself stays: the holder may be restored.
        assert session.scalars(select(MandateRow)).one().ended_at is None
        bodies = [message.body for message in session.scalars(select(OutboxRow))]
        told = [
            (body["person_id"], body["registration_id"])
            for body in bodies
            if body.get("reason") in {"accreditation-lapsed", "accreditation-changed"}
        ]
        registration = row.id
        assert set(told) == {
            (office.manager.person_id, registration),
            (office.colleague.person_id, registration),
            (office.manager.person_id, None),
        }


@pytest.mark.parametrize("status", ENDING)
@pytest.mark.parametrize("back", [AccreditationStatus.ACTIVE, AccreditationStatus.GRACE])
def test_a_restored_accreditation_lets_the_registration_work_again(
    database: Database, clock: FixedClock, status: AccreditationStatus, back: AccreditationStatus
) -> None:
    office = an_office(database, clock)

    with database.transaction() as session:
        change(session, office, clock, status)
        change(session, office, clock, back)

        assert registration_of(session).status == RegistrationStatus.ACTIVE


def test_what_was_suspended_for_another_reason_stays_suspended(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)

    with database.transaction() as session:
        mandate = session.scalars(select(MandateRow)).one()
        withdraw(session, MandateId(mandate.id), by=office.manager.person_id, now=clock.now())
        change(session, office, clock, AccreditationStatus.LAPSED)
        change(session, office, clock, AccreditationStatus.ACTIVE)

        assert registration_of(session).status_reason == "mandate-ended"


def test_ended_registration_does_not_come_back(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)

    with database.transaction() as session:
        registration_of(session).status = RegistrationStatus.ENDED
        session.flush()
        change(session, office, clock, AccreditationStatus.LAPSED)
        change(session, office, clock, AccreditationStatus.ACTIVE)

        assert registration_of(session).status == RegistrationStatus.ENDED
