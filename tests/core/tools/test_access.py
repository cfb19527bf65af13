"""Which contexts somebody is offered, read from the database."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.holders import Entry, enter
from core.accreditations.rules import AccreditationStatus
from core.closing.lapse import accreditation_changed
from core.closing.membership import leave
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.organisations.employees import block
from core.organisations.enrolment import confirm_evidence, invite, request_membership
from core.organisations.identifiers import MembershipId
from core.organisations.tables import MembershipRow
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.people.profiles import person_facts
from core.people.rules import PersonStatus
from core.people.tables import PersonRow
from core.tools.access import offered_context, offered_contexts, person_in_context
from core.tools.assignments import assign_role, block_access
from core.tools.context import ChosenContext, OfferedContext, Reason, ReasonCode
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.publishing import set_requirement
from core.tools.registration import end, register
from core.tools.requirements import Requirement
from tests.support.offices import (
    NO_DETAILS,
    Office,
    a_member,
    a_person,
    a_staffed_office,
    a_tool,
    an_accreditation,
    an_office,
    kinds,
    same,
)
from tests.support.statements import counted


def an_office_with_the_tool(database: Database, clock: FixedClock) -> tuple[Office, RegistrationId]:
    """The manager registered the tool; the colleague is its user under the mandate."""
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
        assign_role(session, registration, office.colleague.id, "user", by=office.manager.person_id, now=clock.now())
    return office, registration


def one(
    database: Database,
    clock: FixedClock,
    person: PersonId,
    registration: RegistrationId,
    reachable: Acr = Acr.PASSWORD,
) -> OfferedContext | None:
    with database.connection() as connection:
        return offered_context(
            connection, person_id=person, registration_id=registration, reachable=reachable, now=clock.now()
        )


def all_of(database: Database, clock: FixedClock, person: PersonId, office: Office) -> tuple[OfferedContext, ...]:
    with database.reading() as session:
        return offered_contexts(
            session, person_id=person, tool_id=office.tool_id, reachable=Acr.PASSWORD, now=clock.now()
        )


def test_person_and_context_in_one_statement_are_those_of_two(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    for person in (office.manager.person_id, office.colleague.person_id, PersonId("usr_unknown")):
        context = one(database, clock, person, registration)
        with counted(database) as asked, database.statements() as statements:
            found = person_in_context(
                statements, person_id=person, registration_id=registration, reachable=Acr.PASSWORD, now=clock.now()
            )
        with database.reading() as session:
            facts = person_facts(session, person)

        assert len(asked) == 1
        assert found == (None if context is None else (facts, context))


def test_context_says_what_a_token_needs(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        confirm_evidence(
            session,
            office.organisation_id,
            level=1,
            source="kbo",
            verified_at=date(2026, 9, 1),
            by=None,
            now=clock.now(),
        )

    context = one(database, clock, office.manager.person_id, registration)

    assert context is not None
    assert context.is_usable
    assert context.chosen() == ChosenContext(office.organisation_id, registration, "estate-agent", "user")
    assert (context.usage_name, context.role_name) == (same("Estate agent"), same("user"))
    assert context.entitlements == ("search",)
    assert (context.organisation.name, context.organisation.kind) == ("Immo Test BV", "legal_person")
    assert (context.organisation.verified_source, context.organisation.verified_at) == ("kbo", date(2026, 9, 1))
    assert (context.membership.id, context.membership.manager) == (office.manager.id, True)
    assert context.wallet_id is not None
    assert context.wallet_id.startswith("wal_")
    (shown,) = context.accreditations
    assert (shown.number, shown.list, shown.is_mandated, shown.holder_name) == ("500001", "tableau", False, None)
    assert shown.checked_at == clock.now()


def test_colleague_works_under_the_mandate_of_its_holder(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)

    context = one(database, clock, office.colleague.person_id, registration)

    assert context is not None
    assert context.is_usable
    (shown,) = context.accreditations
    assert (shown.number, shown.is_mandated, shown.holder_name) == ("500001", True, "Anna.Peeters Peeters")
    # A mandate from 2 November 2026 covers twelve months, to the end of the last Belgian day.
    assert context.expires_at == datetime(2027, 11, 1, 23, 0, tzinfo=UTC)


def test_list_and_single_say_the_same(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)

    for person in (office.manager.person_id, office.colleague.person_id):
        assert all_of(database, clock, person, office) == (one(database, clock, person, registration),)


def test_stranger_is_offered_nothing(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        stranger = a_person(session, "celine.dubois", now=clock.now())
        an_office(session, stranger, number=2, now=clock.now())

    assert one(database, clock, stranger, registration) is None
    assert all_of(database, clock, stranger, office) == ()


def test_unknown_registration_and_person_are_nothing(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)

    assert one(database, clock, office.manager.person_id, RegistrationId("reg_unknown")) is None
    assert one(database, clock, PersonId("usr_unknown"), registration) is None


def test_anonymised_person_is_offered_nothing(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        session.get_one(PersonRow, office.colleague.person_id).status = PersonStatus.ANONYMISED

    assert one(database, clock, office.colleague.person_id, registration) is None


def test_blocked_employee_is_shown_the_context_closed(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        block(session, office.colleague.id, by=office.manager.person_id, now=clock.now())

    context = one(database, clock, office.colleague.person_id, registration)

    assert context is not None
    assert context.reason == Reason(ReasonCode.MEMBERSHIP_BLOCKED)
    assert context.accreditations == ()


def test_who_left_is_offered_nothing(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        leave(session, office.colleague.id, by=office.colleague.person_id, now=clock.now())

    assert one(database, clock, office.colleague.person_id, registration) is None
    assert all_of(database, clock, office.colleague.person_id, office) == ()


def test_who_left_and_asks_again_has_no_role_of_before(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        leave(session, office.colleague.id, by=office.colleague.person_id, now=clock.now())
        a_member(session, office.manager, office.colleague.person_id, now=clock.now())

    context = one(database, clock, office.colleague.person_id, registration)

    assert context is not None
    assert context.role is None
    assert context.reason == Reason(ReasonCode.NO_ACCESS)


def test_who_waits_is_told_so(database: Database, clock: FixedClock) -> None:
    office, _ = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        celine = a_person(session, "celine.dubois", now=clock.now())
        request_membership(session, office.organisation_id, by=celine, details=NO_DETAILS, now=clock.now())

    (context,) = all_of(database, clock, celine, office)

    assert context.reason == Reason(ReasonCode.MEMBERSHIP_REQUESTED)
    with pytest.raises(ValueError, match="role"):
        context.chosen()


def test_who_is_only_invited_is_offered_nothing_yet(database: Database, clock: FixedClock) -> None:
    office, _ = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        celine = a_person(session, "celine.dubois", now=clock.now())
        invite(
            session,
            office.organisation_id,
            celine,
            by=office.manager.person_id,
            details=NO_DETAILS,
            now=clock.now(),
        )

    assert all_of(database, clock, celine, office) == ()


def test_role_that_is_blocked_is_not_shown(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        block_access(session, registration, office.colleague.id, by=office.manager.person_id, now=clock.now())

    context = one(database, clock, office.colleague.person_id, registration)

    assert context is not None
    assert (context.role, context.role_name, context.entitlements) == (None, None, ())
    assert context.reason == Reason(ReasonCode.ACCESS_BLOCKED)


def test_lapse_closes_the_contexts_of_holder_and_colleague(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        accreditation_changed(
            session,
            office.accreditation_id,
            status=AccreditationStatus.LAPSED,
            valid_until=None,
            by=None,
            now=clock.now(),
        )

    for member in (office.manager, office.colleague):
        context = one(database, clock, member.person_id, registration)
        assert context is not None
        assert not context.is_usable
        assert context.expires_at is None


def test_ended_registration_is_left_out_of_the_list(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        end(session, registration, by=office.manager.person_id, now=clock.now())

    assert all_of(database, clock, office.manager.person_id, office) == ()
    context = one(database, clock, office.manager.person_id, registration)
    assert context is not None
    assert context.reason == Reason(ReasonCode.REGISTRATION_ENDED)


def test_stronger_requirement_counts_from_its_day_on(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    tomorrow = datetime(2026, 11, 3, 0, 0, tzinfo=UTC)
    with database.transaction() as session:
        set_requirement(
            session,
            office.tool_id,
            "estate-agent",
            Requirement(eid=True),
            applies_from=tomorrow,
            by=None,
            now=clock.now(),
        )

    today = one(database, clock, office.manager.person_id, registration)
    clock.advance(tomorrow - clock.now())
    later = one(database, clock, office.manager.person_id, registration)

    assert today is not None
    assert today.is_usable
    assert later is not None
    assert later.reason == Reason(ReasonCode.EID_NOT_LINKED)


def test_accreditations_of_kinds_the_tool_did_not_declare_stay_out(database: Database, clock: FixedClock) -> None:
    """Data minimisation: claims.md, principle 6."""
    office, registration = an_office_with_the_tool(database, clock)
    with database.transaction() as session:
        entry = Entry("be.surveyor", "000001", None, None, AccreditationStatus.ACTIVE, "test")
        enter(session, office.manager.person_id, entry, by=None, now=clock.now())
        an_accreditation(
            session, office.manager.person_id, "500009", now=clock.now(), status=AccreditationStatus.SUSPENDED
        )

    context = one(database, clock, office.manager.person_id, registration)

    assert context is not None
    assert [shown.number for shown in context.accreditations] == ["500001"]


def test_level_that_can_be_reached_decides_about_the_supervisor(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        strict = Requirement(role_min_acr=(("supervisor", Acr.MFA),))
        office = a_staffed_office(session, now=clock.now(), requirement=strict)
        manager = office.manager
        registration = register(
            session,
            office.organisation_id,
            office.tool_id,
            "estate-agent",
            by=manager.person_id,
            acr=Acr.PASSWORD,
            now=clock.now(),
        )
        assign_role(session, registration, manager.id, "supervisor", by=manager.person_id, now=clock.now())

    weak = one(database, clock, manager.person_id, registration)
    strong = one(database, clock, manager.person_id, registration, reachable=Acr.HIGH)

    assert weak is not None
    assert weak.reason == Reason(ReasonCode.LOGIN_TOO_WEAK, Acr.MFA.value)
    assert strong is not None
    assert strong.is_usable


def test_contexts_are_ordered_by_name_of_the_organisation(database: Database, clock: FixedClock) -> None:
    names = ["immo b", "Immo A", "Élan", "IMMO C"]
    with database.transaction() as session:
        tool_id = a_tool_for_all(session, clock)
        anna = a_person(session, "anna.peeters", now=clock.now())
        for number, name in enumerate(names):
            office = an_office(session, anna, number=number, name=name, now=clock.now())
            register(
                session, office.organisation_id, tool_id, "estate-agent", by=anna, acr=Acr.PASSWORD, now=clock.now()
            )

        found = offered_contexts(session, person_id=anna, tool_id=tool_id, reachable=Acr.PASSWORD, now=clock.now())

    assert [context.organisation.name for context in found] == ["Immo A", "immo b", "IMMO C", "Élan"]


def a_tool_for_all(session: Session, clock: FixedClock) -> ToolId:
    kinds(session)
    return a_tool(session, now=clock.now(), requirement=Requirement())


def test_all_contexts_of_twenty_organisations_are_one_statement(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        tool_id = a_tool_for_all(session, clock)
        anna = a_person(session, "anna.peeters", now=clock.now())
        for number in range(20):
            office = an_office(session, anna, number=number, now=clock.now())
            register(
                session, office.organisation_id, tool_id, "estate-agent", by=anna, acr=Acr.PASSWORD, now=clock.now()
            )

    with counted(database) as statements, database.connection() as connection:
        found = offered_contexts(connection, person_id=anna, tool_id=tool_id, reachable=Acr.PASSWORD, now=clock.now())

    assert len(found) == 20
    assert all(context.is_usable for context in found)
    assert len(statements) == 1


def test_one_context_is_one_statement(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)

    with counted(database) as statements:
        one(database, clock, office.colleague.person_id, registration)

    assert len(statements) == 1


def test_membership_rows_of_the_past_do_not_multiply_contexts(database: Database, clock: FixedClock) -> None:
    office, registration = an_office_with_the_tool(database, clock)
    again = office.colleague
    with database.transaction() as session:
        for _ in range(3):
            live = session.scalars(
                select(MembershipRow).where(
                    MembershipRow.person_id == office.colleague.person_id, MembershipRow.status == "active"
                )
            ).one()
            leave(session, MembershipId(live.id), by=office.colleague.person_id, now=clock.now())
            again = a_member(session, office.manager, office.colleague.person_id, now=clock.now())
        assign_role(session, registration, again.id, "user", by=office.manager.person_id, now=clock.now())

    (context,) = all_of(database, clock, office.colleague.person_id, office)

    assert context.is_usable
    assert context.membership.id == again.id
