"""acr_values, the essential acr claim, require_acr of a client (claims.md, Asking for a context)."""

import json

import pytest

from idp.wiring import Services
from tests.support.sign_in import Browser
from tests.support.tools import a_client

PASSWORD = "urn:immo-connect:acr:pwd"
MFA = "urn:immo-connect:acr:mfa"
HIGH = "http://eidas.europa.eu/LoA/high"


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    """Return a browser in which Anna signed in and allowed `plain`."""
    return browser.authorize("plain").sign_in().press("#allow")


def essential(*values: str) -> str:
    return json.dumps({"id_token": {"acr": {"essential": True, "values": values}}})


@pytest.mark.parametrize("values", [PASSWORD, f"{HIGH} {PASSWORD}", f"{HIGH} {MFA}", HIGH, "1 2", "unknown"])
def test_oidcc_ensure_request_with_acr_values_succeeds(signed_in: Browser, values: str) -> None:
    """Wishes are met or pass: the token says what was reached."""
    assert "code" in signed_in.authorize("plain", acr_values=values).answer
    assert "code" in signed_in.authorize("plain", acr_values=values, prompt="none").answer


def test_essential_acr_that_is_reached_succeeds(signed_in: Browser) -> None:
    assert "code" in signed_in.authorize("plain", claims=essential(HIGH, PASSWORD)).answer


@pytest.mark.parametrize(
    ("values", "prompt"), [((HIGH,), "none"), *((("unheard-of",), prompt) for prompt in (None, "none", "login"))]
)
def test_essential_acr_out_of_reach_is_an_error(
    signed_in: Browser, values: tuple[str, ...], prompt: str | None
) -> None:
    answer = signed_in.authorize("plain", claims=essential(*values), prompt=prompt).answer

    assert answer["error"] == "unmet_authentication_requirements"


def test_essential_acr_out_of_reach_is_known_only_of_a_person(browser: Browser) -> None:
    browser.authorize("plain", claims=essential("unheard-of")).sign_in()

    assert browser.answer["error"] == "unmet_authentication_requirements"


def test_level_that_only_the_card_reaches_leads_to_linking_it(browser: Browser) -> None:
    """Nobody is sent back with an error who can mend it: see `test_link_eid.py` for the way on."""
    browser.skips_card = False

    browser.authorize("plain", claims=essential(HIGH)).sign_in()

    assert browser.page.has("#link-eid") and not browser.page.has("#skip-eid")
    assert browser.press("#cancel").answer["error"] == "access_denied"


def test_voluntary_acr_claim_is_a_wish(signed_in: Browser) -> None:
    claims = json.dumps({"id_token": {"acr": {"values": [HIGH]}}})

    assert "code" in signed_in.authorize("plain", claims=claims).answer


def test_require_acr_of_the_client_is_essential(services: Services, browser: Browser) -> None:
    a_client(services, "careful", policy={"require_acr": HIGH})
    a_client(services, "easy", policy={"require_acr": PASSWORD})

    demanded = browser.authorize("careful").sign_in().page
    refused = browser.authorize("careful", prompt="none").answer
    allowed = browser.authorize("easy").press("#allow").answer

    assert demanded.has("#link-eid")
    assert refused["error"] == "unmet_authentication_requirements"
    assert "code" in allowed


def test_claims_cannot_lower_what_the_client_requires(services: Services, browser: Browser) -> None:
    a_client(services, "careful", policy={"require_acr": HIGH})

    browser.authorize("careful", claims=essential(PASSWORD)).sign_in()

    assert browser.page.has("#link-eid") and not browser.page.has("#skip-eid")


def test_default_acr_values_are_a_wish(services: Services, browser: Browser) -> None:
    a_client(services, "wishful", default_acr_values=(HIGH,))

    assert "code" in browser.authorize("wishful").sign_in().press("#allow").answer
