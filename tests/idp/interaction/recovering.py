"""Recovering a password in tests: the three pages, and where to begin."""

from core.infra import rate_limit
from core.infra.addresses import network_of
from core.people.rules import address_key
from idp.credentials import code_requests
from idp.credentials.tables import CodePurpose
from idp.wiring import Services
from tests.support.letters import letters
from tests.support.sign_in import Browser

ADDRESS = "anna.peeters@people.example"
NEW = "trein-boom-42-zee"


def begin(browser: Browser, client_id: str = "plain") -> Browser:
    """Go from a tool to the sign-in page and on to the forgotten password."""
    browser.authorize(client_id)
    return browser.get(browser.page.one("#forgot-password").attributes["href"])


def ask(browser: Browser, address: str = ADDRESS) -> Browser:
    """Fill in the first page."""
    return browser.press("#send-code", email=address)


def enter(browser: Browser, code: str) -> Browser:
    """Fill in the second page."""
    return browser.press("#confirm-code", **{"recovery-code": code})


def choose(browser: Browser, new: str = NEW, again: str | None = None) -> Browser:
    """Fill in the third page."""
    typed = {"new-password": new, "new-password-again": new if again is None else again}
    return browser.press("#save-password", **typed)


def code_of(services: Services) -> str:
    """Return the code of the newest mail."""
    return letters(services, "recovery")[-1].code


def a_minute_later(services: Services, address: str = ADDRESS, caller: str = "127.0.0.1") -> None:
    """Let the pause between two mails be over: the store goes by the real time."""
    whose = f"{network_of(caller)}\n{address_key(address)}"
    rate_limit.forget(services.store, code_requests.PAUSE, f"{CodePurpose.RECOVERY}\n{whose}")


def proven(browser: Browser, services: Services, address: str = ADDRESS) -> Browser:
    """Go through the first two pages."""
    ask(begin(browser), address)
    return enter(browser, code_of(services))
