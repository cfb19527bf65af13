"""The pages of transfers, limits and rights in a real browser: everybody can read them, on any screen."""

import pytest
from playwright.sync_api import Browser as Chromium

from core.wallet.control import choices
from core.wallet.control.limits import Limit
from tests.portal.browsing import at_the_portal
from tests.portal.wallet.control.conftest import World
from tests.support.accessibility import violations


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_everybody_can_read_the_pages(world: World, chromium: Chromium, width: int, scheme: str) -> None:
    anna, portal = world.of("anna"), world.portal
    with portal.services.database.transaction() as session:
        for person in (world.people["anna"], None):
            limits = [Limit(person, "finder", 7_50, None), Limit(person, None, None, 1_200_00)]
            choices.replace_limits(session, world.wallet, person, limits, now=portal.clock.now())

    faults = []
    with at_the_portal(chromium, anna.browser, width=width, scheme=scheme) as page:
        for end in ("/transfer", "/control", f"/control/{world.bram}", "/mine"):
            page.goto(portal.services.settings.portal_url + anna.url + end)
            found = violations(page, of_appearance_alone=scheme == "dark")
            wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            faults += [f"{end}: {fault}" for fault in (*found, *([f"too wide by {wider}"] if wider > 0 else []))]

    assert faults == []
