"""A program dies between two steps of a sign-in or sign-out: the person goes on, nothing is half-done."""

import json
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier
from typing import Any

import requests

from tests.support.form_browser import FormBrowser
from tests.support.running_product import RunningProduct
from tests.support.steps import NOORD, ZUID, eventually_signed_out, sign_in, start

_CLIENT = ("cadastrefinder", "cadastrefinder-demo-secret")


def claims(browser: FormBrowser, tool: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(browser.open(f"{tool}/claims.json").body)
    return found


def test_the_provider_dies_while_the_person_types_the_password(product: RunningProduct) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")

    product.crash("provider")
    sign_in(browser, "demo.manager")
    page = start(browser, NOORD, "estate-agent")

    assert page.has("#greeting")


def test_the_provider_dies_while_the_person_chooses(product: RunningProduct) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")
    sign_in(browser, "demo.manager")

    product.crash("provider")
    page = start(browser, NOORD, "estate-agent")

    assert page.has("#greeting")


def test_provider_and_tool_die_before_the_code_is_redeemed(product: RunningProduct) -> None:
    callback = f"{product.addresses.cadastrefinder}/callback"
    browser = product.browser(stays_out_of=(callback,))
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")
    sign_in(browser, "demo.manager")
    stopped_at = start(browser, NOORD, "estate-agent").url

    product.crash("provider", "cadastrefinder")
    browser.stays_out_of = ()
    page = browser.open(stopped_at)

    assert page.has("#greeting")


def test_sessions_outlive_every_program(product: RunningProduct) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")
    sign_in(browser, "demo.manager")
    start(browser, NOORD, "estate-agent")
    browser.open(f"{product.addresses.portal}/sign-in")

    product.crash("provider", "cadastrefinder", "portal", "worker")
    choice = browser.open(f"{product.addresses.myrent}/sign-in")

    assert not choice.has("form#login")
    assert browser.open(f"{product.addresses.portal}/").has("#name-menu")
    assert claims(browser, product.addresses.cadastrefinder)["org_name"] == "Immo Demo Noord BV"


def test_a_sign_out_reaches_the_tools_before_the_browser_is_back_even_without_the_worker(
    product: RunningProduct,
) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")
    sign_in(browser, "demo.manager")
    start(browser, NOORD, "estate-agent")
    browser.open(f"{product.addresses.myrent}/sign-in")
    start(browser, ZUID, "syndic")

    product.supervisor.kill("worker")
    page = browser.open(f"{product.addresses.cadastrefinder}/sign-out")
    status = browser.open(f"{product.addresses.myrent}/claims.json").status
    product.supervisor.start_one("worker")

    assert page.has("#signed-out")
    assert status == 401


def test_a_sign_out_reaches_a_tool_that_was_down_when_it_is_back(product: RunningProduct) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")
    sign_in(browser, "demo.manager")
    start(browser, NOORD, "estate-agent")
    browser.open(f"{product.addresses.myrent}/sign-in")
    start(browser, ZUID, "syndic")

    product.supervisor.kill("myrent-pro")
    browser.open(f"{product.addresses.cadastrefinder}/sign-out")
    product.supervisor.start_one("myrent-pro")
    product.supervisor.wait_until_ready("myrent-pro")

    assert eventually_signed_out(browser, product.addresses.myrent, seconds=60)


def test_of_two_that_redeem_one_code_at_once_one_wins(product: RunningProduct) -> None:
    callback = f"{product.addresses.cadastrefinder}/callback"
    browser = product.browser(stays_out_of=(callback,))
    verifier = "a-verifier-of-forty-three-characters-at-least"
    browser.open(
        f"{product.addresses.issuer}/authorize?response_type=code&client_id=cadastrefinder&redirect_uri={callback}"
        "&scope=openid%20organization&state=s&nonce=n&code_challenge_method=S256&code_challenge="
        + challenge_of(verifier)
    )
    sign_in(browser, "demo.manager")
    start(browser, NOORD, "estate-agent")
    fields = {
        "grant_type": "authorization_code",
        "code": browser.answer["code"],
        "redirect_uri": callback,
        "code_verifier": verifier,
    }
    together = Barrier(6)

    def redeem(_: int) -> tuple[int, str | None]:
        together.wait()
        answer = requests.post(f"{product.addresses.issuer}/token", data=fields, auth=_CLIENT, timeout=20)
        return answer.status_code, answer.json().get("error")

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(redeem, range(6)))

    assert answers == [(200, None)] + [(400, "invalid_grant")] * 5


def challenge_of(verifier: str) -> str:
    digest = sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
