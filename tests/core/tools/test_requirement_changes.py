"""A tool changes what it asks for: preview, notice, and what happens on the day (T6, organisations.md)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.organisations.errors import NotManager
from core.people.assurance import Acr
from core.tools import terms
from core.tools.access import offered_context
from core.tools.assignments import assign_role
from core.tools.context import OfferedContext, ReasonCode
from core.tools.errors import TermsNotAccepted
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.publishing import NewTerms, set_requirement
from core.tools.registration import end, register
from core.tools.requirement_changes import carry_out
from core.tools.requirement_preview import preview
from core.tools.requirements import AccreditationNeeded, AnyOf, MandateNeeded, Requirement
from core.tools.states import RegistrationStatus
from core.tools.tables import RegistrationRow, RequirementRow
from tests.support.at_once import at_once
from tests.support.offices import FOR_AGENTS, a_person, a_staffed_office, a_tool, an_accreditation, an_office
from tests.support.statements import counted

MONTH = timedelta(days=30)
TRAINEES = Requirement(
    register=AccreditationNeeded("be.biv", lists=("trainees",)),
    use=AnyOf((AccreditationNeeded("be.biv"), MandateNeeded())),
)
OWN_ONLY = Requirement(register=FOR_AGENTS.register, use=AccreditationNeeded("be.biv"))
TERMS = (NewTerms("v1", "https://tool.example/v1"), NewTerms("v2", "https://tool.example/v2"))


class World:
    """Anna lends her accreditation for a tool that Bram uses under it; a second tool asks for terms alone."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        with database.transaction() as session:
            self.office = a_staffed_office(session, now=clock.now())
            self.anna, self.bram = self.office.manager, self.office.colleague
            self.rentals = a_tool(session, "rentals", now=clock.now(), requirement=Requirement(terms="v1"), terms=TERMS)
            self.finder, self.leases = (
                register(
                    session,
                    self.office.organisation_id,
                    tool,
                    "estate-agent",
                    by=self.anna.person_id,
                    acr=Acr.HIGH,
                    accepted_terms=version,
                    now=clock.now(),
                )
                for tool, version in ((self.office.tool_id, None), (self.rentals, "v1"))
            )
            for registration in (self.finder, self.leases):
                assign_role(session, registration, self.bram.id, "user", by=self.anna.person_id, now=clock.now())

    def change(self, tool: ToolId, requirement: Requirement, after: timedelta = MONTH) -> None:
        now = self.clock.now()
        with self.database.transaction() as session:
            set_requirement(session, tool, "estate-agent", requirement, applies_from=now + after, by=None, now=now)

    def carry_out(self) -> int:
        return carry_out(self.database, now=self.clock.now())

    def bram_at(self, registration: RegistrationId) -> OfferedContext:
        with self.database.reading() as session:
            found = offered_context(
                session,
                person_id=self.bram.person_id,
                registration_id=registration,
                reachable=Acr.HIGH,
                now=self.clock.now(),
            )
        assert found is not None
        return found

    def letters(self) -> list[str]:
        with self.database.reading() as session:
            rows = [row.body for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]
        return [str(row["template"]) for row in rows if row.get("template") not in {None, "tool-role-given"}]

    def told_because(self, reason: str) -> set[str]:
        with self.database.reading() as session:
            rows = [row.body for row in session.scalars(select(OutboxRow))]
        return {str(row["person_id"]) for row in rows if row.get("reason") == reason}

    def status(self) -> tuple[str, str | None]:
        with self.database.reading() as session:
            row = session.get_one(RegistrationRow, self.finder)
            return row.status, row.status_reason


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def test_managers_hear_of_a_change_beforehand_and_once(world: World) -> None:
    world.change(world.office.tool_id, TRAINEES)

    assert world.carry_out() == 1
    assert world.carry_out() == 0

    assert world.letters().count("requirement-announced") == 1
    assert world.bram_at(world.finder).is_usable
    assert world.status() == (RegistrationStatus.ACTIVE, None)


def test_on_its_day_a_registration_that_rests_on_too_little_is_suspended(world: World) -> None:
    world.change(world.office.tool_id, TRAINEES)
    world.clock.advance(MONTH)

    assert world.carry_out() == 1

    assert world.status() == (RegistrationStatus.SUSPENDED, "requirement-changed")
    assert "registration-suspended-requirement" in world.letters()
    assert world.told_because("requirement-changed") == {world.anna.person_id, world.bram.person_id}
    with world.database.reading() as session:
        deed = session.scalars(select(AuditRow).where(AuditRow.action == "tool-registration-suspended")).one()
    assert deed.details == {"reason": "requirement-changed"}
    assert world.carry_out() == 0

    # What stopped it is taken back: it works again by itself.
    world.change(world.office.tool_id, FOR_AGENTS, after=timedelta())
    world.carry_out()
    assert world.status() == (RegistrationStatus.ACTIVE, None)
    assert "registration-resumed-requirement" in world.letters()
    assert world.bram_at(world.finder).is_usable


def test_who_lacks_what_is_needed_from_then_on_is_named_to_the_provider(world: World) -> None:
    world.change(world.office.tool_id, OWN_ONLY, after=timedelta())

    world.carry_out()

    assert world.bram_at(world.finder).lacks(ReasonCode.ACCREDITATION_MISSING)
    assert world.bram.person_id in world.told_because("requirement-changed")
    assert world.status() == (RegistrationStatus.ACTIVE, None)


def test_new_terms_close_on_their_day_and_open_once_accepted(world: World) -> None:
    world.change(world.rentals, Requirement(terms="v2"))
    world.carry_out()
    assert "tool-terms-announced" in world.letters()
    assert world.bram_at(world.leases).is_usable

    world.clock.advance(MONTH)
    world.carry_out()
    assert world.bram_at(world.leases).lacks(ReasonCode.TOOL_TERMS_OUTDATED)
    assert "tool-terms-due" in world.letters()

    with world.database.transaction() as session:
        terms.accept(session, world.leases, "v2", by=world.anna.person_id, now=world.clock.now())
    assert world.bram_at(world.leases).is_usable


def test_terms_accepted_beforehand_close_nothing(world: World) -> None:
    world.change(world.rentals, Requirement(terms="v2"))
    with world.database.transaction() as session:
        terms.accept(session, world.leases, "v2", by=world.anna.person_id, now=world.clock.now())
    assert world.bram_at(world.leases).is_usable

    world.clock.advance(MONTH)
    assert world.bram_at(world.leases).is_usable
    world.carry_out()

    assert world.bram_at(world.leases).is_usable
    assert "tool-terms-due" not in world.letters()
    with world.database.reading() as session:
        row = session.get_one(RegistrationRow, world.leases)
        assert (row.terms_version, row.next_terms_version) == ("v2", None)


def test_only_a_manager_accepts_and_only_what_counts(world: World) -> None:
    now = world.clock.now()
    with world.database.transaction() as session, pytest.raises(NotManager):
        terms.accept(session, world.leases, "v2", by=world.bram.person_id, now=now)
    with world.database.transaction() as session, pytest.raises(TermsNotAccepted):
        terms.accept(session, world.leases, "v2", by=world.anna.person_id, now=now)


def test_a_preview_says_whom_it_would_concern_and_changes_nothing(world: World) -> None:
    now = world.clock.now()
    with world.database.reading() as session:
        trainees = preview(session, world.office.tool_id, "estate-agent", TRAINEES, at=now + MONTH, now=now, most=10)
        own_only = preview(session, world.office.tool_id, "estate-agent", OWN_ONLY, at=now + MONTH, now=now, most=10)
        same = preview(session, world.office.tool_id, "estate-agent", FOR_AGENTS, at=now + MONTH, now=now, most=10)
        newer = preview(session, world.rentals, "estate-agent", Requirement(terms="v2"), at=now, now=now, most=10)
        few = preview(session, world.rentals, "estate-agent", Requirement(), at=now, now=now, most=1)

    assert [(one.is_suspended, one.users) for one in trainees.offices] == [(True, 2)]
    assert [(one.is_suspended, one.users) for one in own_only.offices] == [(False, 1)]
    assert (same.offices, same.registrations, same.is_complete) == ((), 1, True)
    assert (newer.terms_to_accept, newer.users) == (1, 0)
    assert not few.is_complete
    with counted(world.database) as asked, world.database.reading() as session:
        preview(session, world.office.tool_id, "estate-agent", TRAINEES, at=now, now=now, most=10)
    assert len(asked) == 2


def test_two_workers_at_once_tell_and_suspend_once(world: World) -> None:
    world.change(world.office.tool_id, TRAINEES, after=timedelta())

    at_once(world.carry_out, world.carry_out)

    assert world.letters().count("registration-suspended-requirement") == 1
    with world.database.reading() as session:
        assert session.scalars(select(RequirementRow).where(RequirementRow.applied_at.is_(None))).all() == []


def test_a_long_round_goes_on_where_it_was(world: World) -> None:
    with world.database.transaction() as session:
        for number in range(3):
            other = a_person(session, f"other.manager{number}", now=world.clock.now())
            an_accreditation(session, other, f"60000{number}", now=world.clock.now())
            office = an_office(session, other, now=world.clock.now(), number=10 + number)
            register(
                session,
                office.organisation_id,
                world.office.tool_id,
                "estate-agent",
                by=other,
                acr=Acr.HIGH,
                now=world.clock.now(),
            )
    world.change(world.office.tool_id, TRAINEES, after=timedelta())

    rounds = [carry_out(world.database, now=world.clock.now(), limit=3) for _ in range(3)]

    assert rounds == [3, 1, 0]
    assert world.letters().count("registration-suspended-requirement") == 4


def test_what_has_ended_is_left_alone(world: World) -> None:
    with world.database.transaction() as session:
        end(session, world.finder, by=world.anna.person_id, now=world.clock.now())
    world.change(world.office.tool_id, TRAINEES, after=timedelta())

    assert world.carry_out() == 0
    assert world.status()[0] == RegistrationStatus.ENDED
