"""What a person does on our pages, in words: the steps that journeys are made of."""

import time

from tests.support.form_browser import FormBrowser
from tests.support.html_page import Page
from tests.support.running_product import PASSWORD

NOORD = "0100001060"
ZUID = "0100002050"


def sign_in(browser: FormBrowser, username: str, password: str = PASSWORD) -> Page:
    """Fill in the sign-in page that the browser shows."""
    return browser.submit("#sign-in", username=username, password=password)


def start(browser: FormBrowser, company_number: str, usage: str) -> Page:
    """Press the start button of a context; where consent is due it is given with it."""
    return browser.submit(f"button.start-context[data-organization={company_number}][data-usage={usage}]")


def offered(page: Page) -> list[tuple[str, str, str]]:
    """Return the usable contexts that a page offers: company number, usage, role."""
    names = ("data-organization", "data-usage", "data-role")
    found = [tuple(button.attributes[name] for name in names) for button in page.all("button.start-context")]
    return [(number, usage, role) for number, usage, role in found]


def eventually_signed_out(browser: FormBrowser, address: str, *, seconds: int = 10) -> bool:
    """Tell whether a tool's session ends within so many seconds, as the worker tells it to."""
    for _ in range(10 * seconds):
        if browser.open(f"{address}/claims.json").status == 401:
            return True
        time.sleep(0.1)
    return False
