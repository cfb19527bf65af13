"""Whatever a context rested on: once it is gone, tokens end, the tool hears it, the history tells why (T6)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.rules import AccreditationStatus
from core.closing import membership
from core.closing.lapse import accreditation_changed
from core.infra.audit import AuditRow
from core.infra.http import OutboundHttp
from core.infra.settings import Mode
from core.organisations.employees import promote
from core.organisations.enrolment import add_member
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.records import live_of
from core.organisations.rules import MemberDetails
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools import mandate_rounds, requirement_changes, terms
from core.tools.assignments import assign_role, block_access, withdraw_role
from core.tools.identifiers import MandateId, RegistrationId, ToolId
from core.tools.mandates import accept, propose, withdraw
from core.tools.publishing import NewTerms, set_requirement
from core.tools.registration import end, register
from core.tools.requirements import AccreditationNeeded, Requirement
from core.tools.tables import MandateRow
from idp.app import create_app
from idp.wiring import Services
from tests.core.infra.servers import Server, answering, serving
from tests.support import offices
from tests.support.product import HttpsClient
from tests.support.tool_user import ToolUser
from tests.support.tools import TOOL_SCOPE, a_client, a_person, an_organisation

ATLAS = ("atlas", "atlas-secret")
USAGE = "estate-agent"
TERMS = (NewTerms("v1", "https://tool.example/v1"), NewTerms("v2", "https://tool.example/v2"))
NEEDED = replace(offices.FOR_AGENTS, terms="v1")


@dataclass(frozen=True)
class World(ToolUser):
    """Bert uses `atlas` for Noord under the mandate of Anna, who manages it with Carl."""

    anna: PersonId
    carl: PersonId
    bert: PersonId
    noord: OrganisationId
    atlas: ToolId
    registration: RegistrationId
    annas: MembershipId
    berts: MembershipId
    accreditation: str

    def change(self, deed: Callable[[Session], object]) -> None:
        """Do something in a transaction."""
        with self.services.database.transaction() as session:
            deed(session)

    def mandate(self) -> MandateId:
        """Return the mandate that holds."""
        with self.services.database.reading() as session:
            found = select(MandateRow.id).where(MandateRow.ended_at.is_(None), MandateRow.accepted_at.is_not(None))
            return MandateId(session.scalars(found).one())


@pytest.fixture
def tool() -> Iterator[Server]:
    """Yield a tool that accepts whatever it is posted."""
    with serving(answering(b"")) as server:
        yield server


@pytest.fixture
def world(services: Services, tool: Server) -> World:
    """Return the office, with nothing left in the outbox."""
    reaching = replace(services, http=OutboundHttp(services.settings.outbound, Mode.TEST, [tool.port]))
    now = services.clock.now()
    with services.database.transaction() as session:
        offices.kinds(session)
        anna, carl, bert = (a_person(session, f"{name}.peeters", now=now) for name in ("anna", "carl", "bert"))
        noord = an_organisation(session, "Noord BV", "0100001060", by=anna, now=now)
        accreditation = offices.an_accreditation(session, anna, "500001", now=now)
        atlas = offices.a_tool(session, "atlas", now=now, requirement=NEEDED, terms=TERMS)
        registration = register(session, noord, atlas, USAGE, by=anna, acr=Acr.HIGH, accepted_terms="v1", now=now)
        berts = add_member(session, noord, bert, by=anna, details=MemberDetails(), now=now)
        carls = add_member(session, noord, carl, by=anna, details=MemberDetails(), now=now)
        promote(session, carls.id, by=anna, now=now)
        assign_role(session, registration, berts.id, "user", by=anna, now=now)
        manager = live_of(session, anna, noord)
        assert manager is not None
    policy = {"scope": TOOL_SCOPE, "session_refresh": True}
    a_client(reaching, "atlas", tool_id=atlas, policy=policy, backchannel_logout_uri=f"{tool.url}/atlas")
    app = create_app(reaching.settings, services=reaching)
    app.config["TEST_BASE_URL"] = reaching.settings.issuer
    app.test_client_class = HttpsClient
    found = World(
        reaching,
        "bert.peeters",
        tool,
        app.test_client(),
        *(anna, carl, bert, noord, atlas, registration, manager.id, berts.id, accreditation),
    )
    found.work()
    return found


def accreditation_lapses(world: World) -> None:
    world.change(
        lambda session: accreditation_changed(
            session,
            world.accreditation,
            status=AccreditationStatus.LAPSED,
            valid_until=None,
            by=None,
            now=world.services.clock.now(),
        )
    )


def employee_is_blocked(world: World) -> None:
    world.change(lambda s: membership.block(s, world.berts, by=world.carl, now=world.services.clock.now()))


def employee_leaves(world: World) -> None:
    world.change(lambda s: membership.leave(s, world.berts, by=world.bert, now=world.services.clock.now()))


def employee_is_removed(world: World) -> None:
    world.change(lambda s: membership.remove(s, world.berts, by=world.carl, now=world.services.clock.now()))


def role_is_taken_away(world: World) -> None:
    world.change(
        lambda s: withdraw_role(s, world.registration, world.berts, by=world.carl, now=world.services.clock.now())
    )


def access_is_blocked(world: World) -> None:
    world.change(
        lambda s: block_access(s, world.registration, world.berts, by=world.carl, now=world.services.clock.now())
    )


def holder_withdraws(world: World) -> None:
    world.change(lambda s: withdraw(s, world.mandate(), by=world.anna, now=world.services.clock.now()))


def holder_leaves(world: World) -> None:
    world.change(lambda s: membership.leave(s, world.annas, by=world.anna, now=world.services.clock.now()))


def registration_ends(world: World) -> None:
    world.change(lambda s: end(s, world.registration, by=world.carl, now=world.services.clock.now()))


def mandate_ends_by_itself(world: World) -> None:
    yesterday = world.services.clock.now().date() - timedelta(days=1)
    world.change(lambda s: _make_older(s, world.mandate(), yesterday))
    assert mandate_rounds.end_those_over(world.services.database, now=world.services.clock.now()) == 1


def _make_older(session: Session, mandate: MandateId, last_day: date) -> None:
    row = session.get_one(MandateRow, mandate)
    row.valid_from, row.valid_until = row.valid_from - timedelta(days=366), last_day


def _require(world: World, requirement: Requirement) -> None:
    now = world.services.clock.now()
    world.change(lambda s: set_requirement(s, world.atlas, USAGE, requirement, applies_from=now, by=None, now=now))
    assert requirement_changes.carry_out(world.services.database, now=now) == 1


def tool_asks_for_more(world: World) -> None:
    _require(world, replace(NEEDED, use=AccreditationNeeded("be.biv")))


def tool_has_new_terms(world: World) -> None:
    _require(world, replace(NEEDED, terms="v2"))


# What happens, and the action under which the history of the organisation tells it.
CAUSES: dict[Callable[[World], None], str] = {
    accreditation_lapses: "tool-registration-suspended",
    employee_is_blocked: "membership-blocked",
    employee_leaves: "membership-left",
    employee_is_removed: "membership-removed",
    role_is_taken_away: "tool-role-withdrawn",
    access_is_blocked: "tool-access-blocked",
    holder_withdraws: "mandate-withdrawn",
    holder_leaves: "membership-left",
    mandate_ends_by_itself: "mandate-expired",
    registration_ends: "tool-registration-ended",
    tool_asks_for_more: "tool-requirement-set",
    tool_has_new_terms: "tool-requirement-set",
}


@pytest.mark.parametrize(("cause", "action"), CAUSES.items(), ids=[cause.__name__ for cause in CAUSES])
def test_what_no_longer_rests_on_anything_closes(world: World, cause: Callable[[World], None], action: str) -> None:
    tokens = world.tokens(ATLAS, world.registration)
    assert world.userinfo(tokens["access_token"]) == 200

    cause(world)
    world.work()

    assert world.userinfo(tokens["access_token"]) == 401
    refreshed = world.ask(ATLAS, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed["error"] == "invalid_grant"
    (told,) = world.tool.requests
    assert told.startswith("POST /atlas ")
    with world.services.database.reading() as session:
        assert session.scalars(select(AuditRow).where(AuditRow.action == action)).all()


def test_a_new_mandate_lets_everybody_go_on(world: World) -> None:
    """The registration was suspended and not deleted: roles are as they were."""
    holder_withdraws(world)
    world.work()
    now = world.services.clock.now()

    def propose_and_accept(session: Session) -> None:
        offered = propose(session, world.registration, world.accreditation, by=world.carl, now=now)
        accept(session, offered, by=world.anna, acr=Acr.HIGH, now=now)

    world.change(propose_and_accept)

    assert "access_token" in world.tokens(ATLAS, world.registration)


def test_accepted_terms_let_everybody_go_on(world: World) -> None:
    tool_has_new_terms(world)
    world.work()

    world.change(lambda s: terms.accept(s, world.registration, "v2", by=world.carl, now=world.services.clock.now()))

    assert "access_token" in world.tokens(ATLAS, world.registration)
