"""How one member stands to every registration, for the pages about employees."""

from datetime import timedelta

from sqlalchemy import select

from core.accreditations.rules import AccreditationStatus
from core.closing.lapse import accreditation_changed
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.organisations.enrolment import request_membership
from core.organisations.identifiers import MembershipId
from core.people.assurance import Acr
from core.tools.access_states import AccessState, Decided
from core.tools.assignments import assign_role, block_access, withdraw_role
from core.tools.context import ReasonCode
from core.tools.employee_access import EmployeeAccess, employee_access
from core.tools.identifiers import MandateId, RegistrationId
from core.tools.mandates import withdraw
from core.tools.publishing import NewTerms
from core.tools.registration import end, register
from core.tools.requirements import Requirement
from core.tools.states import AccessStatus
from core.tools.tables import MandateRow
from tests.support.offices import NO_DETAILS, Office, a_person, a_staffed_office, a_tool
from tests.support.statements import counted


class World:
    """An office with a tool that rests on Anna's accreditation, and one that asks for nothing."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        with database.transaction() as session:
            self.office: Office = a_staffed_office(session, now=clock.now())
            self.anna, self.bram = self.office.manager, self.office.colleague
            open_to_all = a_tool(
                session,
                "rentals",
                now=clock.now(),
                requirement=Requirement(terms="v1"),
                terms=(NewTerms("v1", "https://tool.example/v1"),),
            )
            self.finder, self.rentals = (
                RegistrationId(
                    register(
                        session,
                        self.office.organisation_id,
                        tool,
                        "estate-agent",
                        by=self.anna.person_id,
                        acr=Acr.HIGH,
                        accepted_terms=terms,
                        now=clock.now(),
                    )
                )
                for tool, terms in ((self.office.tool_id, None), (open_to_all, "v1"))
            )

    def of(self, membership: MembershipId) -> dict[str, EmployeeAccess]:
        with self.database.reading() as session:
            return {found.tool_code: found for found in employee_access(session, membership, now=self.clock.now())}

    def give(self, role: str) -> None:
        with self.database.transaction() as session:
            assign_role(session, self.finder, self.bram.id, role, by=self.anna.person_id, now=self.clock.now())


def test_each_state_is_told_apart(database: Database, clock: FixedClock) -> None:
    world = World(database, clock)
    found = world.of(world.bram.id)
    assert [(code, one.judged.state) for code, one in found.items()] == [
        ("finder", AccessState.NO_USER),
        ("rentals", AccessState.NO_USER),
    ]
    assert [role.code for role in found["finder"].roles] == ["user", "supervisor"]

    world.give("supervisor")
    user = world.of(world.bram.id)["finder"]
    assert (user.judged.state, user.judged.role, user.decided.word) == (
        AccessState.USER,
        "supervisor",
        "role:supervisor",
    )
    assert user.role_name is not None

    with database.transaction() as session:
        mandate = session.scalars(select(MandateRow)).one()
        withdraw(session, MandateId(mandate.id), by=world.anna.person_id, now=clock.now())
    lacking = world.of(world.bram.id)["finder"]
    assert lacking.judged.state is AccessState.INVALID
    assert lacking.judged.reason is not None
    assert lacking.judged.reason.names(ReasonCode.MANDATE_MISSING)
    assert (lacking.decided.word, lacking.is_suspended) == ("role:supervisor", True)

    with database.transaction() as session:
        block_access(session, world.finder, world.bram.id, by=world.anna.person_id, now=clock.now())
    blocked = world.of(world.bram.id)["finder"]
    assert (blocked.judged.state, blocked.judged.role, blocked.decided.word) == (AccessState.BLOCKED, None, "blocked")

    with database.transaction() as session:
        withdraw_role(session, world.rentals, world.bram.id, by=world.anna.person_id, now=clock.now())
        end(session, world.finder, by=world.anna.person_id, now=clock.now())
    assert set(world.of(world.bram.id)) == {"rentals"}


def test_somebody_who_waits_is_judged_beforehand(database: Database, clock: FixedClock) -> None:
    world = World(database, clock)
    with database.transaction() as session:
        celine = a_person(session, "celine.dubois", now=clock.now())
        waiting = request_membership(
            session, world.office.organisation_id, by=celine, details=NO_DETAILS, now=clock.now()
        )

    states = {code: one.judged.state for code, one in world.of(waiting.id).items()}

    assert states == {"finder": AccessState.NO_USER, "rentals": AccessState.NO_USER}


def test_a_lapsed_accreditation_shows_at_once(database: Database, clock: FixedClock) -> None:
    world = World(database, clock)
    world.give("user")
    with database.transaction() as session:
        accreditation_changed(
            session,
            world.office.accreditation_id,
            status=AccreditationStatus.LAPSED,
            valid_until=None,
            by=None,
            now=clock.now(),
        )

    bram, anna = world.of(world.bram.id)["finder"], world.of(world.anna.id)["finder"]

    assert (bram.judged.state, anna.judged.state) == (AccessState.INVALID, AccessState.INVALID)
    assert anna.judged.reason is not None
    assert anna.judged.reason.names(ReasonCode.ACCREDITATION_LAPSED)
    assert anna.is_suspended


def test_two_statements_whatever_the_number_of_tools(database: Database, clock: FixedClock) -> None:
    world = World(database, clock)
    clock.advance(timedelta(days=1))

    with counted(database) as asked, database.reading() as session:
        employee_access(session, world.bram.id, now=clock.now())

    assert len(asked) == 2


def test_the_word_of_a_decision_reads_back() -> None:
    for decided in (Decided(), Decided(AccessStatus.BLOCKED), Decided(AccessStatus.GRANTED, "user")):
        assert Decided.read(decided.word) == decided
    for word in ("", "role:", "none:x", "blocked:user", "owner"):
        assert Decided.read(word) is None
