"""Request objects of clients without a profile: merged with what stands beside them (Core section 6)."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import OKPKey

from idp.oidc.profiles import Profile
from idp.wiring import Services
from tests.support.fapi_party import FapiParty
from tests.support.grants import a_key, public_jwks
from tests.support.relying_party import pass_pages, shows_error
from tests.support.sign_in import Browser

_OUTSIDE = ("client_id", "redirect_uri", "response_type", "scope", "state")


@pytest.fixture
def browser(idp: Callable[[], FlaskClient], demo: Services) -> Browser:
    """Return a browser that was never here before."""
    return Browser(idp())


@pytest.fixture
def new_party(idp: Callable[[], FlaskClient], demo: Services) -> Callable[..., FapiParty]:
    """Return a maker of clients of the common profile, with keys of their own."""

    def make(**members: Any) -> FapiParty:
        return FapiParty(demo, idp(), response_algorithm="RS256").store(Profile.OIDC, **members)

    return make


@pytest.fixture
def party(new_party: Callable[..., FapiParty]) -> FapiParty:
    """Return a client of the common profile."""
    return new_party()


def send(
    party: FapiParty, browser: Browser, signed: str, beside: Mapping[str, str] | None = None, *, method: str = "GET"
) -> Browser:
    """Send an object at the authorization endpoint, beside what OAuth demands."""
    whole = beside or party.request()
    sent = {name: whole[name] for name in _OUTSIDE if name in whole} | {"request": signed}
    if method == "POST":
        return browser.post("/authorize", data=sent)
    return browser.get("/authorize", query_string=sent)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_stands_in_the_object_wins(party: FapiParty, browser: Browser, method: str) -> None:
    """`scope`, `state` and a number; what it leaves out is taken from beside it (Core section 6.1)."""
    inside = party.request(scope="openid email", redirect_uri=None, response_type=None, client_id=None)
    signed = party.request_object(inside, max_age=600, claims={"userinfo": {"name": None}})
    send(party, browser, signed, party.request(state="beside"), method=method)
    members = party.answer(pass_pages(browser), {**party.request(), "state": inside["state"]})

    found = party.redeemed(party.redeem(members["code"]), nonce=inside["nonce"])
    assert found.userinfo.keys() == {"sub", "email", "email_verified", "name"}


def test_every_algorithm_signs_a_request(new_party: Callable[..., FapiParty], browser: Browser) -> None:
    """And a client that registered one is held to it."""
    keys = {
        "RS256": a_key("RSA", "1"), "PS256": a_key("RSA", "2"), "ES256": a_key("EC", "3"),
        "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "4"}),
    }  # fmt: skip
    offered = new_party().metadata["request_object_signing_alg_values_supported"]
    assert set(offered) == keys.keys()
    for algorithm in offered:
        members = {"jwks": public_jwks(keys[algorithm], keys["RS256"]), "request_object_signing_alg": algorithm}
        party = new_party(**members)
        sent = party.request()
        signed = party.request_object(sent, key=keys[algorithm], header={"alg": algorithm})
        assert party.answer(pass_pages(send(party, browser, signed, sent)), sent)["code"]

        other = "PS256" if algorithm == "RS256" else "RS256"
        signed = party.request_object(sent, key=keys["RS256"], header={"alg": other})
        assert party.answer(send(party, browser, signed, sent), sent)["error"] == "invalid_request_object"


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"iss": None, "aud": None, "exp": None, "nbf": None, "iat": None}, id="parameters-alone"),
        pytest.param({"aud": ["https://login.immo.test", "https://tool.example"]}, id="audiences"),
        pytest.param({"exp": 4_000_000_000, "nbf": 1}, id="times-that-no-profile-bounds"),
        pytest.param({"exp": 253_402_300_799}, id="the-last-second-of-the-calendar"),
        pytest.param({"claims": '{"userinfo": {"name": null}}', "max_age": "600"}, id="as-in-the-query"),
        pytest.param({"a_claim_nobody_knows": {"with": ["anything"]}}, id="unknown"),
    ],
)
def test_what_nobody_demands_may_be_left_out(party: FapiParty, browser: Browser, claims: dict[str, Any]) -> None:
    sent = party.request()

    send(party, browser, party.request_object(sent, **claims), sent)

    assert party.answer(pass_pages(browser), sent)["code"]


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"iss": "another"}, "invalid_request_object"),
        ({"aud": "https://suite.example"}, "invalid_request_object"),
        ({"exp": 1}, "invalid_request_object"),
        ({"iat": 4_000_000_000}, "invalid_request_object"),
        ({"client_id": "another"}, "invalid_request_object"),
        ({"response_type": "token"}, "invalid_request_object"),
        ({"request_uri": "https://suite.example/r"}, "invalid_request_object"),
        ({"nonce": 7}, "invalid_request"),
        ({"nonce": "a\nb"}, "invalid_request"),
        ({"scope": ["openid"]}, "invalid_request"),
        ({"max_age": True}, "invalid_request"),
        ({"max_age": -1}, "invalid_request"),
        ({"claims": []}, "invalid_request"),
        ({"resource": ["https://x.example", 7]}, "invalid_request"),
        ({"resource": ["https://x.example"]}, "invalid_target"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_an_object_that_cannot_be_used_is_told_to_the_client(
    party: FapiParty, browser: Browser, claims: dict[str, Any], error: str
) -> None:
    sent = party.request()

    send(party, browser, party.request_object(sent, **claims), sent)

    assert party.answer(browser, sent)["error"] == error


def test_oidcc_ensure_request_object_with_redirect_uri(party: FapiParty, browser: Browser) -> None:
    """An address in the object that is not registered wins, and gets a page."""
    signed = party.request_object(party.request(redirect_uri="https://evil.example"))

    assert shows_error(send(party, browser, signed).page)
    assert browser.location is None


def test_a_repeated_parameter_beside_the_object_is_refused(party: FapiParty, browser: Browser) -> None:
    """Whoever reads the request otherwise sees another one (RFC 6749 section 3.1)."""
    sent = party.request()
    query = [*sent.items(), ("nonce", "again"), ("request", party.request_object(sent))]
    browser.get("/authorize", query_string="&".join(f"{name}={value}" for name, value in query))

    assert party.answer(browser, sent)["error"] == "invalid_request"


def test_who_asked_to_sign_always_is_held_to_it(new_party: Callable[..., FapiParty], browser: Browser) -> None:
    """The metadata member `require_signed_request_object`, RFC 9101 section 10.5: then the object counts alone."""
    party = new_party(require_signed_request_object=True)
    party.signs_requests = False
    sent = party.request()
    browser.get("/authorize", query_string=sent)
    assert party.answer(browser, sent)["error"] == "invalid_request"

    send(party, browser, party.request_object({**sent, "state": None}), sent)
    assert "state" not in party.answer(pass_pages(browser), party.request(state=None))

    send(party, browser, party.request_object({**sent, "client_id": None}), sent)
    assert party.answer(browser, sent)["error"] == "invalid_request_object"


def test_keys_are_those_of_the_client(new_party: Callable[..., FapiParty], browser: Browser) -> None:
    """Another client's key makes no request for this one, and a client without keys makes none at all."""
    keyless = new_party(jwks=None)
    other = a_key("EC", "another")
    new_party(jwks=public_jwks(other))
    for party, key in ((keyless, keyless.key), (new_party(), other)):
        sent = party.request()
        send(party, browser, party.request_object(sent, key=key), sent)

        assert party.answer(browser, sent)["error"] == "invalid_request_object"
