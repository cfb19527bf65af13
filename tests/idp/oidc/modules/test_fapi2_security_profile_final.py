"""Modules of fapi2-security-profile-final: requests, their push, codes and PKCE (oidc.md 1.5, 2.2, 2.6, 2.11).

Those of proofs and of how clients prove themselves stand in files of their own beside this one.
"""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

import pytest

from core.infra.ids import digest
from core.infra.store.interface import Kind
from idp.oidc import codes, pushed_requests
from idp.wiring import Services
from tests.support.fapi_party import FapiParty, NewFapiParty
from tests.support.grants import assert_refused
from tests.support.relying_party import PASSWORD, WELL_KNOWN, NewParty, pass_pages, shows_error
from tests.support.sign_in import Browser

_PROFILE_ALGORITHMS = {"PS256", "ES256", "EdDSA"}


@pytest.fixture
def party(new_fapi_party: NewFapiParty) -> FapiParty:
    """Return a party with private_key_jwt and DPoP."""
    return new_fapi_party()


def expire(services: Services, kind: Kind, secret: str) -> None:
    """Leave what is kept under a secret a millisecond of its life, and let that pass."""
    found = services.store.get(kind, digest(secret))
    assert found is not None
    services.store.put(kind, digest(secret), found, timedelta(milliseconds=1))
    time.sleep(0.05)


def test_discovery_end_point_verification(party: FapiParty) -> None:
    """What the plan needs is offered; that plain clients are offered more does not matter to it."""
    document = party.http.get(WELL_KNOWN).get_json()

    assert document["pushed_authorization_request_endpoint"] == "https://login.immo.test/par"
    assert "S256" in document["code_challenge_methods_supported"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert "private_key_jwt" in document["token_endpoint_auth_methods_supported"]
    for name in ("id_token", "token_endpoint_auth", "request_object", "authorization"):
        member = f"{name}_signing_alg_values_supported"
        assert set(document[member]) >= _PROFILE_ALGORITHMS and "none" not in document[member]


def test_happy_flow(new_fapi_party: NewFapiParty, browser: Browser) -> None:
    """Two clients, one after the other, by GET and by POST; the answer names the issuer."""
    for by_post in (False, True):
        party = new_fapi_party()
        sent = party.request(scope="openid email")
        party.begin(browser, sent, by_post=by_post)
        code = party.answer(pass_pages(browser), sent)["code"]

        found = party.redeemed(party.redeem(code), nonce=sent["nonce"])
        assert found.header["alg"] == "PS256" and found.userinfo["email"]


@pytest.mark.parametrize("page", ["login", "consent"])
def test_user_rejects_authentication(party: FapiParty, browser: Browser, page: str) -> None:
    """Back with access_denied, the state and the issuer, from either page."""
    sent = party.request()
    party.begin(browser, sent)
    if page == "consent":
        browser.sign_in("demo.manager", PASSWORD)

    browser.press("#cancel")

    assert party.answer(browser, sent)["error"] == "access_denied"


@pytest.mark.parametrize("length", [0, 1, 64, 384])
def test_ensure_authorization_request_with_long_nonce(party: FapiParty, browser: Browser, length: int) -> None:
    """`ensure-authorization-request-without-nonce-success`, `-with-64-char-nonce-success`, `-with-long-nonce`."""
    party.sign_in(browser, nonce=token_urlsafe(384)[:length] or None)


@pytest.mark.parametrize("state", [None, token_urlsafe(768), "a b+c%20é\"\\'<>&=#"], ids=["none", "long", "odd"])
def test_ensure_authorization_request_with_long_state(party: FapiParty, browser: Browser, state: str | None) -> None:
    """`ensure-authorization-request-without-state-success`, `-with-long-state`: back byte for byte."""
    assert party.authorize(browser, state=state)
    assert party.refused(browser, state=state, prompt="none", max_age="0") == "login_required"


def test_only_what_was_pushed_is_used(party: FapiParty, browser: Browser) -> None:
    """`par-without-duplicate-parameters` is every other test; here all that stands beside is ignored.

    `ensure-different-nonce-inside-and-outside-request-object`, `ensure-different-state-…`,
    `state-only-outside-request-object-not-used`.
    """
    for inside in ({}, {"state": None, "nonce": None}):
        sent = party.request(**inside)
        beside = {
            "state": "outside", "nonce": "outside", "scope": "openid email", "response_type": "token",
            "redirect_uri": "https://evil.example", "response_mode": "form_post", "code_challenge": "outside",
        }  # fmt: skip
        party.open(browser, party.pushed(sent), by_post=False, **beside)
        members = party.answer(pass_pages(browser), sent)

        found = party.redeemed(party.redeem(members["code"]), nonce=sent.get("nonce"))
        assert "email" not in found.userinfo


def test_ensure_other_scope_order_succeeds(party: FapiParty, browser: Browser) -> None:
    assert party.sign_in(browser, scope="email openid").userinfo["email"]


def test_claims_parameter_identity_claims(party: FapiParty, browser: Browser) -> None:
    wanted = json.dumps({"userinfo": {"name": {"essential": True}, "given_name": None}})

    assert party.sign_in(browser, claims=wanted).userinfo.keys() == {"sub", "name", "given_name"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param(
            {"redirect_uri": "https://suite.example/other"}, "invalid_request", id="unregistered-redirect-uri"
        ),
        pytest.param({"redirect_uri": None}, "invalid_request", id="without-redirect-uri"),
        pytest.param({"response_type": "code id_token"}, "unsupported_response_type", id="code-idtoken"),
        pytest.param({"response_type": "token"}, "unsupported_response_type", id="token"),
        pytest.param({"response_type": None}, "invalid_request", id="without-response-type"),
        pytest.param({"code_challenge": None, "code_challenge_method": None}, "invalid_request", id="pkce-required"),
        pytest.param({"code_challenge_method": "plain"}, "invalid_request", id="plain-pkce"),
        pytest.param({"code_challenge_method": None}, "invalid_request", id="plain-pkce-by-default"),
        pytest.param(
            {"request_uri": "urn:ietf:params:oauth:request_uri:another"}, "invalid_request", id="request-uri-form-param"
        ),
        pytest.param({"scope": "unheard-of"}, "invalid_scope", id="unknown-scope"),
        pytest.param({"state": "x" * 5_000}, "invalid_request", id="too-long-state"),
        pytest.param({"client_id": "another"}, "invalid_request", id="another-client-id"),
    ],
)
def test_par_refuses(party: FapiParty, changes: dict[str, Any], error: str) -> None:
    """In JSON, before anybody is sent anywhere.

    `plain-fapi-tolerate-unregistered-redirect-uri`, `ensure-redirect-uri-in-authorization-request`,
    `ensure-response-type-code-idtoken-fails`, `ensure-response-type-token-fails`,
    `par-ensure-pkce-required`, `par-plain-pkce-rejected`,
    `par-authorization-request-containing-request_uri-form-param`.
    """
    assert_refused(party.push(party.request(**changes)), error)


def test_par_attempt_invalid_http_method(party: FapiParty) -> None:
    for method in ("GET", "PUT", "DELETE"):
        response = party.http.open("/par", method=method, data=party.request())

        assert_refused(response, "invalid_request", 405)
        assert response.headers["Allow"] == "OPTIONS, POST"


def test_par_takes_nobody_who_does_not_prove_itself(party: FapiParty) -> None:
    assert_refused(party.http.post("/par", data=party.request()), "invalid_client", 401)


def test_ensure_unsigned_authorization_request_without_using_par_fails(party: FapiParty, browser: Browser) -> None:
    """By redirect, because the address is registered; an address that is not gets a page."""
    sent = party.request()
    browser.get("/authorize", query_string=sent)
    assert party.answer(browser, sent)["error"] == "invalid_request"

    browser.get("/authorize", query_string={**sent, "redirect_uri": "https://evil.example"})
    assert shows_error(browser.page) and browser.location is None


def test_par_attempt_reuse_request_uri(party: FapiParty, browser: Browser, new_browser: Callable[[], Browser]) -> None:
    """After the answer, in the same browser and in another; also where the first use needed no page."""
    for _ in range(2):
        sent = party.request()
        request_uri = party.pushed(sent)
        assert party.answer(pass_pages(party.open(browser, request_uri)), sent)["code"]

        for other in (browser, new_browser()):
            party.open(other, request_uri)
            assert (other.status, other.error_code, other.location) == (400, "request-uri-spent", None)


def test_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(
    party: FapiParty, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    """The page loads again at every step until the answer; in a browser that did not begin it, it does not."""
    sent = party.request()
    request_uri = party.pushed(sent)
    party.open(browser, request_uri)
    assert party.open(browser, request_uri).page.has("#login")
    assert party.open(new_browser(), request_uri).error_code == "request-uri-spent"

    browser.sign_in("demo.manager", PASSWORD)
    assert party.open(browser, request_uri).page.has("#allow")
    assert party.open(browser, request_uri, by_post=True).page.has("#allow")

    assert party.answer(browser.press("#allow"), sent)["code"]
    assert party.open(browser, request_uri).error_code == "request-uri-spent"


def test_par_attempt_to_use_expired_request_uri(party: FapiParty, browser: Browser) -> None:
    """Below the ten minutes of the profile, above the five seconds that the suite needs."""
    assert timedelta(seconds=5) <= pushed_requests.LIFE < timedelta(minutes=10)
    request_uri = party.pushed(party.request())
    expire(party.services, Kind.PAR, request_uri)

    assert party.open(browser, request_uri).error_code == "request-uri-spent"


def test_par_attempt_to_use_request_uri_for_different_client(
    party: FapiParty, new_fapi_party: NewFapiParty, browser: Browser
) -> None:
    """Whose it is can use it afterwards; of a client that nobody knows, and of none, there is a page too."""
    sent = party.request()
    request_uri = party.pushed(sent)

    assert new_fapi_party().open(browser, request_uri).error_code == "request-uri-spent"
    assert party.open(browser, request_uri, client_id="nobody").error_code == "unknown-client"
    assert browser.get("/authorize", query_string={"request_uri": request_uri}).error_code == "unknown-client"
    assert party.open(browser, f"{request_uri}x").error_code == "request-uri-spent"
    assert party.answer(pass_pages(party.open(browser, request_uri)), sent)["code"]


def test_ensure_authorization_code_is_bound_to_client(
    party: FapiParty, new_fapi_party: NewFapiParty, browser: Browser
) -> None:
    stolen = new_fapi_party().redeem(party.authorize(browser), code_verifier=party.verifier)

    assert_refused(stolen, "invalid_grant")


def test_ensure_token_endpoint_fails_with_expired_auth_code(party: FapiParty, browser: Browser) -> None:
    """Dead after 62 seconds: a minute is its life."""
    assert timedelta(seconds=62) > codes.CODE_LIFE
    code = party.authorize(browser)
    expire(party.services, Kind.CODE, code)

    assert_refused(party.redeem(code), "invalid_grant")


@pytest.mark.parametrize("verifier", ["", token_urlsafe(48)], ids=["required", "incorrect"])
def test_pkce_code_verifier(party: FapiParty, browser: Browser, verifier: str) -> None:
    """`ensure-pkce-code-verifier-required`, `incorrect-pkce-code-verifier-rejected`."""
    assert_refused(party.redeem(party.authorize(browser), code_verifier=verifier), "invalid_grant")


def test_plain_pkce_rejected(new_party: NewParty, browser: Browser) -> None:
    """Of clients without a profile as well, by redirect."""
    party = new_party("private_key_jwt")
    for method in ("plain", None):
        sent = {"code_challenge": token_urlsafe(48), "code_challenge_method": method}
        assert party.refused(browser, **sent) == "invalid_request"


def test_a_method_that_an_endpoint_does_not_take_is_told_in_json(party: FapiParty) -> None:
    """RFC 6749 section 5.2 for the form, RFC 9110 section 15.5.6 for the methods that are taken."""
    for path, allowed in {"/token": "POST", "/introspect": "POST", "/revoke": "POST", "/register": "POST"}.items():
        response = party.http.get(path)

        assert_refused(response, "invalid_request", 405)
        assert allowed in response.headers["Allow"]
    page = party.http.put("/authorize")
    assert (page.status_code, page.mimetype) == (405, "text/html")
    assert {"GET", "POST"} <= set(page.headers["Allow"].split(", "))
