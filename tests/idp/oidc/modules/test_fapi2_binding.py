"""Modules of fapi2-security-profile-final about what codes and tokens are bound to (oidc.md 1.5, 2.7, 2.11)."""

from datetime import timedelta

import pytest

from core.infra.clock import FixedClock
from idp.wiring import Services
from tests.support.dpop_calls import ask, form_of, get_nonce, proof_for, pushed_code, redeem_with, refresh
from tests.support.dpop_proofs import a_proof_key
from tests.support.fapi_party import FapiParty, NewFapiParty
from tests.support.grants import assert_refused, claims_of
from tests.support.sign_in import Browser

_OTHER = a_proof_key()


@pytest.fixture
def party(new_fapi_party: NewFapiParty) -> FapiParty:
    """Return a party that proves itself, and what it holds, with keys."""
    return new_fapi_party()


def test_a_proof_that_lacks_its_nonce_spends_no_code(party: FapiParty, browser: Browser, clock: FixedClock) -> None:
    """RFC 9449 section 8: the client sends the same request again."""
    code = pushed_code(party, browser)
    party.nonce = None
    clock.advance(timedelta(seconds=1))

    first = party.call(
        "/token", headers={"DPoP": party.proof("POST", party.metadata["token_endpoint"])}, **form_of(code)
    )

    assert_refused(first, "use_dpop_nonce")
    assert party.redeem(code).status_code == 200


@pytest.mark.parametrize("seconds", [-10, 10], ids=["before", "after"])
def test_ensure_dpopproof_with_iat_10seconds_succeeds(party: FapiParty, browser: Browser, seconds: int) -> None:
    """`ensure-dpopproof-with-iat-10seconds-before-succeeds`, `-after-succeeds`: everywhere a proof is sent."""
    now = int(party.services.clock.now().timestamp())
    endpoint = party.metadata["token_endpoint"]
    code, nonce = pushed_code(party, browser), get_nonce(party)
    proof = party.proof("POST", endpoint, iat=now + seconds, nonce=nonce)

    answer = party.call("/token", headers={"DPoP": proof}, code_verifier=party.verifier, **form_of(code))

    assert answer.status_code == 200, answer.text
    token = answer.get_json()["access_token"]
    assert ask(party, token, proof_for(party, token, after=timedelta(seconds=seconds))).status_code == 200


def test_ensure_mismatched_dpop_jkt_fails(party: FapiParty) -> None:
    """`dpop_jkt` and the proof beside it must name one key (RFC 9449 section 10.1)."""
    get_nonce(party)
    sent = party.request(dpop_jkt=party.thumbprint(_OTHER))
    proof = party.proof("POST", party.metadata["pushed_authorization_request_endpoint"])

    assert_refused(party.push(sent, headers={"DPoP": proof}), "invalid_dpop_proof")


def test_ensure_dpop_auth_code_binding_success(party: FapiParty, browser: Browser) -> None:
    assert party.sign_in(browser, dpop_jkt=party.thumbprint()).tokens["token_type"] == "DPoP"


def test_ensure_dpopproof_at_par_endpoint_binding_success(party: FapiParty, browser: Browser) -> None:
    """Also where `dpop_jkt` names the key of the proof."""
    for named in ({}, {"dpop_jkt": party.thumbprint()}):
        code = pushed_code(party, browser, proof_key=party.dpop_key, **named)
        assert party.redeem(code).status_code == 200


def test_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(party: FapiParty, browser: Browser) -> None:
    """The key was named when the code was asked for; another one does not redeem it."""
    code = pushed_code(party, browser, dpop_jkt=party.thumbprint())

    assert_refused(redeem_with(party, code, _OTHER), "invalid_grant")


def test_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(party: FapiParty, browser: Browser) -> None:
    code = pushed_code(party, browser, proof_key=party.dpop_key)

    assert_refused(redeem_with(party, code, _OTHER), "invalid_grant")


def test_a_code_that_names_no_key_is_redeemed_with_any(party: FapiParty, browser: Browser) -> None:
    """RFC 9449 section 5: the tokens are bound to the key that is shown then."""
    answer = redeem_with(party, pushed_code(party, browser), _OTHER)

    token = answer.get_json()["access_token"]
    assert ask(party, token, proof_for(party, token, key=_OTHER)).status_code == 200
    assert_refused(ask(party, token, proof_for(party, token)), "invalid_dpop_proof", 401)


def test_ensure_holder_of_key_required(party: FapiParty, browser: Browser) -> None:
    """No proof, no token; and the code stays good for the holder who forgot it."""
    code = pushed_code(party, browser)

    refused = party.call("/token", headers={}, code_verifier=party.verifier, **form_of(code))

    assert_refused(refused, "invalid_dpop_proof")
    assert party.redeem(code).status_code == 200


def test_attempt_reuse_authorization_code_after_one_second(
    party: FapiParty, browser: Browser, clock: FixedClock
) -> None:
    """`invalid_grant`, and the access token of the first use is worth nothing any more."""
    code = pushed_code(party, browser)
    token = party.redeem(code).get_json()["access_token"]
    assert party.ask_userinfo(token).status_code == 200
    clock.advance(timedelta(seconds=1))

    assert_refused(party.redeem(code), "invalid_grant")
    assert_refused(party.ask_userinfo(token), "invalid_token", 401)


def test_ensure_authorization_code_is_bound_to_client(new_fapi_party: NewFapiParty, browser: Browser) -> None:
    """Another client that proves itself, and a key, by the book."""
    assert_refused(new_fapi_party().redeem(pushed_code(new_fapi_party(), browser)), "invalid_grant")


def test_refresh_token(new_fapi_party: NewFapiParty, browser: Browser) -> None:
    """oidc.md 2.7: bound to the client and not to the key, never rotated, never without proof or client."""
    party, other = new_fapi_party(), new_fapi_party()
    first = party.sign_in(browser, scope="openid offline_access", prompt="consent").tokens
    spare, party.dpop_key = party.dpop_key, _OTHER

    renewed = refresh(party, first["refresh_token"], scope="openid")
    again = refresh(party, first["refresh_token"])

    assert (renewed.status_code, renewed.get_json()["token_type"]) == (200, "DPoP")
    assert again.status_code == 200 and "refresh_token" not in again.get_json()
    for token, key, status in (
        (renewed.get_json()["access_token"], _OTHER, 200),
        (renewed.get_json()["access_token"], spare, 401),
        (first["access_token"], spare, 200),
    ):
        assert ask(party, token, proof_for(party, token, key=key)).status_code == status
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert_refused(party.call("/token", headers={}, **form), "invalid_dpop_proof")
    assert_refused(refresh(other, first["refresh_token"]), "invalid_grant")
    proof = {"DPoP": party.proof("POST", party.metadata["token_endpoint"])}
    unproven = party.http.post("/token", data={**form, "client_id": party.client_id}, headers=proof)
    assert_refused(unproven, "invalid_client", 401)


def test_client_credentials(new_fapi_party: NewFapiParty, demo: Services) -> None:
    """The plan of client credentials: a token of the client's own is bound like any other."""
    party = new_fapi_party(grant_types=("client_credentials",), redirect_uris=(), response_types=())

    unbound = party.call("/token", headers={}, grant_type="client_credentials")
    answer = party.token(grant_type="client_credentials")

    assert_refused(unbound, "invalid_dpop_proof")
    assert (answer.status_code, answer.get_json()["token_type"]) == (200, "DPoP")
    claims = claims_of(demo, answer.get_json()["access_token"], typ="at+jwt")
    assert claims["cnf"] == {"jkt": party.thumbprint()}
