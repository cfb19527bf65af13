"""The identity card in a real browser, in three languages: linked with three clicks, then enough by itself (E1, E2).

The product as `make run` starts it, with its card agent and test cards: no reader, no PIN.
"""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from development.product import ROOT
from idp.eid.card.software.holders import HOLDERS
from tests.support.accessibility import violations
from tests.support.outside_party import OutsideParty, Received
from tests.support.running_product import PASSWORD, RunningProduct
from tests.support.steps import NOORD
from tests.support.windows import a_window

HIGH = "http://eidas.europa.eu/LoA/high"
NEWCOMER = "demo.newcomer"
# Test card 3 is the newcomer's, test card 1 the manager's (`contract.md`).
MANAGERS, THIRD = HOLDERS[0], HOLDERS[2]


@pytest.fixture
def newcomer(product: RunningProduct) -> Iterator[str]:
    """Yield the newcomer, and unlink whatever card the test linked, as the helpdesk would."""
    yield NEWCOMER
    command = [sys.executable, "-m", "idp", "people", "unlink-eid", NEWCOMER, "--reason", "request"]
    subprocess.run([*command, "--yes"], env=product.environment, cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_newcomer_links_the_card_with_three_clicks_and_signs_in_with_it_alone(
    product: RunningProduct, chromium: Browser, newcomer: str, language: str
) -> None:
    with a_window(chromium, language=language) as page:
        page.goto(product.addresses.cadastrefinder)
        page.click("#sign-in")
        by_password(page, newcomer)

        page.click("#link-eid")
        choose(page, 3)
        expect(page.locator("main")).to_contain_text(THIRD.family_name)
        page.click("#store-eid")

        expect(page.locator("#company-number")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert_locked(page, product)
        received = with_the_card_alone(page, product)

    assert received.id_token["acr"] == HIGH
    assert {"sc", "pin", "mfa"} <= set(received.id_token["amr"])
    said = received.userinfo
    assert (said["given_name"], said["family_name"]) == (THIRD.given_names, THIRD.family_name)
    assert said["verified_claims"]["claims"]["birthdate"] == THIRD.birthdate.isoformat()
    assert THIRD.national_number not in received.everything


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_manager_goes_to_work_with_the_card_alone(product: RunningProduct, chromium: Browser, language: str) -> None:
    """Their card is linked in the demo world: no password, then the choice of a context."""
    with a_window(chromium, language=language) as page:
        page.goto(product.addresses.cadastrefinder)
        page.click("#sign-in")
        page.click("#eid-login")
        choose(page, 1)
        page.click(f"button.start-context[data-organization='{NOORD}']")

        expect(page.locator("#greeting")).to_be_visible()
        claims = page.request.get(f"{product.addresses.cadastrefinder}/claims.json").json()

    assert claims["acr"] == HIGH
    assert MANAGERS.national_number not in str(claims)


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_card_without_an_account_leads_to_another_way_to_sign_in(
    product: RunningProduct, chromium: Browser, language: str
) -> None:
    """The third card before it is linked: said in words, with one next step, and no account appears by itself."""
    with a_window(chromium, language=language) as page:
        page.goto(product.addresses.cadastrefinder)
        page.click("#sign-in")
        page.click("#eid-login")
        choose(page, 3)

        problem = page.locator("#problem-not-linked")
        expect(problem).to_be_visible()
        expect(problem.locator(".actions .button.primary")).to_have_count(1)
        assert violations(page) == []
        problem.locator(".actions .button.primary").click()
        expect(page.locator("form#login")).to_be_visible()


def test_card_of_somebody_who_has_another_account_is_not_linked(product: RunningProduct, chromium: Browser) -> None:
    """E3: the manager's card in the newcomer's hands."""
    with a_window(chromium) as page:
        page.goto(product.addresses.cadastrefinder)
        page.click("#sign-in")
        by_password(page, NEWCOMER)
        page.click("#link-eid")
        choose(page, 1)

        expect(page.locator("#problem-linked-to-other-account")).to_be_visible()
        assert "demo.manager" not in page.content()


def by_password(page: Page, username: str) -> None:
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("#sign-in")


def choose(page: Page, card: int) -> None:
    """Press the button of a test card."""
    page.locator("[data-cards] button").nth(card - 1).click()


def assert_locked(page: Page, product: RunningProduct) -> None:
    """See in the profile that what the card proved is shown and cannot be typed over."""
    page.goto(f"{product.addresses.issuer}/account/profile/edit")
    for name, value in (("given_name", THIRD.given_names), ("family_name", THIRD.family_name)):
        expect(page.locator(f"[name={name}]")).to_have_count(0)
        expect(page.locator("main")).to_contain_text(value)


def with_the_card_alone(page: Page, product: RunningProduct) -> Received:
    """Sign in at a party outside, in a browser that knows nobody."""
    page.context.clear_cookies()
    party = OutsideParty(product, f"{product.addresses.mailbox}/", "openid", "profile", "identity")
    party.send(page, acr_values=HIGH)
    page.click("#eid-login")
    choose(page, 3)
    page.click("#allow")
    return party.receive(page)
