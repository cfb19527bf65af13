"""The pages of tools in a real browser: everybody can read them, on any screen, and questions are asked there."""

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from core.tools import access_requests
from core.tools.assignments import block_access
from core.tools.mandates import propose
from tests.portal.browsing import at_the_portal
from tests.portal.tools.world import USAGE, World
from tests.support.accessibility import violations


@pytest.fixture
def busy(world: World) -> World:
    """Return the office in the middle of things: somebody asks, somebody is blocked, a holder is asked."""
    world.act(lambda session: access_requests.ask(session, world.registration, by=world.bram, now=world.now))
    celine, accreditation = world.celines_membership.id, world.lent_by_celine
    world.act(lambda session: block_access(session, world.registration, celine, by=world.anna, now=world.now))
    world.act(lambda session: propose(session, world.registration, accreditation, by=world.anna, now=world.now))
    return world


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_everybody_can_read_the_pages(busy: World, chromium: Chromium, width: int, scheme: str) -> None:
    base = busy.portal.services.settings.portal_url
    anna, celine = busy.portal.signed_in(busy.anna), busy.portal.signed_in(busy.celine)
    finder, appraiser = busy.url("finder", USAGE), busy.url("appraiser", USAGE)
    pages = (busy.url(), finder, f"{finder}/access?edit=yes", f"{finder}/mandate", f"{finder}/end", "/mandates")

    faults = []
    for client, paths in ((anna, pages), (celine, ("/mandates", f"{appraiser}/register"))):
        with at_the_portal(chromium, client, width=width, scheme=scheme) as page:
            for path in paths:
                page.goto(base + path)
                found = violations(page, of_appearance_alone=scheme == "dark")
                faults += [f"{path}: {fault}" for fault in found + _cut_off(page)]

    assert faults == []


def test_the_end_is_asked_for_in_a_dialog(world: World, chromium: Chromium) -> None:
    base = world.portal.services.settings.portal_url
    with at_the_portal(chromium, world.portal.signed_in(world.anna)) as page:
        page.goto(base + world.url("finder"))
        page.click("#end-registration")
        page.keyboard.press("Escape")
        assert page.is_hidden("#end-registration-yes")
        page.click("#end-registration")
        page.click("#end-registration-yes")

        page.wait_for_selector("#register")


def _cut_off(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"wider than the screen by {wider}"] if wider > 0 else []
