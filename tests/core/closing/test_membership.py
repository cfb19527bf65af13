from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.closing import membership
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.organisations import employees
from core.organisations.rules import Membership
from core.people.assurance import Acr
from core.tools.access import offered_context
from core.tools.assignments import assign_role
from core.tools.identifiers import RegistrationId
from core.tools.registration import register
from core.tools.requirements import Requirement
from core.tools.states import RegistrationStatus
from core.tools.tables import MandateRow, RegistrationRow
from tests.support.offices import FOR_AGENTS, Office, a_staffed_office

End = Callable[..., Membership]


def an_office(database: Database, clock: FixedClock, requirement: Requirement = FOR_AGENTS) -> Office:
    """Anna registered the tool and lends to Bram, who is a manager as well; Anna is demoted."""
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now(), requirement=requirement)
        anna, bram = office.manager, office.colleague
        registration = register(
            session,
            office.organisation_id,
            office.tool_id,
            "estate-agent",
            by=anna.person_id,
            acr=Acr.HIGH,
            now=clock.now(),
        )
        assign_role(session, registration, bram.id, "user", by=anna.person_id, now=clock.now())
        employees.promote(session, bram.id, by=anna.person_id, now=clock.now())
        employees.demote(session, anna.id, by=bram.person_id, now=clock.now())
    return office


def leaving(session: object, office: Office, clock: FixedClock, end: End) -> None:
    by = office.manager.person_id if end is membership.leave else office.colleague.person_id
    end(session, office.manager.id, by=by, now=clock.now())


@pytest.mark.parametrize("end", [membership.leave, membership.block, membership.remove])
def test_mandates_end_with_the_membership_of_their_holder(database: Database, clock: FixedClock, end: End) -> None:
    """T6: in the same transaction, so that nobody works a minute longer under a lent accreditation."""
    office = an_office(database, clock)

    with database.transaction() as session:
        leaving(session, office, clock, end)

        mandate = session.scalars(select(MandateRow)).one()
        registration = session.scalars(select(RegistrationRow)).one()
        assert (mandate.ended_at, mandate.end_reason) == (clock.now(), "holder-left")
        assert (registration.status, registration.status_reason) == (RegistrationStatus.SUSPENDED, "mandate-ended")
        context = offered_context(
            session,
            person_id=office.colleague.person_id,
            registration_id=RegistrationId(registration.id),
            reachable=Acr.PASSWORD,
            now=clock.now(),
        )
        assert context is not None
        assert not context.is_usable


def test_a_usage_that_needs_nothing_works_on(database: Database, clock: FixedClock) -> None:
    office = an_office(database, clock, Requirement())

    with database.transaction() as session:
        membership.leave(session, office.manager.id, by=office.manager.person_id, now=clock.now())

        assert session.scalars(select(RegistrationRow)).one().status == RegistrationStatus.ACTIVE


def test_evaluation_alone_would_notice_a_holder_who_is_blocked(database: Database, clock: FixedClock) -> None:
    """Whoever blocks without ending mandates gains nothing: the decision looks at the holder itself."""
    office = an_office(database, clock)
    with database.transaction() as session:
        employees.block(session, office.manager.id, by=office.colleague.person_id, now=clock.now())

        registration = session.scalars(select(RegistrationRow)).one()
        assert registration.status == RegistrationStatus.ACTIVE
        context = offered_context(
            session,
            person_id=office.colleague.person_id,
            registration_id=RegistrationId(registration.id),
            reachable=Acr.PASSWORD,
            now=clock.now(),
        )

    assert context is not None
    assert not context.is_usable
