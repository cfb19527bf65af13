"""A manager blocks an employee in the portal: what the employee had open at a tool closes within seconds (T6)."""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import urlencode

import requests

from tests.support.form_browser import FormBrowser
from tests.support.running_product import RunningProduct
from tests.support.steps import NOORD, eventually_signed_out, sign_in, start

TOOL = ("cadastrefinder", "cadastrefinder-demo-secret")
SECONDS = 10


def a_manager(product: RunningProduct) -> tuple[FormBrowser, str]:
    """Return a browser of demo.manager, and the page of demo.employee in Noord."""
    browser = product.browser()
    browser.open(f"{product.addresses.portal}/organisations")
    sign_in(browser, "demo.manager")
    cards = browser.page.all("article.organisation-card")
    noord = next(card for card in cards if card.attributes["data-organization"] == NOORD)
    data = next(link for link in noord.walk() if link.attributes.get("href", "").startswith("/organisations/"))
    organisation = "/".join(data.attributes["href"].split("/")[:3])
    browser.open(f"{organisation}/employees?search=claes")
    found = [one for one in browser.page.all("a") if "/employees/mem_" in one.attributes.get("href", "")]
    (url,) = {one.attributes["href"].split("?")[0] for one in found if "Claes" in one.text}
    return browser, url


def do_to(employee_url: str, manager: FormBrowser, deed: str) -> None:
    """Answer the question that comes before the deed."""
    manager.open(f"{employee_url}/{deed}")
    page = manager.submit(f"#{deed}-employee-yes")
    assert page.has("#done"), page.text


def tokens_of(employee: FormBrowser, product: RunningProduct) -> dict[str, str]:
    """Sign the employee in at the tool once more, and be the tool that gets the code."""
    callback = f"{product.addresses.cadastrefinder}/callback"
    verifier = secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    wanted = {
        "client_id": TOOL[0],
        "redirect_uri": callback,
        "response_type": "code",
        "scope": "openid organization roles",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "state": "s",
        "nonce": "n",
    }
    employee.stays_out_of = (callback,)
    # The context was chosen in this session: nothing is asked.
    employee.open(f"{product.addresses.issuer}/authorize?{urlencode(wanted)}")
    employee.stays_out_of, code = (), employee.answer["code"]
    return ask(product, grant_type="authorization_code", code=code, redirect_uri=callback, code_verifier=verifier)


def ask(product: RunningProduct, **form: str) -> dict[str, str]:
    answer: dict[str, str] = requests.post(f"{product.addresses.issuer}/token", data=form, auth=TOOL, timeout=20).json()
    return answer


def within_seconds(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_a_blocked_employee_is_out_of_the_tool_within_seconds(product: RunningProduct) -> None:
    employee, (manager, employee_url) = product.browser(), a_manager(product)
    employee.open(f"{product.addresses.cadastrefinder}/sign-in")
    sign_in(employee, "demo.employee")
    start(employee, NOORD, "estate-agent")
    refresh_token = tokens_of(employee, product)["refresh_token"]
    refreshed = ask(product, grant_type="refresh_token", refresh_token=refresh_token)
    assert "access_token" in refreshed
    assert employee.open(f"{product.addresses.cadastrefinder}/claims.json").status == 200

    do_to(employee_url, manager, "block")
    try:
        answer = ask(product, grant_type="refresh_token", refresh_token=refreshed.get("refresh_token", refresh_token))
        assert answer["error"] == "invalid_grant"
        # What the tool knows of it, it knows by its logout token.
        assert eventually_signed_out(employee, product.addresses.cadastrefinder, seconds=SECONDS)
        mails = requests.get(f"{product.addresses.mailbox}/messages.json", timeout=20).json
        assert within_seconds(lambda: any("Immo Demo Noord BV" in mail["subject"] for mail in mails()))
        again = employee.open(f"{product.addresses.cadastrefinder}/sign-in")
        assert not again.has("button.start-context")
    finally:
        do_to(employee_url, manager, "activate")

    employee.open(f"{product.addresses.cadastrefinder}/sign-in")
    assert start(employee, NOORD, "estate-agent").has("#greeting")
