"""Pushed requests (RFC 9126) beyond the modules of the suites: of every client, bound to keys."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.infra.ids import digest
from core.infra.store.interface import Kind
from idp.oidc.profiles import Profile
from idp.wiring import Services
from tests.support.fapi_party import FapiParty
from tests.support.grants import assert_refused
from tests.support.relying_party import RelyingParty, pass_pages
from tests.support.sign_in import Browser


@pytest.fixture
def browser(idp: Callable[[], FlaskClient], demo: Services) -> Browser:
    """Return a browser that was never here before."""
    return Browser(idp())


@pytest.fixture
def party(idp: Callable[[], FlaskClient], demo: Services) -> FapiParty:
    """Return a party that pushes and proves possession."""
    return FapiParty(demo, idp()).store()


def test_every_client_may_push(idp: Callable[[], FlaskClient], demo: Services, browser: Browser) -> None:
    """None of those without a profile must: the same request goes plainly, too."""
    for method in ("client_secret_basic", "client_secret_post", "private_key_jwt", "none"):
        party = RelyingParty(demo, idp()).register(method)
        challenge = {"code_challenge": "c" * 43, "code_challenge_method": "S256"}
        sent = party.request(**challenge)
        response = party.call("/par", headers=None, **sent)
        assert response.status_code == 201, response.text
        # A public client may be a script in a browser.
        assert response.headers["Access-Control-Allow-Origin"] == "*"

        pushed = {"client_id": party.client_id, "request_uri": response.get_json()["request_uri"]}
        browser.get("/authorize", query_string=pushed)
        assert party.answer(pass_pages(browser), sent)["code"]
        assert party.authorize(browser, **challenge)


def test_whoever_only_looks_at_the_link_spends_nothing(
    idp: Callable[[], FlaskClient], demo: Services, browser: Browser
) -> None:
    """Programs that check links in messages ask by HEAD, before and after somebody is signed in."""
    party = RelyingParty(demo, idp()).register("client_secret_basic")
    for _ in ("nobody is signed in", "somebody is"):
        sent = party.request()
        request_uri = party.call("/par", headers=None, **sent).get_json()["request_uri"]
        pushed = {"client_id": party.client_id, "request_uri": request_uri}
        for asked in (pushed, sent):
            looked = browser.client.head("/authorize", query_string=asked)
            assert (looked.status_code, looked.headers.get("Location")) == (200, None)

        browser.get("/authorize", query_string=pushed)
        assert party.answer(pass_pages(browser), sent)["code"]


def test_who_asked_to_push_always_is_held_to_it(
    idp: Callable[[], FlaskClient], demo: Services, browser: Browser
) -> None:
    """The metadata member `require_pushed_authorization_requests`, RFC 9126 section 6."""
    party = FapiParty(demo, idp()).store(Profile.OIDC, require_pushed_authorization_requests=True)
    sent = party.request()
    browser.get("/authorize", query_string=sent)

    assert party.answer(browser, sent)["error"] == "invalid_request"
    assert party.authorize(browser)


def test_a_pushed_object_counts_alone_for_every_client(idp: Callable[[], FlaskClient], demo: Services) -> None:
    """RFC 9126 section 3: what stands beside it is not asked."""
    party = FapiParty(demo, idp()).store(Profile.OIDC)
    sent = party.request()
    inside = party.request_object({**sent, "redirect_uri": None})

    assert_refused(party.push(sent, request=inside), "invalid_request")


def test_what_is_kept_does_not_give_the_request_uri_away(party: FapiParty) -> None:
    request_uri = party.pushed(party.request(state="a-state-to-find"))
    kept = party.services.store.get(Kind.PAR, digest(request_uri))

    assert kept is not None and b"a-state-to-find" in kept
    assert request_uri.rpartition(":")[2].encode() not in kept
    assert b"client_assertion" not in kept


def proven(party: FapiParty, **changes: Any) -> dict[str, str]:
    """Return the header of a proof for the PAR endpoint, with the nonce that it asks for."""
    address = f"{party.metadata['issuer']}/par"
    refused = party.push(party.request(), headers={"DPoP": party.proof("POST", address)})
    if party.nonce is None:
        assert_refused(refused, "use_dpop_nonce")
        party.nonce = refused.headers["DPoP-Nonce"]
    return {"DPoP": party.proof("POST", address, **changes)}


def test_a_dpop_jkt_that_is_none_pushes_nothing(party: FapiParty) -> None:
    assert_refused(party.push(party.request(dpop_jkt="short")), "invalid_request")


def test_a_proof_for_another_endpoint_or_used_before_pushes_nothing(party: FapiParty) -> None:
    good = proven(party)
    elsewhere = {"DPoP": party.proof("POST", party.metadata["token_endpoint"])}

    assert party.push(party.request(), headers=good).status_code == 201
    for wrong in (good, elsewhere, {"DPoP": "nonsense"}):
        assert_refused(party.push(party.request(), headers=wrong), "invalid_dpop_proof")
