"""Modules of fapi2-security-profile-final whose endpoints exist already (oidc.md 1.5, 2.2, 2.6).

Those of pushed requests, DPoP and mutual TLS come with their endpoints.
"""

import time
from datetime import timedelta
from secrets import token_urlsafe

import pytest

from core.infra.ids import digest
from core.infra.store.interface import Kind
from idp.oidc import codes
from idp.wiring import Services
from tests.support.grants import assert_refused
from tests.support.relying_party import PASSWORD, NewParty, RelyingParty
from tests.support.sign_in import Browser

_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
_CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.fixture
def party(new_party: NewParty) -> RelyingParty:
    """Return a party that proves itself with a key."""
    return new_party("private_key_jwt")


def challenged(party: RelyingParty, browser: Browser) -> str:
    """Return a code that a verifier belongs to."""
    return party.authorize(browser, code_challenge=_CHALLENGE, code_challenge_method="S256")


@pytest.mark.parametrize("page", ["login", "consent"])
def test_user_rejects_authentication(party: RelyingParty, browser: Browser, page: str) -> None:
    """Back with access_denied, the state and the issuer, from either page."""
    sent = party.request()
    party.begin(browser, sent)
    if page == "consent":
        browser.sign_in("demo.manager", PASSWORD)

    browser.press("#cancel")

    assert party.answer(browser, sent)["error"] == "access_denied"


@pytest.mark.parametrize("length", [1, 64, 384])
def test_ensure_authorization_request_with_long_nonce(party: RelyingParty, browser: Browser, length: int) -> None:
    """`ensure-authorization-request-with-64-char-nonce-success`, `-with-long-nonce`."""
    party.sign_in(browser, nonce=token_urlsafe(384)[:length])


@pytest.mark.parametrize("state", [None, token_urlsafe(768), "a b+c%20é\"\\'<>&=#"], ids=["none", "long", "odd"])
def test_ensure_authorization_request_with_long_state(party: RelyingParty, browser: Browser, state: str | None) -> None:
    """`ensure-authorization-request-without-state-success`, `-with-long-state`: back byte for byte."""
    assert party.authorize(browser, state=state)
    assert party.refused(browser, state=state, prompt="none", max_age="0") == "login_required"


def test_ensure_authorization_code_is_bound_to_client(
    party: RelyingParty, new_party: NewParty, browser: Browser
) -> None:
    assert_refused(new_party("private_key_jwt").redeem(party.authorize(browser)), "invalid_grant")


def test_ensure_token_endpoint_fails_with_expired_auth_code(
    party: RelyingParty, browser: Browser, demo: Services
) -> None:
    """Dead after 62 seconds: a minute is its life, of which this test leaves it a millisecond."""
    assert timedelta(seconds=62) > codes.CODE_LIFE
    code = party.authorize(browser)
    found = demo.store.get(Kind.CODE, digest(code))
    assert found is not None
    demo.store.put(Kind.CODE, digest(code), found, timedelta(milliseconds=1))
    time.sleep(0.05)

    assert_refused(party.redeem(code), "invalid_grant")


@pytest.mark.parametrize("verifier", [{}, {"code_verifier": _VERIFIER[::-1]}], ids=["required", "incorrect"])
def test_pkce_code_verifier(party: RelyingParty, browser: Browser, verifier: dict[str, str]) -> None:
    """`ensure-pkce-code-verifier-required`, `incorrect-pkce-code-verifier-rejected`."""
    assert_refused(party.redeem(challenged(party, browser), **verifier), "invalid_grant")


def test_plain_pkce_rejected(party: RelyingParty, browser: Browser) -> None:
    for method in ("plain", None):
        sent = {"code_challenge": _VERIFIER, "code_challenge_method": method}
        assert party.refused(browser, **sent) == "invalid_request"


def test_ensure_client_assertion_in_token_endpoint(party: RelyingParty, browser: Browser) -> None:
    """`ensure-client-id-in-token-endpoint`, `ensure-client-assertion-in-token-endpoint`."""
    form = {"grant_type": "authorization_code", "code": party.authorize(browser), "redirect_uri": "x"}

    assert_refused(party.http.post("/token", data=form), "invalid_client", 401)
    assert_refused(party.http.post("/token", data={**form, "client_id": party.client_id}), "invalid_client", 401)


@pytest.mark.parametrize(
    "claims",
    [{"exp": 0}, {"aud": "https://suite.example"}, {"sub": None}, {"nbf": 4_000_000_000}, {"iss": "another"}],
    ids=["exp-is-in-past", "wrong-aud", "no-sub", "nbf-over-60-seconds-in-the-future", "wrong-iss"],
)
def test_ensure_signed_client_assertion_fails(party: RelyingParty, browser: Browser, claims: dict[str, object]) -> None:
    """`ensure-signed-client-assertion-with-exp-is-5-minutes-in-past-fails` and its sisters."""
    form = {
        "grant_type": "authorization_code", "code": "x", "redirect_uri": "x",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": party.assertion(**claims),
    }  # fmt: skip

    assert_refused(party.http.post("/token", data=form), "invalid_client", 401)


def test_a_method_that_an_endpoint_does_not_take_is_told_in_json(party: RelyingParty) -> None:
    """RFC 6749 section 5.2 for the form, RFC 9110 section 15.5.6 for the methods that are taken."""
    for path, allowed in {"/token": "POST", "/introspect": "POST", "/revoke": "POST", "/register": "POST"}.items():
        response = party.http.get(path)

        assert_refused(response, "invalid_request", 405)
        assert allowed in response.headers["Allow"]
    page = party.http.put("/authorize")
    assert (page.status_code, page.mimetype) == (405, "text/html")
    assert {"GET", "POST"} <= set(page.headers["Allow"].split(", "))
