"""Organisations that nobody manages: their tools rest after thirty days, and work again when somebody does."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.accreditations.rules import AccreditationStatus
from core.closing import managing
from core.closing.lapse import accreditation_changed
from core.closing.staff_deeds import DEEDS
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.organisations.errors import NotOwnerless
from core.organisations.states import OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.staff import approvals, roles
from core.staff.reasons import Reason, StaffReason
from core.staff.rules import Decision
from core.staff.states import StaffRole
from core.tools.tables import MandateRow, RegistrationRow
from tests.core.closing.test_lapse import an_office
from tests.support.offices import Office, a_person

WHY = Reason(StaffReason.DECEASED, "T-1")
GRACE = timedelta(days=30)


def unmanaged(database: Database, clock: FixedClock) -> Office:
    """Return an office whose members work on without a manager, since now."""
    office = an_office(database, clock)
    nobody = {"status": OrganisationStatus.OWNERLESS.value, "manager_count": 0, "ownerless_since": clock.now()}
    with database.transaction() as session:
        session.execute(update(MembershipRow).values(is_manager=False))
        session.execute(update(OrganisationRow).values(**nobody))
    return office


def registration(database: Database) -> tuple[str, str | None]:
    with database.reading() as session:
        row = session.scalars(select(RegistrationRow)).one()
        return row.status, row.status_reason


def told(database: Database, reason: str) -> set[str]:
    with database.reading() as session:
        bodies = [row.body for row in session.scalars(select(OutboxRow).where(OutboxRow.topic == "access-changed"))]
    return {str(body["person_id"]) for body in bodies if body["reason"] == reason}


def run(database: Database, clock: FixedClock) -> int:
    with database.transaction() as session:
        return managing.suspend_unmanaged(session, now=clock.now())


def appoint(database: Database, clock: FixedClock, office: Office) -> None:
    """Let two of the helpdesk make the colleague the manager."""
    with database.transaction() as session:
        two = [a_person(session, f"{name}.helpdesk", now=clock.now()) for name in ("fatima", "ismael")]
        for person_id in two:
            roles.give(session, PersonId(person_id), StaffRole.HELPDESK, by=None, why=None, now=clock.now())
        asked = managing.ask_to_make_manager(session, office.colleague.id, why=WHY, by=two[0], now=clock.now())
    with database.transaction() as session:
        approvals.decide(session, asked, Decision.APPROVE, by=two[1], deeds=DEEDS, now=clock.now())


def test_tools_go_on_for_thirty_days_and_then_rest_once(database: Database, clock: FixedClock) -> None:
    office = unmanaged(database, clock)

    clock.advance(GRACE - timedelta(seconds=1))
    assert (run(database, clock), registration(database)) == (0, ("active", None))
    clock.advance(timedelta(seconds=1))
    assert (run(database, clock), registration(database)) == (1, ("suspended", "ownerless"))
    assert told(database, "ownerless") == {office.manager.person_id, office.colleague.person_id}
    assert run(database, clock) == 0


def test_an_organisation_with_a_manager_is_left_alone(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock)
    clock.advance(timedelta(days=400))

    assert (run(database, clock), registration(database)) == (0, ("active", None))
    with pytest.raises(NotOwnerless), database.transaction() as session:
        managing.ask_to_make_manager(
            session, office.colleague.id, why=WHY, by=office.manager.person_id, now=clock.now()
        )


def test_tools_work_again_when_somebody_manages(database: Database, clock: FixedClock) -> None:
    office = unmanaged(database, clock)
    clock.advance(GRACE)
    run(database, clock)

    appoint(database, clock, office)

    assert registration(database) == ("active", None)
    with database.reading() as session:
        row = session.get_one(OrganisationRow, office.organisation_id)
        assert (row.status, row.manager_count, row.ownerless_since) == ("active", 1, None)
        assert session.get_one(MembershipRow, office.colleague.id).is_manager
    assert office.colleague.person_id in told(database, "manager-appointed")


@pytest.mark.parametrize("ends", ["accreditation", "mandate"])
def test_what_rests_on_nothing_any_more_goes_on_resting(database: Database, clock: FixedClock, ends: str) -> None:
    """What ended while nobody managed stays ended, for its own reason."""
    office = unmanaged(database, clock)
    clock.advance(GRACE)
    run(database, clock)
    with database.transaction() as session:
        if ends == "mandate":
            session.execute(update(MandateRow).values(ended_at=clock.now(), end_reason="holder-left"))
        else:
            lapsed = AccreditationStatus.LAPSED
            accreditation_changed(
                session, office.accreditation_id, status=lapsed, valid_until=None, by=None, now=clock.now()
            )

    appoint(database, clock, office)

    assert registration(database) == ("suspended", "mandate-ended" if ends == "mandate" else "accreditation-lapsed")
