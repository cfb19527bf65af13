"""What somebody does who comes to CadastreFinder for the first time, page by page."""

import re
import time
from dataclasses import dataclass
from typing import Any

import requests
from playwright.sync_api import Page, expect

from tests.support.offices import a_company
from tests.support.running_product import COMPANIES, RunningProduct

PASSWORD = "a hat for a rainy tuesday"
_SECONDS = 30
# As every language writes it: the code ends a line of its own.
_CODE = re.compile(r": ([A-Z0-9]{6})\s*$", re.MULTILINE)
_numbers = iter(COMPANIES)


@dataclass(frozen=True)
class Newcomer:
    """Somebody who has no account yet, and the company that nobody has added."""

    family_name: str
    company_number: str

    @classmethod
    def another(cls) -> "Newcomer":
        """Return somebody who was not there before in this run."""
        number = next(_numbers)
        letters = "".join("abcdefghij"[int(digit)] for digit in str(number))
        return cls(f"Newman{letters}", a_company(number).company_number)

    @property
    def username(self) -> str:
        """Return the username that is proposed to them."""
        return f"nora.{self.family_name.lower()}"

    @property
    def address(self) -> str:
        """Return their e-mail address."""
        return f"{self.username}@people.example"


def come(page: Page, product: RunningProduct) -> None:
    """Go to the tool and on to its sign-in."""
    page.goto(product.addresses.cadastrefinder)
    page.click("#sign-in")
    expect(page.locator("form#login")).to_be_visible()


def register(page: Page, person: Newcomer, *, scripts: bool = True) -> None:
    """Make the account, as far as the page that asks for the code."""
    page.click("#register")
    page.fill("#given-name", "Nora")
    page.fill("#family-name", person.family_name)
    if scripts:
        expect(page.locator("#username")).to_have_value(person.username)
    page.fill("#email", person.address)
    page.check("#accept-terms")
    _create(page)
    if not scripts:
        # The server proposes it, and asks for the passwords again, which no page repeats.
        expect(page.locator("#username")).to_have_value(person.username)
        _create(page)
    expect(page.locator("#activation-code")).to_be_visible()


def _create(page: Page) -> None:
    page.fill("#password", PASSWORD)
    page.fill("#password-again", PASSWORD)
    page.click("#create-account")


def activate(page: Page, product: RunningProduct, person: Newcomer) -> None:
    """Enter the code that was mailed, and put the identity card off."""
    page.fill("#activation-code", mailed_code(product, person.address))
    page.click("#activate")
    put_card_off(page)


def put_card_off(page: Page) -> None:
    """Go on without the identity card, as somebody without one does at each sign-in."""
    page.click("#skip-eid")


def sign_in(page: Page, person: Newcomer) -> None:
    """Sign in with the username that was proposed."""
    page.fill("#username", person.username)
    page.fill("#password", PASSWORD)
    page.click("form#login #sign-in")


def find_organisation(page: Page, company_number: str) -> None:
    """Look up an organisation by its number, written as people write it."""
    number = f"{company_number[:4]}.{company_number[4:7]}.{company_number[7:]}"
    page.fill("#company-number", number)
    page.click("#find-organisation")


def found_organisation(page: Page, person: Newcomer) -> None:
    """Add the organisation that nobody has added."""
    find_organisation(page, person.company_number)
    page.fill("#organisation-name", f"{person.family_name} BV")
    page.fill("#organisation-street", "Kerkstraat 1")
    page.fill("#organisation-postal-code", "9000")
    page.fill("#organisation-locality", "Gent")
    page.fill("#function", "Landmeter")
    page.fill("#work-email", person.address)
    page.click("#create-organisation")
    expect(page.locator("#register-tool")).to_be_visible()


def register_tool(page: Page, usage: str) -> None:
    """Register the tool in one capacity and accept its terms."""
    page.click(f"main a[href*='usage={usage}']")
    expect(page.locator(f"main a[href*='usage={usage}'][aria-current]")).to_be_visible()
    page.check("#accept-tool-terms")
    page.click("#register-tool")


def start(page: Page, company_number: str, usage: str) -> dict[str, Any]:
    """Press the start button; return what the tool was told about them."""
    page.click(f"button.start-context[data-organization='{company_number}'][data-usage='{usage}']")
    expect(page.locator("#greeting")).to_be_visible()
    said = page.request.get(f"{page.url.rstrip('/')}/claims.json")
    assert said.ok, said.status
    claims: dict[str, Any] = said.json()
    return claims


def mails_to(product: RunningProduct, address: str) -> list[dict[str, Any]]:
    """Return the mails that came to an address, the newest first."""
    received = requests.get(f"{product.addresses.mailbox}/messages.json", timeout=_SECONDS).json()
    return [mail for mail in received if address in mail["to"]]


def mailed_code(product: RunningProduct, address: str) -> str:
    """Return the code of the newest mail to an address, once it has come."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        for mail in mails_to(product, address):
            assert not _CODE.search(mail["subject"])
            if (found := _CODE.search(mail["text"])) is not None:
                return found[1]
        time.sleep(0.2)
    raise AssertionError(f"no code came to {address}")


def wait_for_mails(product: RunningProduct, address: str, number: int) -> None:
    """Return once so many mails came to an address."""
    until = time.monotonic() + _SECONDS
    while len(mails_to(product, address)) < number:
        assert time.monotonic() < until, [mail["subject"] for mail in mails_to(product, address)]
        time.sleep(0.2)
