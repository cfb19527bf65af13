"""What the worker does when a context closes: tokens end, the tool and the person hear of it (T6)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from core.infra.http import OutboundHttp
from core.infra.settings import Mode
from core.organisations.enrolment import add_member
from core.organisations.identifiers import MembershipId
from core.organisations.rules import MemberDetails
from core.tools import registration
from core.tools.assignments import assign_role, block_access
from development.mail_server import Mailbox
from idp.app import create_app
from idp.wiring import Services
from tests.core.infra.servers import Server, answering, serving
from tests.support.product import HttpsClient
from tests.support.tool_user import ToolUser
from tests.support.tools import TOOL_SCOPE, Office, a_client, an_office

ATLAS = ("atlas", "atlas-secret")
RENT = ("rent", "rent-secret")


@dataclass(frozen=True)
class World(ToolUser):
    """Bert, who uses `atlas` and `rent` for Noord, and a tool that wants to hear of sign-outs."""

    office: Office
    membership_id: MembershipId


@pytest.fixture
def tool() -> Iterator[Server]:
    """Yield a tool that accepts whatever it is posted."""
    with serving(answering(b"")) as server:
        yield server


@pytest.fixture
def world(services: Services, tool: Server) -> World:
    """Return Bert's world; nothing is left in the outbox."""
    reaching = replace(services, http=OutboundHttp(services.settings.outbound, Mode.TEST, [tool.port]))
    office, now = an_office(reaching), services.clock.now()
    for code, tool_id in (("atlas", office.atlas), ("rent", office.rent)):
        policy = {"scope": TOOL_SCOPE, "session_refresh": True}
        a_client(reaching, code, tool_id=tool_id, policy=policy, backchannel_logout_uri=f"{tool.url}/{code}")
    with services.database.transaction() as session:
        bert = add_member(session, office.noord, office.bert, by=office.anna, details=MemberDetails(), now=now)
        for registration in (office.noord_atlas, office.noord_rent):
            assign_role(session, registration, bert.id, "user", by=office.anna, now=now)
    app = create_app(reaching.settings, services=reaching)
    app.config["TEST_BASE_URL"] = reaching.settings.issuer
    app.test_client_class = HttpsClient
    found = World(reaching, "bert.janssens", tool, app.test_client(), office, bert.id)
    found.work()
    return found


@pytest.fixture
def block(world: World) -> Callable[[], None]:
    """Return what makes Anna shut Bert out of `atlas`."""

    def act() -> None:
        office, now = world.office, world.services.clock.now()
        with world.services.database.transaction() as session:
            block_access(session, office.noord_atlas, world.membership_id, by=office.anna, now=now)

    return act


def test_tokens_of_a_context_that_closed_are_worth_nothing(world: World, block: Callable[[], None]) -> None:
    tokens = world.tokens(ATLAS, world.office.noord_atlas)
    assert world.userinfo(tokens["access_token"]) == 200

    block()
    world.work()

    assert world.userinfo(tokens["access_token"]) == 401
    refreshed = world.ask(ATLAS, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed["error"] == "invalid_grant"


def test_the_tool_hears_at_once_that_its_session_is_over(world: World, block: Callable[[], None]) -> None:
    world.tokens(ATLAS, world.office.noord_atlas)

    block()
    world.work()

    (request,) = world.tool.requests
    assert request.startswith("POST /atlas ")


def test_the_person_is_written_to_in_their_language(world: World, mailbox: Mailbox) -> None:
    world.tokens(ATLAS, world.office.noord_atlas)

    with world.services.database.transaction() as session:
        registration.end(session, world.office.noord_atlas, by=world.office.anna, now=world.services.clock.now())
    world.work()

    (mail,) = mailbox.mails()
    assert mail.to == ("bert.janssens@people.example",)
    assert "Atlas" in mail.subject
    assert "au nom de Noord BV" in mail.text


def test_whoever_heard_of_it_from_the_manager_is_not_written_to_twice(
    world: World, block: Callable[[], None], mailbox: Mailbox
) -> None:
    world.tokens(ATLAS, world.office.noord_atlas)

    block()
    world.work()

    (mail,) = mailbox.mails()
    assert (mail.to, "Noord BV" in mail.subject) == (("bert.janssens@people.example",), True)


def test_what_is_still_usable_goes_on(world: World, block: Callable[[], None]) -> None:
    kept = world.tokens(RENT, world.office.noord_rent)

    block()
    world.work()

    assert world.userinfo(kept["access_token"]) == 200
    assert "access_token" in world.ask(RENT, grant_type="refresh_token", refresh_token=kept["refresh_token"])
    assert world.tool.requests == []


def test_a_message_that_comes_twice_does_nothing_more(
    world: World, block: Callable[[], None], mailbox: Mailbox
) -> None:
    world.tokens(ATLAS, world.office.noord_atlas)
    block()
    world.work()

    block()
    world.work()

    assert len(world.tool.requests) == 1
    assert len(mailbox.mails()) == 1
