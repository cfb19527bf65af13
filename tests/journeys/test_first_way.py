"""The first whole way through the product, from "Connexion" in a tool to signing out everywhere."""

import json
import time
from typing import Any

import pytest

from tests.support.form_browser import FormBrowser
from tests.support.running_product import RunningProduct
from tests.support.steps import NOORD, ZUID, eventually_signed_out, offered, sign_in, start


def claims(browser: FormBrowser, tool: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(browser.open(f"{tool}/claims.json").body)
    return found


def at_cadastrefinder(product: RunningProduct, *, language: str = "en") -> FormBrowser:
    """Return a browser in which demo.manager works for Noord in CadastreFinder."""
    browser = product.browser(language=language)
    browser.open(product.addresses.cadastrefinder)
    browser.click("#sign-in")
    sign_in(browser, "demo.manager")
    start(browser, NOORD, "estate-agent")
    assert browser.page.has("#greeting"), browser.page.text
    return browser


@pytest.mark.parametrize(
    ("language", "door", "greeting"),
    [
        ("nl", "Aanmelden", "U werkt voor Immo Demo Noord BV als vastgoedmakelaar"),
        ("fr", "Connexion", "Vous travaillez pour Immo Demo Noord BV comme agent immobilier"),
        ("en", "Sign in", "You work for Immo Demo Noord BV as estate agent"),
    ],
)
def test_person_signs_in_at_a_tool_picks_a_context_and_is_greeted_under_it(
    product: RunningProduct, language: str, door: str, greeting: str
) -> None:
    browser = product.browser(language=language)
    page = browser.open(product.addresses.cadastrefinder)
    assert page.one("#sign-in").text == door

    login = browser.click("#sign-in")
    choice = sign_in(browser, "demo.manager")
    home = start(browser, NOORD, "estate-agent")

    assert (login.language, choice.language, home.language) == (language, language, language)
    assert login.has("form#login")
    assert offered(choice) == [(NOORD, "estate-agent", "user")]
    assert "Immo Demo Zuid SRL" in choice.text
    assert home.url == f"{product.addresses.cadastrefinder}/"
    assert home.one("#greeting").text == greeting


def test_tool_reads_the_chosen_context_and_nothing_of_another(product: RunningProduct) -> None:
    browser = at_cadastrefinder(product)

    said = claims(browser, product.addresses.cadastrefinder)

    assert said["iss"] == product.addresses.issuer
    assert said["aud"] == "cadastrefinder"
    assert said["org_name"] == "Immo Demo Noord BV"
    assert said["roles"] == ["user"]
    assert said["acr"] == "urn:immo-connect:acr:pwd"
    assert said["urn:immo-connect:claims:usage"]["code"] == "estate-agent"
    assert said["urn:immo-connect:claims:organization"]["company_number"] == NOORD
    assert said["urn:immo-connect:claims:membership"]["manager"] is True
    (held,) = said["urn:immo-connect:claims:accreditations"]
    assert (held["type"], held["number"], held["basis"]) == ("be.biv", "500123", "own")
    assert "Zuid" not in json.dumps(said)
    assert "name" not in said


def test_what_the_tool_receives_is_shown_the_first_time_and_not_again(product: RunningProduct) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")
    first = sign_in(browser, product.somebody_new())
    browser.submit("button.start-context")

    again = browser.open(f"{product.addresses.cadastrefinder}/sign-in?prompt=select_account")

    assert "What CadastreFinder receives" in first.text
    assert not first.has("#allow")
    assert offered(again) == offered(first)
    assert len(offered(first)) == 1
    assert "What CadastreFinder receives" not in again.text


def test_employee_works_under_the_mandate_of_the_accreditations_holder(product: RunningProduct) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")
    sign_in(browser, "demo.employee")
    home = start(browser, NOORD, "estate-agent")

    (held,) = claims(browser, product.addresses.cadastrefinder)["urn:immo-connect:claims:accreditations"]

    assert (held["number"], held["basis"]) == ("500123", "mandated")
    assert held["holder"]["name"] in home.text


def test_second_tool_opens_without_signing_in_again_and_under_another_organisation(product: RunningProduct) -> None:
    browser = at_cadastrefinder(product)

    choice = browser.open(f"{product.addresses.myrent}/sign-in")
    home = start(browser, ZUID, "syndic")

    assert not choice.has("form#login")
    assert offered(choice) == [(NOORD, "estate-agent", "user"), (ZUID, "syndic", "user")]
    assert home.one("#greeting").text == "You work for Immo Demo Zuid SRL as syndic"
    here = claims(browser, product.addresses.myrent)
    there = claims(browser, product.addresses.cadastrefinder)
    assert (here["org_name"], there["org_name"]) == ("Immo Demo Zuid SRL", "Immo Demo Noord BV")
    assert here["sid"] == there["sid"]
    assert here["auth_time"] == there["auth_time"]


def test_context_is_changed_from_the_menu(product: RunningProduct) -> None:
    browser = at_cadastrefinder(product)
    browser.open(f"{product.addresses.myrent}/sign-in")
    start(browser, ZUID, "syndic")

    choice = browser.click("#change-context")
    home = start(browser, NOORD, "estate-agent")

    assert not choice.has("form#login")
    assert home.one("#greeting").text == "You work for Immo Demo Noord BV as estate agent"
    assert claims(browser, product.addresses.cadastrefinder)["org_name"] == "Immo Demo Noord BV"


def test_whoever_cancels_goes_back_to_the_tool_which_explains(product: RunningProduct) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")
    sign_in(browser, "demo.manager")

    page = browser.submit("#cancel")

    assert page.url.startswith(product.addresses.cadastrefinder)
    assert page.one("#error").attributes["data-code"] == "access_denied"
    assert page.has("#again")
    assert browser.open("/claims.json").status == 401


def test_whoever_cancels_a_change_of_context_stays_under_the_old_one(product: RunningProduct) -> None:
    browser = at_cadastrefinder(product)
    browser.click("#change-context")

    browser.submit("#cancel")

    assert claims(browser, product.addresses.cadastrefinder)["org_name"] == "Immo Demo Noord BV"


def test_portal_opens_without_signing_in_again_and_shows_my_organisations(product: RunningProduct) -> None:
    browser = at_cadastrefinder(product)

    home = browser.click("#my-organisations")

    assert home.url == f"{product.addresses.portal}/"
    assert not any("/login" in url for url in browser.trail)
    assert [card.attributes["data-organization"] for card in home.all("article.organisation-card")] == [NOORD, ZUID]


def test_signing_out_of_one_tool_signs_out_of_everything(product: RunningProduct) -> None:
    browser = at_cadastrefinder(product)
    browser.open(f"{product.addresses.myrent}/sign-in")
    start(browser, ZUID, "syndic")
    browser.open(f"{product.addresses.portal}/sign-in")
    assert browser.page.has("#name-menu")

    page = browser.open(f"{product.addresses.cadastrefinder}/sign-out")

    assert page.url.startswith(f"{product.addresses.cadastrefinder}/signed-out")
    assert page.has("#signed-out")
    assert eventually_signed_out(browser, product.addresses.cadastrefinder)
    assert eventually_signed_out(browser, product.addresses.myrent)
    assert _eventually_signed_out_of_the_portal(browser, product)
    assert browser.open(f"{product.addresses.myrent}/sign-in").has("form#login")


def test_signing_out_of_the_portal_signs_out_of_the_tools(product: RunningProduct) -> None:
    browser = at_cadastrefinder(product)
    browser.open(f"{product.addresses.portal}/sign-in")

    page = browser.submit("#sign-out")

    assert page.url.startswith(f"{product.addresses.portal}/signed-out")
    assert page.has("#signed-out")
    assert eventually_signed_out(browser, product.addresses.cadastrefinder)


def test_signing_out_ends_the_session_of_this_browser_and_no_other(product: RunningProduct) -> None:
    here, elsewhere = at_cadastrefinder(product), at_cadastrefinder(product)

    here.open(f"{product.addresses.cadastrefinder}/sign-out")

    assert eventually_signed_out(here, product.addresses.cadastrefinder)
    assert elsewhere.open(f"{product.addresses.cadastrefinder}/claims.json").status == 200


def test_whoever_has_no_context_is_told_why_and_cannot_start(product: RunningProduct) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")

    page = sign_in(browser, "demo.lapsed")

    assert offered(page) == []
    assert "Immo Demo Zuid SRL" in page.text
    assert page.has("#cancel")


def test_a_wrong_password_asks_again_and_signs_nobody_in(product: RunningProduct) -> None:
    browser = product.browser()
    browser.open(f"{product.addresses.cadastrefinder}/sign-in")

    page = sign_in(browser, "demo.manager", "not-the-password")

    assert page.has("form#login")
    assert not page.has("button.start-context")
    assert sign_in(browser, "demo.manager").has("button.start-context")


def _eventually_signed_out_of_the_portal(browser: FormBrowser, product: RunningProduct) -> bool:
    for _ in range(100):
        if browser.open(f"{product.addresses.portal}/").has("#sign-in"):
            return True
        time.sleep(0.1)
    return False
