"""Every tool of the catalogue, and what the organisation does with it (manual 2.2.6)."""

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.people.identifiers import PersonId
from core.tools import access_requests
from core.tools.assignments import block_access
from core.tools.mandates import withdraw
from core.tools.registrations import registrations_of
from core.tools.tables import ToolRow
from tests.portal.tools.world import USAGE, World
from tests.support.offices import a_tool
from tests.support.statements import counted


def cards(world: World, person: PersonId, query: str = "") -> dict[str, set[str]]:
    """Return by tool what its card shows: its buttons and the states of its usages."""
    page = world.browser(person).open(world.url() + query)
    found = {}
    for card in page.all("article.tool-card"):
        buttons = {
            name
            for element in card.walk()
            if element.tag == "a"
            for name in element.attributes["class"].split()
            if name in {"start", "register", "details"}
        }
        states = {element.attributes["data-state"] for element in card.walk() if "data-state" in element.attributes}
        found[card.attributes["data-tool"]] = buttons | states
    return found


def test_a_manager_starts_what_is_registered_and_registers_the_rest(world: World) -> None:
    assert cards(world, world.anna) == {
        "finder": {"start", "details", "user"},
        "rentals": {"register", "details"},
        "appraiser": {"register", "details"},
    }
    page = world.browser(world.anna).open(world.url())
    assert page.one("a.button.start").attributes["href"] == (
        f"https://tool.example/sign-in?organization={world.organisation}&usage={USAGE}"
    )
    register = next(link for link in page.all("a.button.register") if "rentals" in link.attributes["href"])
    assert register.attributes["href"] == world.url("rentals", USAGE, "register")


def test_each_state_of_an_employee_has_its_word(world: World) -> None:
    """The usages that are registered say what the person has of them."""
    assert cards(world, world.bram)["finder"] == {"details", "no-user"}

    world.act(lambda session: access_requests.ask(session, world.registration, by=world.bram, now=world.now))
    assert cards(world, world.bram)["finder"] == {"details", "waiting"}

    world.give("user", to=world.colleague)
    assert cards(world, world.bram)["finder"] == {"details", "user", "start"}

    world.act(
        lambda session: block_access(session, world.registration, world.colleague.id, by=world.anna, now=world.now)
    )
    assert cards(world, world.bram)["finder"] == {"details", "blocked"}

    def withdraw_mandate(session: Session) -> None:
        found = registrations_of(session, world.organisation, world.finder)[USAGE].mandate
        assert found is not None
        withdraw(session, found.id, by=world.anna, now=world.now)

    world.act(withdraw_mandate)
    assert cards(world, world.bram)["finder"] == {"details", "suspended"}
    assert cards(world, world.anna)["finder"] == {"details", "suspended"}


@pytest.mark.parametrize("words", ["finder", "FINDER", "Estate  agent finder"])
def test_a_tool_is_found_by_its_words(world: World, words: str) -> None:
    assert list(cards(world, world.anna, f"?search={words}")) == ["finder"]


def test_what_nobody_is_called_leads_back_to_all(world: World) -> None:
    page = world.browser(world.anna).open(world.url() + "?search=nothing%20like%20it")

    assert page.has("div.empty-state")
    assert not page.has("#tools")


def test_a_tool_that_does_not_run_has_no_start(world: World) -> None:
    world.act(lambda session: session.execute(update(ToolRow).where(ToolRow.id == world.finder).values(home_url=None)))

    assert cards(world, world.anna)["finder"] == {"details", "user"}


def test_the_number_of_statements_does_not_grow_with_the_tools(world: World) -> None:
    database, browser = world.portal.services.database, world.browser(world.anna)
    browser.open(world.url())
    with counted(database) as few:
        browser.open(world.url())
    before = len(few)

    world.act(lambda session: [a_tool(session, f"tool-{number}", now=world.now) for number in range(20)])
    with counted(database) as many:
        browser.open(world.url())

    assert len(many) == before <= 6


@pytest.mark.parametrize(
    ("who", "status"), [("dirk", 403), ("els", 403), ("fons", 404)], ids=["waiting", "blocked", "stranger"]
)
def test_only_members_see_the_tools(world: World, who: str, status: int) -> None:
    browser = world.browser(getattr(world, who))

    for path in (
        world.url(),
        world.url("finder"),
        world.url("finder", USAGE, "register"),
        world.url("finder", USAGE, "access"),
    ):
        assert browser.open(path).status == status, path
