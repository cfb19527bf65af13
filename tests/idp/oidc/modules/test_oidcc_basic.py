"""The modules of the plans oidcc-basic and oidcc-formpost-basic (oidc.md 1.2, 2.1 to 2.7).

Each test bears the name of its module and runs over both response modes. What the suite checks
in every module (state, iss, token response, ID token, userinfo) is in `RelyingParty`.
"""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256

import pytest

from core.infra.clock import FixedClock
from tests.support.grants import assert_refused
from tests.support.relying_party import (
    CALLBACK,
    EVERY_SCOPE,
    SCOPE_CLAIMS,
    NewParty,
    RelyingParty,
    pass_pages,
    shows_error,
)
from tests.support.sign_in import Browser


def test_oidcc_server(party: RelyingParty, browser: Browser) -> None:
    party.sign_in(browser)


def test_oidcc_response_type_missing(party: RelyingParty, browser: Browser) -> None:
    assert party.refused(browser, response_type=None) in {"unsupported_response_type", "invalid_request"}


def test_oidcc_idtoken_signature(party: RelyingParty, browser: Browser) -> None:
    header = party.sign_in(browser).header

    assert header["alg"] == "RS256"
    assert header["kid"]


def test_oidcc_idtoken_unsigned(party: RelyingParty) -> None:
    """Skipped by the suite, because nothing unsigned is offered."""
    assert "none" not in party.metadata["id_token_signing_alg_values_supported"]


@pytest.mark.parametrize("how", ["get", "post-header", "post-body"])
def test_oidcc_userinfo(party: RelyingParty, browser: Browser, how: str) -> None:
    """`oidcc-userinfo-get`, `oidcc-userinfo-post-header`, `oidcc-userinfo-post-body`."""
    signed_in = party.sign_in(browser)

    response = party.ask_userinfo(signed_in.tokens["access_token"], how)

    assert (response.status_code, response.content_type) == (200, "application/json")
    assert response.get_json()["sub"] == signed_in.id_token["sub"]


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(party: RelyingParty, browser: Browser) -> None:
    signed_in = party.sign_in(browser, nonce=None)

    assert "nonce" not in signed_in.id_token


@pytest.mark.parametrize("scope", ["profile", "email", "address", "phone", "all"])
def test_oidcc_scope(party: RelyingParty, browser: Browser, scope: str) -> None:
    """`oidcc-scope-profile`, `-email`, `-address`, `-phone`, `-all`: every claim of Core section 5.4."""
    scopes = list(SCOPE_CLAIMS) if scope == "all" else [scope]

    said = party.sign_in(browser, scope=" ".join(["openid", *scopes])).userinfo

    assert said.keys() == {"sub"}.union(*(SCOPE_CLAIMS[name] for name in scopes))
    for name, value in said.items():
        match name:
            case "email_verified" | "phone_number_verified":
                assert value is True
            case "updated_at":
                assert isinstance(value, int) and not isinstance(value, bool)
            case "address":
                assert value and all(isinstance(part, str) and part.strip() for part in value.values())
            case _:
                assert isinstance(value, str) and value.strip() and value != "null"


def test_oidcc_alternate_happy_flow(party: RelyingParty, browser: Browser) -> None:
    """Scope values in reverse order, and the parameters of the request as well."""
    sent = party.request(scope="email profile openid", nonce="n-0S6")
    reordered = dict(reversed(sent.items()))

    code = party.answer(pass_pages(party.begin(browser, reordered)), sent)["code"]

    said = party.redeemed(party.redeem(code), nonce="n-0S6").userinfo
    assert said.keys() > SCOPE_CLAIMS["email"]


@pytest.mark.parametrize(
    "parameter",
    [
        {"display": "page"},
        {"display": "popup"},
        {"login_hint": "buffy@login.immo.test"},
        {"ui_locales": "se"},
        {"claims_locales": "se"},
        {"extra": "foobar"},
    ],
    ids=["display-page", "display-popup", "login-hint", "ui-locales", "claims-locales", "unknown-parameter"],
)
def test_oidcc_request_with_a_parameter_succeeds(
    party: RelyingParty, browser: Browser, parameter: dict[str, str]
) -> None:
    """None of them makes a request fail.

    `oidcc-display-page`, `oidcc-display-popup`, `oidcc-login-hint`, `oidcc-ui-locales`,
    `oidcc-claims-locales`, `oidcc-ensure-request-with-unknown-parameter-succeeds`.
    """
    party.sign_in(browser, **parameter)


def test_oidcc_prompt_login(party: RelyingParty, browser: Browser, clock: FixedClock) -> None:
    first = party.sign_in(browser)
    clock.advance(timedelta(seconds=1))

    assert party.begin(browser, party.request(prompt="login")).page.has("#login")
    second = party.sign_in(browser, prompt="login")

    assert second.id_token["auth_time"] > first.id_token["auth_time"]
    assert second.id_token["sub"] == first.id_token["sub"]


def test_oidcc_prompt_none_not_logged_in(party: RelyingParty, browser: Browser) -> None:
    assert party.refused(browser, prompt="none") == "login_required"


def test_oidcc_prompt_none_logged_in(party: RelyingParty, browser: Browser, clock: FixedClock) -> None:
    first = party.sign_in(browser)
    clock.advance(timedelta(seconds=1))

    sent = party.request(prompt="none", nonce="n-2")
    code = party.answer(party.begin(browser, sent), sent)["code"]
    second = party.redeemed(party.redeem(code), nonce="n-2")

    for claim in ("sub", "auth_time", "sid"):
        assert second.id_token[claim] == first.id_token[claim]


def test_oidcc_max_age_1(party: RelyingParty, browser: Browser, clock: FixedClock) -> None:
    first = party.sign_in(browser)
    clock.advance(timedelta(seconds=2))

    assert party.begin(browser, party.request(max_age="1")).page.has("#login")
    second = party.sign_in(browser, max_age="1")

    assert second.id_token["auth_time"] == int(clock.now().timestamp())
    assert second.id_token["auth_time"] > first.id_token["auth_time"]


def test_oidcc_max_age_10000(party: RelyingParty, browser: Browser, clock: FixedClock) -> None:
    first = party.sign_in(browser, max_age="15000")
    clock.advance(timedelta(seconds=1))

    sent = party.request(max_age="10000", nonce="n-2")
    code = party.answer(party.begin(browser, sent), sent)["code"]
    second = party.redeemed(party.redeem(code), nonce="n-2")

    assert second.id_token["auth_time"] == first.id_token["auth_time"]
    assert second.id_token["sub"] == first.id_token["sub"]


def test_max_age_0_is_prompt_login(party: RelyingParty, browser: Browser) -> None:
    """Core section 3.1.2.1: also in the very second of the sign-in."""
    party.sign_in(browser)

    assert party.begin(browser, party.request(max_age="0")).page.has("#login")
    assert party.refused(browser, max_age="0", prompt="none") == "login_required"
    party.sign_in(browser, max_age="0")


def test_oidcc_id_token_hint(party: RelyingParty, browser: Browser) -> None:
    first = party.sign_in(browser)

    sent = party.request(prompt="none", id_token_hint=first.tokens["id_token"], nonce="n-2")
    code = party.answer(party.begin(browser, sent), sent)["code"]

    assert party.redeemed(party.redeem(code), nonce="n-2").id_token["sub"] == first.id_token["sub"]


def test_oidcc_ensure_request_with_acr_values_succeeds(party: RelyingParty, browser: Browser) -> None:
    """The suite sends all that discovery lists, and expects one of them back."""
    offered = party.metadata["acr_values_supported"]

    assert party.sign_in(browser, acr_values=" ".join(offered)).id_token["acr"] in offered


@pytest.mark.parametrize("delay", [timedelta(0), timedelta(seconds=30)], ids=["codereuse", "codereuse-30seconds"])
def test_oidcc_codereuse(party: RelyingParty, browser: Browser, clock: FixedClock, delay: timedelta) -> None:
    """`oidcc-codereuse`, `oidcc-codereuse-30seconds`: and what the first use gave is revoked."""
    code = party.authorize(browser, nonce="n-0S6")
    signed_in = party.redeemed(party.redeem(code), nonce="n-0S6")
    clock.advance(delay)

    assert_refused(party.redeem(code), "invalid_grant")

    assert party.ask_userinfo(signed_in.tokens["access_token"]).status_code == 401


def test_oidcc_ensure_registered_redirect_uri(party: RelyingParty, browser: Browser) -> None:
    foreign = "https://suite.example/test/a/immo/another"

    party.begin(browser, party.request(redirect_uri=foreign))

    assert shows_error(browser.page) and browser.location is None
    assert foreign not in browser.page.body and CALLBACK not in browser.page.body


def test_oidcc_ensure_post_request_succeeds(party: RelyingParty, browser: Browser) -> None:
    sent = party.request(nonce="n-0S6")

    code = party.answer(pass_pages(party.begin(browser, sent, by_post=True)), sent)["code"]

    party.redeemed(party.redeem(code), nonce="n-0S6")


def test_oidcc_server_client_secret_post(new_party: NewParty, browser: Browser) -> None:
    party = new_party("client_secret_post")
    party.sign_in(browser)

    party.registration["token_endpoint_auth_method"] = "client_secret_basic"
    assert_refused(party.redeem(party.authorize(browser)), "invalid_client", status=401)


@pytest.mark.parametrize(
    ("parameter", "error"),
    [
        ({"request_uri": "https://suite.example/request.jwt#hash"}, "request_uri_not_supported"),
        ({"request": "eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9."}, "invalid_request_object"),
        ({"registration": "{}"}, "registration_not_supported"),
    ],
)
def test_oidcc_request_objects_that_are_not_supported_are_rejected(
    party: RelyingParty, browser: Browser, parameter: dict[str, str], error: str
) -> None:
    """By redirect, because a page would leave the module waiting; discovery offers no `none`.

    `oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported`,
    `oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported`.
    """
    assert party.refused(browser, **parameter) == error


def test_oidcc_claims_essential(party: RelyingParty, browser: Browser) -> None:
    """`name` is said by userinfo and, as in every module, not by the ID token."""
    wanted = json.dumps({"userinfo": {"name": {"essential": True}}})

    assert party.sign_in(browser, claims=wanted).userinfo.keys() == {"sub", "name"}


def test_oidcc_ensure_request_object_with_redirect_uri(party: RelyingParty, browser: Browser) -> None:
    """No address of an object that nobody signed is followed."""
    unsigned = "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9."

    assert party.refused(browser, request=unsigned) == "invalid_request_object"
    party.begin(browser, party.request(request=unsigned, redirect_uri="https://evil.example"))
    assert shows_error(browser.page)


@pytest.mark.parametrize("method", ["client_secret_basic", "private_key_jwt"])
def test_oidcc_refresh_token(new_party: NewParty, browser: Browser, clock: FixedClock, method: str) -> None:
    """Also of the dynamic plan, there with private_key_jwt."""
    party = new_party(method, grant_types=["authorization_code", "refresh_token"])
    other = new_party(method, grant_types=["authorization_code", "refresh_token"])
    first = party.sign_in(browser, scope=f"{EVERY_SCOPE} offline_access", prompt="consent")
    token = first.tokens["refresh_token"]
    assert token.isascii() and token.isprintable()
    clock.advance(timedelta(seconds=1))

    refreshed = party.redeemed(
        party.token(grant_type="refresh_token", refresh_token=token, scope="openid email"), nonce=None
    )

    for claim in ("iss", "sub", "aud", "auth_time", "sid"):
        assert refreshed.id_token[claim] == first.id_token[claim]
    assert refreshed.id_token["iat"] > first.id_token["iat"]
    assert refreshed.tokens["access_token"] != first.tokens["access_token"]
    assert "refresh_token" in party.metadata["grant_types_supported"]
    assert_refused(other.token(grant_type="refresh_token", refresh_token=token), "invalid_grant")


def test_no_refresh_token_for_a_client_that_did_not_register_for_them(party: RelyingParty, browser: Browser) -> None:
    """Then the suite skips oidcc-refresh-token."""
    signed_in = party.sign_in(browser, scope="openid offline_access", prompt="consent")

    assert "refresh_token" not in signed_in.tokens


def test_oidcc_ensure_request_with_valid_pkce_succeeds(party: RelyingParty, browser: Browser) -> None:
    challenge = urlsafe_b64encode(sha256(party.verifier.encode()).digest()).rstrip(b"=").decode()

    code = party.authorize(browser, nonce="n-0S6", code_challenge=challenge, code_challenge_method="S256")

    party.redeemed(party.redeem(code, code_verifier=party.verifier), nonce="n-0S6")


def test_wrong_redirect_uri_at_the_token_endpoint_is_invalid_grant(party: RelyingParty, browser: Browser) -> None:
    """RFC 6749 section 4.1.3; the suite does not test it."""
    assert_refused(party.redeem(party.authorize(browser), redirect_uri=f"{CALLBACK}/"), "invalid_grant")


def test_many_sign_ins_of_one_user_from_one_address_are_not_limited(new_party: NewParty, browser: Browser) -> None:
    """Each module of the suite signs in afresh from the same address (oidc.md 3.3)."""
    party = new_party()

    for _ in range(45):
        browser.client.delete_cookie("__Host-immo-idp", domain="login.immo.test")
        browser.client.delete_cookie("__Host-immo-device", domain="login.immo.test")
        party.authorize(browser)
