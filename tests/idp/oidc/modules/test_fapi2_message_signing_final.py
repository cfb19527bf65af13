"""Modules of fapi2-message-signing-final: request objects and signed answers (oidc.md 1.6, 2.8, 2.11)."""

from collections.abc import Mapping
from typing import Any

import pytest

from idp.oidc.profiles import Profile
from tests.support.fapi_party import FapiParty, NewFapiParty
from tests.support.grants import a_key, assert_refused, public_jwks
from tests.support.relying_party import PASSWORD, pass_pages
from tests.support.sign_in import Browser

_MINUTE = 60
_HOUR = 60 * _MINUTE


@pytest.fixture
def party(new_fapi_party: NewFapiParty) -> FapiParty:
    """Return a party that signs its requests and wants signed answers."""
    return new_fapi_party(Profile.FAPI2_MESSAGE_SIGNING)


def push(party: FapiParty, signed: str, **beside: str) -> Any:
    """Push a request object, with nothing but the client_id beside it."""
    return party.push({"client_id": party.client_id, "request": signed, **beside})


def changed(signed: str) -> str:
    """Return a JWT with another payload under its signature."""
    header, payload, signature = signed.split(".")
    return f"{header}.{payload[:-4]}{'AAAA' if payload[-4:] != 'AAAA' else 'BBBB'}.{signature}"


@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "form_post.jwt"])
def test_happy_flow(new_fapi_party: NewFapiParty, browser: Browser, mode: str) -> None:
    party = new_fapi_party(Profile.FAPI2_MESSAGE_SIGNING, mode=mode)

    assert party.sign_in(browser, scope="openid email").userinfo["email"]


def test_user_rejects_authentication(party: FapiParty, browser: Browser) -> None:
    """The refusal is signed as well."""
    sent = party.request()
    party.begin(browser, sent)
    browser.sign_in("demo.manager", PASSWORD).press("#cancel")

    assert party.answer(browser, sent)["error"] == "access_denied"


def test_every_refusal_after_the_push_is_signed(party: FapiParty, browser: Browser) -> None:
    assert party.refused(browser, prompt="none") == "login_required"


def test_answers_are_signed_by_the_registered_algorithm(new_fapi_party: NewFapiParty, browser: Browser) -> None:
    party = new_fapi_party(Profile.FAPI2_MESSAGE_SIGNING, authorization_signed_response_alg="ES256")
    party.response_algorithm = "ES256"

    assert party.authorize(browser)


@pytest.mark.parametrize("mode", [None, "query", "form_post", "web_message.jwt"])
def test_an_answer_that_is_not_signed_cannot_be_had(party: FapiParty, mode: str | None) -> None:
    refused = push(party, party.request_object(party.request(response_mode=mode)))

    assert_refused(refused, "invalid_request")


def test_requests_that_are_good(party: FapiParty) -> None:
    """`ensure-request-object-with-multiple-aud-succeeds`, `-with-nbf-8-seconds-in-the-future-is-accepted`."""
    now = int(party.services.clock.now().timestamp())
    issuer = party.metadata["issuer"]
    good: dict[str, dict[str, Any]] = {
        "multiple-aud": {"aud": [issuer, "https://suite.example/other"]},
        "nbf-8-seconds-in-the-future": {"nbf": now + 8, "iat": now + 8},
        "an hour": {"nbf": now, "exp": now + _HOUR},
        "without-jti": {"jti": None},
    }
    for case, claims in good.items():
        assert push(party, party.request_object(party.request(), **claims)).status_code == 201, case
    for typ in ("oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "JWT", None):
        assert push(party, party.request_object(party.request(), header={"typ": typ})).status_code == 201, typ


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": None}, id="without-exp"),
        pytest.param({"nbf": None}, id="without-nbf"),
        pytest.param({"exp": -5 * _MINUTE, "nbf": -10 * _MINUTE}, id="expired"),
        pytest.param({"exp": 70 * _MINUTE}, id="exp-over-60"),
        pytest.param({"nbf": -70 * _MINUTE, "exp": -8 * _MINUTE}, id="nbf-over-60"),
        pytest.param({"nbf": -61 * _MINUTE, "exp": -2}, id="nbf-over-60-and-not-expired"),
        pytest.param({"nbf": 2 * _MINUTE, "exp": 5 * _MINUTE}, id="nbf-in-the-future"),
        pytest.param({"exp": "soon"}, id="exp-no-time"),
        pytest.param({"aud": "https://suite.example"}, id="bad-aud"),
        pytest.param({"aud": None}, id="without-aud"),
        pytest.param({"iss": "another"}, id="bad-iss"),
        pytest.param({"iss": None}, id="without-iss"),
        pytest.param({"client_id": None}, id="without-client-id"),
        pytest.param({"client_id": "another"}, id="another-client-id"),
        pytest.param({"sub": "THE CLIENT"}, id="what-proves-a-client"),
        pytest.param({"request_uri": "https://suite.example/request.jwt"}, id="containing-request-uri"),
        pytest.param({"request": "e30.e30.e30"}, id="containing-request"),
    ],
)
def test_ensure_request_object_fails(party: FapiParty, claims: Mapping[str, Any]) -> None:
    """`ensure-request-object-without-exp-fails` and its sisters; times are seconds from now."""
    now = int(party.services.clock.now().timestamp())
    values: dict[str, Any] = {
        name: now + value if isinstance(value, int) else party.client_id if value == "THE CLIENT" else value
        for name, value in claims.items()
    }

    assert_refused(push(party, party.request_object(party.request(), **values)), "invalid_request_object")


def test_ensure_request_object_signature_fails(party: FapiParty, new_fapi_party: NewFapiParty) -> None:
    """`ensure-signed-request-object-with-RS256-fails`, `-signature-algorithm-is-not-none`, and what is no JWT."""
    both = [a_key("RSA", "rsa"), party.key]
    rsa = new_fapi_party(Profile.FAPI2_MESSAGE_SIGNING, jwks=public_jwks(*both))
    weak = rsa.request_object(rsa.request(), key=both[0], header={"alg": "RS256"})
    strong = rsa.request_object(rsa.request(), key=both[0], header={"alg": "PS256"})
    good = party.request_object(party.request())
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoib2F1dGgtYXV0aHotcmVxK2p3dCJ9." + good.split(".")[1] + "."

    assert push(rsa, strong).status_code == 201
    assert_refused(push(rsa, weak), "invalid_request_object")
    for wrong in (unsigned, changed(good), "not-a-jwt", "e30.e30.", "..", "a.b.c.d.e", good + ".x"):
        assert_refused(push(party, wrong), "invalid_request_object")


def test_ensure_matching_key_in_authorization_request(party: FapiParty) -> None:
    """By the key of somebody else, under its own name, the name of ours, or none."""
    other = a_key("EC", "another")
    for kid in ("another", party.key.kid, None):
        signed = party.request_object(party.request(), key=other, header={"kid": kid})

        assert_refused(push(party, signed), "invalid_request_object")


def test_only_the_registered_algorithm_signs(new_fapi_party: NewFapiParty) -> None:
    party = new_fapi_party(Profile.FAPI2_MESSAGE_SIGNING, request_object_signing_alg="PS256")

    assert_refused(push(party, party.request_object(party.request())), "invalid_request_object")


@pytest.mark.parametrize("header", [{"typ": "dpop+jwt"}, {"typ": "at+jwt"}, {"crit": ["exp"]}, {"kid": 7}])
def test_a_header_of_something_else_fails(party: FapiParty, header: dict[str, Any]) -> None:
    assert_refused(push(party, party.request_object(party.request(), header=header)), "invalid_request_object")


def test_ensure_unsigned_request_at_par_endpoint_fails(party: FapiParty) -> None:
    assert_refused(party.push(party.request()), "invalid_request")


def test_ensure_request_object_without_redirect_uri_fails(party: FapiParty) -> None:
    """Also where one stands beside the object."""
    sent = party.request()
    without = party.request_object({**sent, "redirect_uri": None})

    assert_refused(push(party, without), "invalid_request")
    assert_refused(push(party, without, redirect_uri=sent["redirect_uri"]), "invalid_request")


def test_only_what_is_inside_the_request_object_is_used(party: FapiParty, browser: Browser) -> None:
    """`state-only-outside-request-object-not-used`, `ensure-different-nonce-`, `-state-inside-and-outside-…`."""
    inside = party.request(state=None, nonce="inside")
    pushed = push(party, party.request_object(inside), state="outside", nonce="outside", scope="openid email")
    party.open(browser, pushed.get_json()["request_uri"], state="outside", nonce="outside")
    members = party.answer(pass_pages(browser), inside)

    assert "state" not in members
    signed_in = party.redeemed(party.redeem(members["code"]), nonce="inside")
    assert "email" not in signed_in.userinfo


def test_a_signed_request_must_be_pushed_all_the_same(party: FapiParty, browser: Browser) -> None:
    """The refusal is signed, at the registered address that the object names."""
    sent = party.request()
    browser.get("/authorize", query_string={"client_id": party.client_id, "request": party.request_object(sent)})

    assert party.answer(browser, sent)["error"] == "invalid_request"


def test_a_request_that_nobody_signed_goes_nowhere_else(party: FapiParty, browser: Browser) -> None:
    """Beside a broken object a registered address is told, signed; otherwise a page is shown."""
    sent = party.request()
    beside = {"client_id": party.client_id, "request": changed(party.request_object(sent))}
    browser.get("/authorize", query_string=beside)
    assert (browser.status, browser.error_code, browser.location) == (400, "invalid-request", None)

    browser.get("/authorize", query_string={**sent, **beside})
    assert party.answer(browser, sent)["error"] == "invalid_request_object"

    browser.get("/authorize", query_string={**sent, **beside, "redirect_uri": "https://evil.example"})
    assert browser.location is None
