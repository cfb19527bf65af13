"""Somebody without an account is invited by mail, makes one on the way, works there, and is blocked again (O8, O6)."""

import re
import time

from playwright.sync_api import Browser, Page, expect

from tests.support import first_visit as visit
from tests.support.first_visit import Newcomer
from tests.support.running_product import PASSWORD, RunningProduct
from tests.support.steps import NOORD
from tests.support.windows import a_window

_SECONDS = 30


def test_invited_by_mail_registered_on_the_way_and_a_member_at_the_end(
    product: RunningProduct, chromium: Browser
) -> None:
    person = Newcomer.another()
    with a_window(chromium, language="en") as anna, a_window(chromium, language="en") as nora:
        employees = as_manager(anna, product)
        anna.goto(f"{employees}/invite?language=en")
        anna.fill("#invited-address", person.address)
        anna.select_option("#invited-language", "fr")
        anna.fill("#function", "Négociatrice")
        anna.select_option("#employee-type", "employee")
        anna.click("#to-access")
        anna.click("#invite-employee")
        expect(anna.locator("#done")).to_be_visible()

        nora.goto(invitation(product, person.address))
        expect(nora.locator("html")).to_have_attribute("lang", "fr")
        nora.click("#go-on")
        visit.register(nora, person)
        expect(nora.locator("html")).to_have_attribute("lang", "fr")
        visit.activate(nora, product, person)
        nora.click("#accept-invitation")
        expect(nora.locator("#done")).to_be_visible()

        anna.goto(f"{employees}?search={person.family_name}")
        anna.click("#employees a.button")
        expect(anna.locator("#shown-function")).to_contain_text("Négociatrice")
        anna.click("#block-employee")
        anna.click("#block-employee-yes")
        expect(anna.locator("#employee")).to_have_attribute("data-status", "blocked")
        assert nora.request.get(employees).status == 403


def as_manager(page: Page, product: RunningProduct) -> str:
    """Sign in as the manager of the demo and return the address of their employees."""
    page.goto(f"{product.addresses.portal}/sign-in")
    page.fill("#username", "demo.manager")
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    card = page.locator(f"article[data-organization='{NOORD}']")
    expect(card).to_be_visible()
    found = re.search(r"/organisations/org_\w+", card.inner_html())
    assert found is not None
    return f"{product.addresses.portal}{found[0]}/employees"


def invitation(product: RunningProduct, address: str) -> str:
    """Return the link of the invitation that arrived in somebody's mailbox."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        for mail in visit.mails_to(product, address):
            if (found := re.search(r"https?://\S+/invitations/\S+", mail["text"])) is not None:
                return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no invitation came to {address}")
