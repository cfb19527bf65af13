"""What can be done about each usage of a tool, for one organisation (T1, T5)."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core.accreditations.rules import AccreditationStatus
from core.closing.lapse import accreditation_changed
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.organisations import employees
from core.organisations.identifiers import OrganisationId
from core.organisations.waiting import Wait
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools import access_requests, assignments, registration
from core.tools.catalogue import ToolFacts, tool_facts
from core.tools.choices import Doable, UsageChoice, usage_choices
from core.tools.context import ReasonCode
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.needs import NeedLine
from core.tools.requirements import Requirement
from tests.support.offices import FOR_AGENTS, Office, a_person, a_staffed_office, a_tool, an_office
from tests.support.statements import counted


def facts(session: Session, tool_id: ToolId, clock: FixedClock) -> ToolFacts:
    found = tool_facts(session, tool_id, now=clock.now())
    assert found is not None
    return found


def choice(
    session: Session, tool_id: ToolId, organisation_id: OrganisationId, by: PersonId, clock: FixedClock
) -> UsageChoice:
    tool = facts(session, tool_id, clock)
    (found,) = usage_choices(session, tool, organisation_id, by=by, reachable=Acr.PASSWORD, now=clock.now())
    return found


def register(session: Session, office: Office, clock: FixedClock) -> RegistrationId:
    return registration.register(
        session,
        office.organisation_id,
        office.tool_id,
        "estate-agent",
        by=office.manager.person_id,
        acr=Acr.PASSWORD,
        now=clock.now(),
    )


def test_who_has_what_is_needed_can_register(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now())

        found = choice(session, office.tool_id, office.organisation_id, office.manager.person_id, clock)

    assert (found.doable, found.reason, found.is_registered) == (Doable.REGISTER, None, False)
    assert found.to_register == ((NeedLine("be.biv", ("tableau",), (), is_met=True),),)
    assert found.to_use == ((NeedLine("be.biv", is_met=True), NeedLine(None)),)


def test_who_lacks_it_is_told_what(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now())

        found = choice(session, office.tool_id, office.organisation_id, office.colleague.person_id, clock)

    assert found.doable is Doable.SHUT
    assert found.reason is not None and found.reason.code is ReasonCode.ACCREDITATION_MISSING
    assert found.to_register == ((NeedLine("be.biv", ("tableau",), (), is_met=False),),)


def test_what_is_registered_is_started_or_asked_for(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now(), requirement=Requirement())
        registered = register(session, office, clock)
        where, bram = (office.tool_id, office.organisation_id), office.colleague.person_id

        assert choice(session, *where, office.manager.person_id, clock).doable is Doable.START
        first = choice(session, *where, bram, clock)
        assert (first.doable, first.registration_id, first.wait) == (Doable.ASK, registered, None)
        access_requests.ask(session, registered, by=bram, now=clock.now())
        asked = choice(session, *where, bram, clock)
        assert (asked.doable, asked.wait) == (Doable.WAIT, Wait(clock.now()))
        assignments.assign_role(
            session, registered, office.colleague.id, "user", by=office.manager.person_id, now=clock.now()
        )
        assert choice(session, *where, bram, clock).doable is Doable.START
        assignments.block_access(session, registered, office.colleague.id, by=office.manager.person_id, now=clock.now())
        blocked = choice(session, *where, bram, clock)
        assert blocked.doable is Doable.SHUT
        assert blocked.reason is not None and blocked.reason.code is ReasonCode.ACCESS_BLOCKED


def test_a_manager_without_a_role_takes_one_if_nothing_else_is_missing(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now(), requirement=Requirement())
        registered = register(session, office, clock)
        boss = office.manager.person_id
        employees.promote(session, office.colleague.id, by=boss, now=clock.now())

        found = choice(session, office.tool_id, office.organisation_id, office.colleague.person_id, clock)

        assert found.doable is Doable.TAKE
        assignments.assign_role(
            session, registered, office.colleague.id, "user", by=office.colleague.person_id, now=clock.now()
        )


def test_a_manager_who_lacks_what_is_needed_takes_nothing(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now(), requirement=FOR_AGENTS)
        registered = register(session, office, clock)
        boss = office.manager.person_id
        employees.promote(session, office.colleague.id, by=boss, now=clock.now())
        assert (
            choice(session, office.tool_id, office.organisation_id, office.colleague.person_id, clock).doable
            is Doable.TAKE
        ), "the mandate of a colleague covers the manager too"
        accreditation_changed(
            session,
            office.accreditation_id,
            status=AccreditationStatus.LAPSED,
            valid_until=None,
            by=None,
            now=clock.now(),
        )

        found = choice(session, office.tool_id, office.organisation_id, office.colleague.person_id, clock)

        assert found.doable is Doable.SHUT
        assert found.registration_id == registered


def test_a_request_helps_nothing_where_the_registration_is_suspended(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now())
        register(session, office, clock)
        accreditation_changed(
            session,
            office.accreditation_id,
            status=AccreditationStatus.SUSPENDED,
            valid_until=None,
            by=None,
            now=clock.now(),
        )

        found = choice(session, office.tool_id, office.organisation_id, office.colleague.person_id, clock)

    assert found.doable is Doable.SHUT


def test_what_ended_can_be_registered_again(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now())
        registered = register(session, office, clock)
        registration.end(session, registered, by=office.manager.person_id, now=clock.now())

        found = choice(session, office.tool_id, office.organisation_id, office.manager.person_id, clock)

    assert found.doable is Doable.REGISTER


def test_one_organisation_says_nothing_of_another(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now(), requirement=Requirement())
        register(session, office, clock)
        other = an_office(session, office.manager.person_id, number=2, name="Other", now=clock.now())

        found = choice(session, office.tool_id, other.organisation_id, office.manager.person_id, clock)

    assert (found.doable, found.registration_id) == (Doable.REGISTER, None)


@pytest.mark.parametrize("offices", [1, 8])
def test_the_number_of_statements_does_not_grow(database: Database, clock: FixedClock, offices: int) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now(), requirement=Requirement())
        anna = office.manager.person_id
        tool_id = a_tool(session, "other", now=clock.now(), requirement=Requirement())
        for number in range(2, 2 + offices):
            more = an_office(session, anna, number=number, name=f"Office {number}", now=clock.now())
            registration.register(
                session, more.organisation_id, tool_id, "estate-agent", by=anna, acr=Acr.PASSWORD, now=clock.now()
            )
        tool = facts(session, tool_id, clock)

    with counted(database) as asked, database.reading() as session:
        usage_choices(session, tool, office.organisation_id, by=anna, reachable=Acr.PASSWORD, now=clock.now())

    assert len(asked) == 4


def test_an_accreditation_that_lapsed_does_not_count(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now())
        accreditation_changed(
            session,
            office.accreditation_id,
            status=AccreditationStatus.LAPSED,
            valid_until=None,
            by=None,
            now=clock.now(),
        )
        clock.advance(timedelta(days=1))

        found = choice(session, office.tool_id, office.organisation_id, office.manager.person_id, clock)

    assert found.doable is Doable.SHUT
    assert found.reason is not None and found.reason.code is ReasonCode.ACCREDITATION_LAPSED
    assert not found.to_register[0][0].is_met


def test_an_account_that_is_not_activated_registers_nothing(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now(), requirement=Requirement())
        erik = a_person(session, "erik.wouters", now=clock.now(), activated=False)
        other = an_office(session, erik, number=2, now=clock.now())

        found = choice(session, office.tool_id, other.organisation_id, erik, clock)

    assert found.reason is not None and found.reason.code is ReasonCode.ADDRESS_NOT_ACTIVATED
