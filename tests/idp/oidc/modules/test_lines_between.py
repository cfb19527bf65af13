"""Lines of oidc.md, section 2, that no module stands for alone: what holds across profiles, keys and endpoints."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc.jwk import RSAKey, import_key

from idp.oidc.profiles import Profile
from idp.wiring import Services
from tests.support.dpop_calls import refresh
from tests.support.fapi_party import FapiParty, NewFapiParty
from tests.support.grants import assert_refused, public_jwks
from tests.support.relying_party import NewParty, RelyingParty, entropy, without_remark
from tests.support.sign_in import Browser

# oidc.md 2.4: any other claim in an ID token of a FAPI client is a warning.
_KNOWN_CLAIMS = frozenset({
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "nbf",
    "jti", "sid", "txn",
})  # fmt: skip
_RFC_8414 = "/.well-known/oauth-authorization-server"


@pytest.fixture
def party(new_fapi_party: NewFapiParty) -> FapiParty:
    """Return a party of the security profile."""
    return new_fapi_party()


def test_one_server_serves_every_profile_side_by_side(
    new_party: NewParty, new_fapi_party: NewFapiParty, browser: Browser
) -> None:
    """What one profile demands is demanded of no other, before and after; the session is one and the same."""
    plain = new_party()
    parties: list[RelyingParty] = [plain, new_fapi_party(), new_fapi_party(Profile.FAPI2_MESSAGE_SIGNING), plain]

    found = [party.sign_in(browser) for party in parties]

    assert [one.header["alg"] for one in found] == ["RS256", "PS256", "PS256", "RS256"]
    assert [one.tokens["token_type"] for one in found] == ["Bearer", "DPoP", "DPoP", "Bearer"]
    assert len({one.id_token["sid"] for one in found}) == 1
    assert len({one.id_token["auth_time"] for one in found}) == 1


def test_id_token_of_a_strict_client_says_nothing_that_is_not_known(party: FapiParty, browser: Browser) -> None:
    """2.4, the warning about other claims; whatever scopes give is said by userinfo."""
    found = party.sign_in(browser, scope="openid profile email address phone")

    assert found.id_token.keys() <= _KNOWN_CLAIMS


def test_plain_oauth_gives_no_id_token_neither_at_first_nor_at_refresh(party: FapiParty, browser: Browser) -> None:
    """2.11: the variant plain_oauth, with the metadata of RFC 8414."""
    party.metadata = party.http.get(_RFC_8414).get_json()
    sent = party.request(scope="profile offline_access", nonce=None, prompt="consent")
    code = party.authorize(browser, scope="profile offline_access", nonce=None, prompt="consent")

    first = party.redeem(code)
    again = refresh(party, first.get_json()["refresh_token"])

    assert "openid" not in sent["scope"]
    for answer in (first, again):
        assert (answer.status_code, answer.get_json()["token_type"]) == (200, "DPoP")
        assert "id_token" not in answer.get_json()
        assert "openid" not in answer.get_json().get("scope", "").split()
    assert_refused(party.ask_userinfo(first.get_json()["access_token"]), "insufficient_scope", 403)


def test_a_request_uri_cannot_be_guessed_and_needs_its_client(party: FapiParty, browser: Browser) -> None:
    """2.6, RFC 9126 section 4."""
    request_uri = party.pushed(party.request())

    assert entropy(request_uri.rpartition(":")[2]) >= 96
    browser.get("/authorize", query_string={"request_uri": request_uri})
    assert browser.location is None and browser.status == 400
    assert party.open(browser, request_uri).page.has("#login")


def test_no_key_of_either_side_is_weak(party: FapiParty, new_party: NewParty, demo: Services) -> None:
    """FAPI 2.0 Security Profile section 5.4.1: RSA of 2048 bits, curves of 224; ours, and those of clients."""
    for member in party.http.get("/jwks").get_json(force=True)["keys"]:
        key: Any = import_key(member).public_key
        if isinstance(key, rsa.RSAPublicKey):
            assert key.key_size >= 2048
        elif isinstance(key, ec.EllipticCurvePublicKey):
            assert key.key_size >= 224
    with without_remark():
        weak = RSAKey.generate_key(1024, {"kid": "weak"})
        strong = RSAKey.generate_key(2048, {"kid": "strong"})
        client = new_party("private_key_jwt", jwks=public_jwks(strong, weak))
        client.algorithm = "RS256"
        answers = []
        for client.key in (strong, weak):
            answers.append(client.token(grant_type="authorization_code", code="x", redirect_uri="x"))
        alone = client.http.post("/register", json={"redirect_uris": ["https://a.test/"], "jwks": public_jwks(weak)})
    assert_refused(answers[0], "invalid_grant")
    assert_refused(answers[1], "invalid_client", 401)
    assert_refused(alone, "invalid_client_metadata")


def test_nothing_that_endpoints_of_programs_answer_is_kept_by_anybody(new_party: NewParty, browser: Browser) -> None:
    """2.6: no-store on success and refusal alike, wherever a secret could be."""
    party = new_party()
    token = party.sign_in(browser).tokens["access_token"]
    called = {
        "/token": party.token(grant_type="nothing"), "/par": party.http.post("/par", data=party.request()),
        "/introspect": party.call("/introspect", token=token), "/revoke": party.call("/revoke", token="x"),
        "/device_authorization": party.call("/device_authorization", scope="openid"),
        "/register": party.http.post("/register", json={}), "/userinfo": party.ask_userinfo(token),
    }  # fmt: skip

    assert {path: answer.headers["Cache-Control"] for path, answer in called.items()} == dict.fromkeys(
        called, "no-store"
    )
