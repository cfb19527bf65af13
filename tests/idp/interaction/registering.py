"""Registering in tests: what a good form holds, the mails that come, the codes in them."""

from sqlalchemy import select

from core.infra.outbox import OutboxRow
from core.infra.topics import MailRequested, read
from idp.wiring import Services
from tests.support.letters import letters
from tests.support.sign_in import Browser

NEW_PASSWORD = "trein-boom-42-zee"
GOOD = {
    "given-name": "Clara",
    "family-name": "Van den Broeck",
    "username": "clara.vdb",
    "email": "clara@people.example",
    "password": NEW_PASSWORD,
    "password-again": NEW_PASSWORD,
    "accept-terms": "yes",
}


def open_registration(browser: Browser, client_id: str = "plain") -> Browser:
    """Go to the page on which accounts are made, from a tool's sign-in."""
    browser.authorize(client_id)
    return browser.get(browser.page.one("#register").attributes["href"])


def register(browser: Browser, **changes: str) -> Browser:
    """Fill in the form and press the button."""
    return browser.press("#create-account", **{**GOOD, **{name.replace("_", "-"): v for name, v in changes.items()}})


def all_cookies(browser: Browser) -> dict[str, str]:
    """Return everything that the browser holds, by name."""
    held = browser.client._cookies
    assert held is not None
    return {cookie.key: cookie.value for cookie in held.values()}


def mails(services: Services) -> list[MailRequested]:
    """Return the mails that wait to be sent, the oldest first."""
    with services.database.reading() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.created_at, OutboxRow.id))
        found = [read(row.topic, row.body) for row in rows]
    return [message for message in found if isinstance(message, MailRequested)]


def mailed_code(services: Services) -> str:
    """Return the code of the newest mail, as its receiver reads it."""
    return letters(services)[-1].code
