"""Asking for access to a tool that the organisation has registered already (T1)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound, RateLimited
from core.infra.outbox import OutboxRow
from core.organisations import employees
from core.organisations.enrolment import request_membership
from core.organisations.errors import NotMember
from core.organisations.waiting import Wait
from core.people.assurance import Acr
from core.tools import access_requests, assignments, registration
from core.tools.errors import AccessBlocked, AlreadyAsked, HasAccess
from core.tools.identifiers import RegistrationId
from core.tools.requirements import Requirement
from core.tools.tables import AccessRequestRow
from tests.support.at_once import at_once
from tests.support.offices import NO_DETAILS, Office, a_person, a_staffed_office

DAY = timedelta(days=1)


def a_registered_office(session: Session, clock: FixedClock) -> tuple[Office, RegistrationId]:
    office = a_staffed_office(session, now=clock.now(), requirement=Requirement())
    registered = registration.register(
        session,
        office.organisation_id,
        office.tool_id,
        "estate-agent",
        by=office.manager.person_id,
        acr=Acr.PASSWORD,
        now=clock.now(),
    )
    return office, registered


def mails(session: Session, template: str) -> list[dict[str, object]]:
    session.flush()
    return [row.body for row in session.scalars(select(OutboxRow)) if row.body.get("template") == template]


def test_the_managers_are_mailed_and_the_request_stands(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office, registered = a_registered_office(session, clock)
        bram = office.colleague.person_id

        access_requests.ask(session, registered, by=bram, now=clock.now())

        (mail,) = mails(session, "tool-access-requested")
        assert mail["recipient_person_id"] == office.manager.person_id
        assert mail["values"] == {
            "organisation": "Immo Test BV",
            "organisation_id": office.organisation_id,
            "person": "Bram.Claes Peeters",
            "since": "2 november 2026",
            "tool": "finder",
            "usage": "Estate agent",
            "page": f"organisations/{office.organisation_id}/tools/finder/estate-agent",
        }
        assert access_requests.waiting_requests(session, bram, office.tool_id) == {registered: Wait(clock.now())}
        deed = session.scalars(select(AuditRow).where(AuditRow.action == "tool-access-requested")).one()
        assert (deed.actor_id, deed.organisation_id) == (bram, office.organisation_id)


def test_nobody_asks_twice_and_two_presses_ask_once(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office, registered = a_registered_office(session, clock)

    def ask() -> None:
        with database.transaction() as session:
            access_requests.ask(session, registered, by=office.colleague.person_id, now=clock.now())

    assert [type(error) for error in at_once(ask, ask)] == [AlreadyAsked]
    with database.reading() as session:
        assert len(mails(session, "tool-access-requested")) == 1
        assert len(session.scalars(select(AccessRequestRow)).all()) == 1


def test_only_an_active_member_without_a_role_asks(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office, registered = a_registered_office(session, clock)
        now = clock.now()
        stranger, waiting = (a_person(session, name, now=now) for name in ("dirk.maes", "celine.dubois"))
        request_membership(session, office.organisation_id, by=waiting, details=NO_DETAILS, now=now)
        boss, bram = office.manager.person_id, office.colleague.person_id

        for nobody in (stranger, waiting):
            with pytest.raises(NotMember):
                access_requests.ask(session, registered, by=nobody, now=now)
        with pytest.raises(HasAccess):
            access_requests.ask(session, registered, by=boss, now=now)
        assignments.block_access(session, registered, office.colleague.id, by=boss, now=now)
        with pytest.raises(AccessBlocked):
            access_requests.ask(session, registered, by=bram, now=now)
        registration.end(session, registered, by=boss, now=now)
        with pytest.raises(NotFound):
            access_requests.ask(session, registered, by=bram, now=now)

        assert mails(session, "tool-access-requested") == []


@pytest.mark.parametrize("decision", ["give", "block", "withdraw"])
def test_a_decision_of_a_manager_closes_the_request(database: Database, clock: FixedClock, decision: str) -> None:
    with database.transaction() as session:
        office, registered = a_registered_office(session, clock)
        member, boss, now = office.colleague, office.manager.person_id, clock.now()
        access_requests.ask(session, registered, by=member.person_id, now=now)

        match decision:
            case "give":
                assignments.assign_role(session, registered, member.id, "user", by=boss, now=now)
            case "block":
                assignments.block_access(session, registered, member.id, by=boss, now=now)
            case _:
                assignments.withdraw_role(session, registered, member.id, by=boss, now=now)

        assert access_requests.waiting_requests(session, member.person_id, office.tool_id) == {}


def test_who_gets_a_role_is_mailed_unless_they_took_it(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office, registered = a_registered_office(session, clock)
        boss, now = office.manager, clock.now()

        assignments.assign_role(session, registered, office.colleague.id, "user", by=boss.person_id, now=now)
        assignments.assign_role(session, registered, boss.id, "supervisor", by=boss.person_id, now=now)

        assert [mail["recipient_person_id"] for mail in mails(session, "tool-role-given")] == [
            office.colleague.person_id
        ]


def test_the_managers_are_reminded_once_a_day(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office, registered = a_registered_office(session, clock)
        bram = office.colleague.person_id
        with pytest.raises(NotFound):
            access_requests.remind(session, registered, by=bram, now=clock.now())
        access_requests.ask(session, registered, by=bram, now=clock.now())
        with pytest.raises(RateLimited):
            access_requests.remind(session, registered, by=bram, now=clock.now() + DAY / 2)
    clock.advance(DAY)

    def remind() -> None:
        with database.transaction() as session:
            access_requests.remind(session, registered, by=bram, now=clock.now())

    assert [type(error) for error in at_once(remind, remind)] == [RateLimited]
    with database.reading() as session:
        (mail,) = mails(session, "tool-access-reminder")
        assert mail["values"]["since"] == "2 november 2026"  # type: ignore[index]
        (wait,) = access_requests.waiting_requests(session, bram, office.tool_id).values()
        assert wait == Wait(clock.now() - DAY, clock.now())


def test_a_request_of_a_membership_that_ended_waits_no_longer(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office, registered = a_registered_office(session, clock)
        member = office.colleague
        access_requests.ask(session, registered, by=member.person_id, now=clock.now())

        employees.leave(session, member.id, by=member.person_id, now=clock.now())

        assert access_requests.waiting_requests(session, member.person_id, office.tool_id) == {}
