"""The portal holds itself to FAPI 2.0: pushed requests and tokens bound to its key (RFC 9126, RFC 9449)."""

import stat

from tests.portal.conftest import Portal


def test_browser_carries_nothing_of_the_request_but_its_reference(portal: Portal) -> None:
    location = portal.browser().get("/sign-in").location

    assert location == f"{portal.provider.issuer}/authorize?client_id=portal&request_uri={quoted(portal)}"


def quoted(portal: Portal) -> str:
    """Return the one request_uri as an address carries it."""
    (request_uri,) = portal.provider.pushed
    return request_uri.replace(":", "%3A")


def test_requests_are_proven_by_one_key_each_once_with_the_present_nonce(portal: Portal) -> None:
    browser = portal.browser()
    location = browser.get("/sign-in").location
    portal.provider.nonce = "second-nonce"

    answer = browser.get(f"/callback?{portal.provider.answer(location)}")

    proofs = portal.provider.proofs
    assert answer.status_code == 303
    assert [(proof["path"], proof["nonce"]) for proof in proofs] == [
        ("/par", "first-nonce"),
        ("/token", "second-nonce"),
        ("/userinfo", "second-nonce"),
    ]
    assert len({proof["jti"] for proof in proofs}) == 3
    assert len({proof["jwk"]["x"] for proof in proofs}) == 1
    (client_key,) = (portal.browser().get("/jwks").json or {})["keys"]
    assert client_key["x"] != proofs[0]["jwk"]["x"]
    file = portal.services.settings.keys_directory / "portal-proof.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_each_request_of_a_demand_for_a_nonce_has_an_assertion_of_its_own(portal: Portal) -> None:
    portal.signed_in()
    portal.provider.nonce = "second-nonce"
    portal.signed_in()

    sent = [pushed["client_assertion"] for pushed in portal.provider.pushed.values()]
    sent += [request["client_assertion"] for request in portal.provider.token_requests]
    assert len(sent) == len(set(sent)) == 4


def test_a_token_that_anybody_could_use_signs_nobody_in(portal: Portal) -> None:
    portal.provider.token_type = "Bearer"
    browser = portal.browser()
    location = browser.get("/sign-in").location

    answer = browser.get(f"/callback?{portal.provider.answer(location)}")

    assert answer.status_code == 400
    assert 'data-code="failed"' in answer.text
    assert len(portal.provider.proofs) == 2


def test_a_request_that_is_refused_is_told_on_a_page(portal: Portal) -> None:
    portal.provider.push_error = "invalid_client"

    answer = portal.browser().get("/sign-in")

    assert answer.status_code == 400
    assert 'data-code="failed"' in answer.text
