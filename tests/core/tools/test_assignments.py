from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import Conflict, NotFound
from core.infra.outbox import OutboxRow
from core.organisations.employees import block
from core.organisations.enrolment import request_membership
from core.organisations.errors import NotManager, NotMember
from core.organisations.identifiers import MembershipId
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools.assignments import assign_role, block_access, withdraw_role
from core.tools.context import ReasonCode
from core.tools.errors import RequirementNotMet, UnknownRole
from core.tools.identifiers import MandateId, RegistrationId
from core.tools.mandates import withdraw
from core.tools.registration import end, register
from core.tools.states import AccessStatus
from core.tools.tables import AccessRow, MandateRow
from tests.support.offices import NO_DETAILS, Office, a_member, a_person, a_staffed_office, an_office


def registered(database: Database, clock: FixedClock) -> tuple[Office, RegistrationId]:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now())
        registration = register(
            session,
            office.organisation_id,
            office.tool_id,
            "estate-agent",
            by=office.manager.person_id,
            acr=Acr.HIGH,
            now=clock.now(),
        )
    return office, registration


def access_of(database: Database, registration: RegistrationId, member: MembershipId) -> AccessRow | None:
    with database.reading() as session:
        return session.get(AccessRow, (registration, member))


def test_role_is_given_recorded_and_announced(database: Database, clock: FixedClock) -> None:
    office, registration = registered(database, clock)

    with database.transaction() as session:
        assign_role(
            session, registration, office.colleague.id, "supervisor", by=office.manager.person_id, now=clock.now()
        )

    access = access_of(database, registration, office.colleague.id)
    assert access is not None
    assert (access.status, access.role) == (AccessStatus.GRANTED, "supervisor")
    with database.reading() as session:
        deed = session.scalars(select(AuditRow).where(AuditRow.action == "tool-role-given")).one()
        assert (deed.actor_id, deed.subject_id) == (office.manager.person_id, office.colleague.person_id)
        assert deed.details["role"] == "supervisor"
        (told,) = [
            row.body for row in session.scalars(select(OutboxRow)) if row.body.get("reason") == "tool-role-given"
        ]
        assert told["registration_id"] == registration


def test_blocked_member_has_no_role_until_given_one_again(database: Database, clock: FixedClock) -> None:
    office, registration = registered(database, clock)
    by, member = office.manager.person_id, office.colleague.id
    with database.transaction() as session:
        assign_role(session, registration, member, "user", by=by, now=clock.now())
        block_access(session, registration, member, by=by, now=clock.now())

    blocked = access_of(database, registration, member)
    assert blocked is not None
    assert (blocked.status, blocked.role) == (AccessStatus.BLOCKED, None)

    with database.transaction() as session:
        assign_role(session, registration, member, "user", by=by, now=clock.now())
    again = access_of(database, registration, member)
    assert again is not None
    assert again.status == AccessStatus.GRANTED


def test_withdrawing_makes_no_user_and_is_announced_once(database: Database, clock: FixedClock) -> None:
    office, registration = registered(database, clock)
    by, member = office.manager.person_id, office.colleague.id
    with database.transaction() as session:
        assign_role(session, registration, member, "user", by=by, now=clock.now())
        withdraw_role(session, registration, member, by=by, now=clock.now())
        withdraw_role(session, registration, member, by=by, now=clock.now())

    assert access_of(database, registration, member) is None
    with database.reading() as session:
        reasons = [row.body.get("reason") for row in session.scalars(select(OutboxRow))]
        assert reasons.count("tool-role-withdrawn") == 1


def give_user(
    session: Session, registration: RegistrationId, member: MembershipId, *, by: PersonId, now: datetime
) -> None:
    assign_role(session, registration, member, "user", by=by, now=now)


@pytest.mark.parametrize("act", [give_user, block_access, withdraw_role], ids=["give", "block", "withdraw"])
def test_only_a_manager_of_the_organisation_decides(
    database: Database, clock: FixedClock, act: Callable[..., None]
) -> None:
    office, registration = registered(database, clock)
    with database.transaction() as session:
        other = an_office(session, a_person(session, "celine.dubois", now=clock.now()), number=2, now=clock.now())
        for by in (office.colleague.person_id, other.person_id):
            with pytest.raises(NotManager):
                act(session, registration, office.colleague.id, by=by, now=clock.now())


def test_nobody_is_let_in_through_another_organisation(database: Database, clock: FixedClock) -> None:
    """A manager of both offices still cannot give a member of one a role in the other."""
    office, registration = registered(database, clock)
    with database.transaction() as session:
        second = an_office(session, office.manager.person_id, number=2, now=clock.now())
        celine = a_member(session, second, a_person(session, "celine.dubois", now=clock.now()), now=clock.now())

        with pytest.raises(NotFound):
            assign_role(session, registration, celine.id, "user", by=office.manager.person_id, now=clock.now())


def test_database_refuses_access_across_organisations(database: Database, clock: FixedClock) -> None:
    office, registration = registered(database, clock)
    with database.transaction() as session:
        second = an_office(session, office.manager.person_id, number=2, now=clock.now())

    for organisation_id in (office.organisation_id, second.organisation_id):
        with pytest.raises(Conflict), database.transaction() as session:
            session.execute(
                insert(AccessRow).values(
                    registration_id=registration,
                    membership_id=second.id,
                    organisation_id=organisation_id,
                    tool_id=office.tool_id,
                    status="granted",
                    role="user",
                    changed_at=clock.now(),
                )
            )


def test_unknown_role_is_refused(database: Database, clock: FixedClock) -> None:
    office, registration = registered(database, clock)

    with pytest.raises(UnknownRole), database.transaction() as session:
        assign_role(session, registration, office.colleague.id, "king", by=office.manager.person_id, now=clock.now())


def test_who_does_not_work_here_gets_no_role(database: Database, clock: FixedClock) -> None:
    office, registration = registered(database, clock)
    with database.transaction() as session:
        celine = a_person(session, "celine.dubois", now=clock.now())
        waiting = request_membership(session, office.organisation_id, by=celine, details=NO_DETAILS, now=clock.now())
        block(session, office.colleague.id, by=office.manager.person_id, now=clock.now())

        for member in (waiting.id, office.colleague.id):
            with pytest.raises(NotMember):
                assign_role(session, registration, member, "user", by=office.manager.person_id, now=clock.now())


def test_who_lacks_what_the_usage_needs_gets_no_role(database: Database, clock: FixedClock) -> None:
    office, registration = registered(database, clock)
    with database.transaction() as session:
        mandate = session.scalars(select(MandateRow)).one()
        withdraw(session, MandateId(mandate.id), by=office.manager.person_id, now=clock.now())

    with pytest.raises(RequirementNotMet) as refused, database.transaction() as session:
        assign_role(session, registration, office.colleague.id, "user", by=office.manager.person_id, now=clock.now())

    assert "reason" in refused.value.details
    assert getattr(refused.value.details["reason"], "code", None) is ReasonCode.ANY_NEEDED


def test_ended_registration_takes_no_users(database: Database, clock: FixedClock) -> None:
    office, registration = registered(database, clock)
    with database.transaction() as session:
        end(session, registration, by=office.manager.person_id, now=clock.now())
        for unknown in (registration, RegistrationId("reg_unknown")):
            with pytest.raises(NotFound):
                assign_role(session, unknown, office.colleague.id, "user", by=office.manager.person_id, now=clock.now())
        with pytest.raises(NotFound):
            block_access(
                session, registration, MembershipId("mem_unknown"), by=office.manager.person_id, now=clock.now()
            )
