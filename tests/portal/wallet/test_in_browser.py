"""The wallet's page and its chart in a real browser: everybody can read them, on any screen, also without scripts."""

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from tests.portal.browsing import at_the_portal
from tests.portal.wallet.world import Office
from tests.support.accessibility import violations


@pytest.fixture
def busy(office: Office) -> Office:
    """Return the office with a line of every state."""
    office.deposit(1_500_00)
    office.refund(office.charge(25_00).id, 5_00)
    office.charge(1_234_56, tool="rentals", description="Onroerendgoedvoorschottenafrekening")
    office.refuse(900_00, "insufficient-funds")
    office.hold(12_00)
    return office


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_everybody_can_read_the_pages(busy: Office, chromium: Chromium, width: int, scheme: str) -> None:
    base = busy.portal.services.settings.portal_url + busy.url
    faults = []
    with at_the_portal(chromium, busy.browser(), width=width, scheme=scheme) as page:
        for end in ("", "?number=x&sort=amount", "/spending"):
            page.goto(base + end)
            found = violations(page, of_appearance_alone=scheme == "dark")
            faults += [f"{end}: {fault}" for fault in found + _cut_off(page)]

    assert faults == []


def test_lines_are_filtered_and_sorted_on_a_telephone_without_scripts(busy: Office, chromium: Chromium) -> None:
    base = busy.portal.services.settings.portal_url
    with at_the_portal(chromium, busy.browser(), width=320, scripts=False) as page:
        page.goto(base + busy.url)
        page.select_option("#type", "tool:finder")
        page.click("#apply-filter")
        page.click("#sort-amount")

        numbers = page.locator("#transactions tbody tr").evaluate_all("rows => rows.map(row => row.dataset.number)")
        assert numbers == ["5", "2", "6", "3"]
        page.click("#clear-filters")
        assert page.locator("#transactions tbody tr").count() == 6


def _cut_off(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"wider than the screen by {wider}"] if wider > 0 else []
