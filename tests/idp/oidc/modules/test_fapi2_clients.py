"""Modules of fapi2-security-profile-final about how clients prove themselves (oidc.md 1.5).

Those with certificates are in `test_fapi2_certificates.py`.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import OKPKey

from core.infra.settings import Settings
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import ClientPolicy
from idp.wiring import Services
from tests.support.fapi_party import FapiParty, NewFapiParty
from tests.support.grants import a_client, a_key, assert_refused, basic, claims_of, public_jwks
from tests.support.ground import START
from tests.support.program_certificates import MTLS_HOST, issue, with_mtls_host
from tests.support.relying_party import pass_pages
from tests.support.sign_in import Browser

MTLS_URL = f"https://{MTLS_HOST}"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_mtls_host(settings)


@pytest.fixture
def program(new_fapi_party: NewFapiParty) -> FapiParty:
    """Return a client that gets tokens for itself: fapi_client_credentials_grant."""
    return new_fapi_party(grant_types=("client_credentials",))


def get_token(party: FapiParty, **form: str) -> Any:
    return party.token(grant_type="client_credentials", **form)


@pytest.mark.parametrize("key", ["ES256", "PS256", "EdDSA"])
def test_client_assertion_by_each_algorithm(new_fapi_party: NewFapiParty, key: str) -> None:
    """Of several registered keys the one that fits, named by `kid` or not."""
    keys = {
        "ES256": a_key("EC", "ec"), "PS256": a_key("RSA", "rsa"),
        "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "okp"}),
    }  # fmt: skip
    party = new_fapi_party(grant_types=("client_credentials",), jwks=public_jwks(a_key("EC", "old"), *keys.values()))
    party.key, party.algorithm = keys[key], key

    assert get_token(party).status_code == 200
    nameless = {name: value for name, value in party.key.as_dict(private=True).items() if name != "kid"}
    party.key = type(party.key).import_key(nameless)
    assert party.key.kid is None
    assert get_token(party).status_code == 200


@pytest.mark.parametrize("registered", [None, "ES256"])
def test_ensure_signed_client_assertion_with_rs256_fails(new_fapi_party: NewFapiParty, registered: str | None) -> None:
    """The key would do for PS256: it is the algorithm that is refused, and any but the registered one."""
    rsa = a_key("RSA", "rsa")
    party = new_fapi_party(
        grant_types=("client_credentials",), jwks=public_jwks(rsa), token_endpoint_auth_signing_alg=registered
    )
    party.key, party.algorithm = rsa, "RS256"
    assert_refused(get_token(party), "invalid_client", 401)

    party.algorithm = "PS256"
    assert get_token(party).status_code == (200 if registered is None else 401)


def test_ensure_client_assertion_fails(program: FapiParty, demo: Services) -> None:
    """What is wrong with an assertion, at the token endpoint and at PAR alike; nobody is told more than invalid_client.

    `ensure-signed-client-assertion-with-exp-is-5-minutes-in-past-fails`, `-wrong-aud-fails`, `-no-sub-fails`,
    `par-test-array-as-audience-fails`, `-par-endpoint-url-as-audience-fails`, `-token-endpoint-url-as-audience-fails`,
    `par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails`.
    """
    issuer, now = program.metadata["issuer"], int(demo.clock.now().timestamp())
    wrong: dict[str, dict[str, object]] = {
        "five minutes past": {"exp": now - 300},
        "no exp": {"exp": None},
        "for years": {"exp": now + 10**8},
        "another audience": {"aud": "https://suite.example"},
        "array": {"aud": [issuer]},
        "PAR endpoint": {"aud": f"{issuer}/par"},
        "token endpoint": {"aud": f"{issuer}/token"},
        "alias": {"aud": f"{MTLS_URL}/token"},
        "slash": {"aud": f"{issuer}/"},
        "no audience": {"aud": None},
        "no sub": {"sub": None},
        "another sub": {"sub": "another"},
        "no iss": {"iss": None},
        "another iss": {"iss": "another"},
        "no jti": {"jti": None},
        "long jti": {"jti": "x" * 300},
        "nbf over 60 seconds ahead": {"nbf": now + 61},
        "iat over 60 seconds ahead": {"iat": now + 61},
        "nbf is no number": {"nbf": "soon"},
    }
    for name, claims in wrong.items():
        for endpoint in ("/token", "/par"):
            response = program.call(
                endpoint, grant_type="client_credentials", client_assertion=program.assertion(**claims)
            )
            assert (response.status_code, response.get_json()["error"]) == (401, "invalid_client"), (name, endpoint)


def test_ensure_client_assertion_in_token_endpoint(program: FapiParty) -> None:
    """`ensure-client-assertion-in-token-endpoint`, `ensure-client-id-in-token-endpoint`: nothing proves nobody."""
    form = {"grant_type": "client_credentials"}
    forged = program.assertion()[:-4] + "AAAA"

    assert_refused(program.http.post("/token", data=form), "invalid_client", 401)
    assert_refused(program.http.post("/token", data={**form, "client_id": program.client_id}), "invalid_client", 401)
    assert_refused(get_token(program, client_assertion=forged), "invalid_client", 401)
    assert_refused(get_token(program, client_assertion_type="jwt"), "invalid_client", 401)
    assert_refused(get_token(program, client_id="another"), "invalid_request")


def test_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(
    program: FapiParty, demo: Services
) -> None:
    """And an assertion is worth one request, wherever it is sent to."""
    now = int(demo.clock.now().timestamp())
    ahead = program.assertion(nbf=now + 8, iat=now + 8)
    get_token(program)  # which brings the nonce of the proofs

    assert get_token(program, client_assertion=ahead).status_code == 200
    for endpoint in ("/token", "/par"):
        again = program.call(endpoint, grant_type="client_credentials", client_assertion=ahead)
        assert_refused(again, "invalid_client", 401)


def test_plain_clients_keep_their_freedom(demo: Services, idp: Callable[[], FlaskClient]) -> None:
    """RS256, lists of audiences, endpoints and their aliases as audience; a secret and no certificate."""
    key = a_key("RSA")
    party = FapiParty(demo, idp(), key=key, algorithm="RS256", dpop_key=None)
    party.store(Profile.OIDC, grant_types=("client_credentials",), jwks=public_jwks(key))
    issuer = party.metadata["issuer"]
    for audience in (issuer, f"{issuer}/token", [issuer, f"{issuer}/token"], f"{MTLS_URL}/token"):
        assert get_token(party, client_assertion=party.assertion(aud=audience)).get_json()["token_type"] == "Bearer"
    by_secret = a_client(demo, grant_types=("client_credentials",))
    form = {"grant_type": "client_credentials"}

    answered = party.http.post("/token", data=form, headers={**issue(START).headers, **basic(by_secret)})

    assert "cnf" not in claims_of(demo, answered.get_json()["access_token"], typ="at+jwt")


def test_a_profile_is_served_by_keys_alone(demo: Services, idp: Callable[[], FlaskClient]) -> None:
    """FAPI 2.0 section 5.3.2.1: not with a secret, even where a client was stored so."""
    policy = ClientPolicy(profile=Profile.FAPI2_SECURITY)
    by_secret = a_client(demo, policy=policy, grant_types=("client_credentials",))
    public = a_client(demo, policy=policy, secret=None, token_endpoint_auth_method="none")
    form = {"grant_type": "client_credentials"}

    assert_refused(idp().post("/token", data=form, headers=basic(by_secret)), "invalid_client", 401)
    assert_refused(idp().post("/token", data={**form, "client_id": public.client_id}), "invalid_client", 401)


@pytest.mark.parametrize("profile", [Profile.FAPI2_SECURITY, Profile.FAPI2_MESSAGE_SIGNING])
def test_resources_that_were_pushed_are_those_of_the_tokens(
    new_fapi_party: NewFapiParty, browser: Browser, demo: Services, profile: Profile
) -> None:
    """RFC 8707 sections 2.1 and 2.2, in a form and in a request object: several granted, one asked for."""
    resources = ["https://a.example/api", "https://b.example/api"]
    policy = ClientPolicy(profile=profile, resources=tuple(resources))
    party = new_fapi_party(profile, policy=policy)
    sent = party.request(scope="openid")
    form: dict[str, Any] = {**sent, "resource": resources}
    if party.signs_requests:
        form = {"request": party.request_object(form), "client_id": party.client_id}

    pushed = party.push(form)
    foreign = party.push({**form, "resource": "https://c.example"} if not party.signs_requests else {
        "request": party.request_object({**sent, "resource": ["https://c.example"]}), "client_id": party.client_id,
    })  # fmt: skip
    browser = pass_pages(party.open(browser, pushed.get_json()["request_uri"]))
    narrowed = party.redeem(party.answer(browser, sent)["code"], resource=resources[1]).get_json()

    assert_refused(foreign, "invalid_target")
    assert claims_of(demo, narrowed["access_token"], typ="at+jwt")["aud"] == resources[1]
    assert_refused(party.ask_userinfo(narrowed["access_token"]), "invalid_token", 401)
