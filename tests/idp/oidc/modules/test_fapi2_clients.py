"""Modules of fapi2-security-profile-final about clients, and those about binding with certificates (oidc.md 1.5).

Client assertions by private_key_jwt, and mutual TLS: client authentication and certificate-bound
tokens, with the proxy's word for the certificate. A real proxy stands in `test_mutual_tls_behind_nginx.py`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import OKPKey

from core.infra.settings import Settings
from idp.oidc import discovery
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import ClientPolicy
from idp.wiring import Services
from tests.support.fapi_party import FapiParty, NewFapiParty
from tests.support.grants import a_client, a_key, assert_refused, basic, claims_of, public_jwks
from tests.support.ground import START
from tests.support.program_certificates import MTLS_HOST, an_authority, behind_proxy, issue, with_mtls_host
from tests.support.relying_party import pass_pages
from tests.support.sign_in import Browser

MTLS_URL = f"https://{MTLS_HOST}"
ROOT = an_authority(START)
OWN, FOREIGN = issue(START, ROOT), issue(START, ROOT, subject="CN=another,C=BE")
NewTlsParty = Callable[..., FapiParty]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_mtls_host(settings, ROOT)


@pytest.fixture
def program(new_fapi_party: NewFapiParty) -> FapiParty:
    """Return a client that gets tokens for itself: fapi_client_credentials_grant."""
    return new_fapi_party(grant_types=("client_credentials",))


@pytest.fixture
def new_tls_party(idp: Callable[[], FlaskClient], demo: Services) -> NewTlsParty:
    """Return a maker of clients with a certificate that their tokens are bound to; members can be changed."""

    def make(method: str = "tls_client_auth", profile: Profile = Profile.FAPI2_SECURITY, **members: Any) -> FapiParty:
        party = FapiParty(demo, idp(), dpop_key=None, proxy_headers=OWN.headers)
        values = {
            "token_endpoint_auth_method": method, "tls_client_certificate_bound_access_tokens": True,
            "jwks": public_jwks(party.key, OWN.jwk), "grant_types": ("authorization_code", "refresh_token"),
        }  # fmt: skip
        if method == "tls_client_auth":
            values["tls_client_auth_subject"] = ("tls_client_auth_subject_dn", "CN=tool,O=Immo Tools,C=BE")
        return party.store(profile, **(values | members))

    return make


def get_token(party: FapiParty, **form: str) -> Any:
    return party.token(grant_type="client_credentials", **form)


def test_discovery_end_point_verification(program: FapiParty) -> None:
    """`discovery-end-point-verification`, its part about mutual TLS: the flag, and the aliases."""
    found = program.metadata
    aliases = found["mtls_endpoint_aliases"]

    assert found["tls_client_certificate_bound_access_tokens"] is True
    assert {"token_endpoint", "userinfo_endpoint", "pushed_authorization_request_endpoint"} <= aliases.keys()
    for name, url in aliases.items():
        assert url == found[name].replace(found["issuer"], MTLS_URL)
    for member in ("token", "revocation", "introspection"):
        offered = found[f"{member}_endpoint_auth_methods_supported"]
        assert {"private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"} <= set(offered)


def test_mutual_tls_is_promised_only_where_a_proxy_asks_for_certificates(settings: Settings) -> None:
    """And `tls_client_auth` only where there are authorities."""
    found, without = discovery.metadata(settings), discovery.metadata(replace(settings, client_tls=None))
    methods = discovery.metadata(with_mtls_host(settings))["token_endpoint_auth_methods_supported"]

    assert found.keys() - without.keys() == {"tls_client_certificate_bound_access_tokens", "mtls_endpoint_aliases"}
    assert "tls_client" not in str(without)
    assert isinstance(methods, list)
    assert "self_signed_tls_client_auth" in methods and "tls_client_auth" not in methods


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

    answered = party.http.post("/token", data=form, headers={**OWN.headers, **basic(by_secret)})

    assert "cnf" not in claims_of(demo, answered.get_json()["access_token"], typ="at+jwt")


def test_a_profile_is_served_by_keys_alone(demo: Services, idp: Callable[[], FlaskClient]) -> None:
    """FAPI 2.0 section 5.3.2.1: not with a secret, even where a client was stored so."""
    policy = ClientPolicy(profile=Profile.FAPI2_SECURITY)
    by_secret = a_client(demo, policy=policy, grant_types=("client_credentials",))
    public = a_client(demo, policy=policy, secret=None, token_endpoint_auth_method="none")
    form = {"grant_type": "client_credentials"}

    assert_refused(idp().post("/token", data=form, headers=basic(by_secret)), "invalid_client", 401)
    assert_refused(idp().post("/token", data={**form, "client_id": public.client_id}), "invalid_client", 401)


@pytest.mark.parametrize("method", ["tls_client_auth", "self_signed_tls_client_auth", "private_key_jwt"])
def test_happy_flow_with_certificate(new_tls_party: NewTlsParty, browser: Browser, demo: Services, method: str) -> None:
    """client_auth_type=mtls and sender_constrain=mtls: PAR, code, token and userinfo, each with the certificate."""
    party = new_tls_party(method)

    tokens = party.sign_in(browser, scope="openid email").tokens

    claims = claims_of(demo, tokens["access_token"], typ="at+jwt")
    assert (tokens["token_type"], claims["cnf"]) == ("Bearer", {"x5t#S256": OWN.x5t_s256})


def test_happy_flow_with_certificate_and_dpop(new_tls_party: NewTlsParty, browser: Browser, demo: Services) -> None:
    """client_auth_type=mtls and sender_constrain=dpop; and message signing with both kinds of proof."""
    party = new_tls_party(
        "self_signed_tls_client_auth", Profile.FAPI2_MESSAGE_SIGNING,
        tls_client_certificate_bound_access_tokens=False, dpop_bound_access_tokens=True,
    )  # fmt: skip
    party.dpop_key, party.token_type = a_key("EC", None), "DPoP"

    tokens = party.sign_in(browser, scope="openid").tokens

    assert claims_of(demo, tokens["access_token"], typ="at+jwt")["cnf"] == {"jkt": party.thumbprint()}


def test_ensure_holder_of_key_required(new_tls_party: NewTlsParty, browser: Browser) -> None:
    """Without the certificate there is no token, and whoever holds a token without it holds nothing."""
    party = new_tls_party("private_key_jwt")
    token = party.sign_in(browser, scope="openid").tokens["access_token"]
    code = party.authorize(browser, scope="openid")

    party.proxy_headers = {}
    assert_refused(party.redeem(code), "invalid_request")
    for headers in (
        {},
        behind_proxy(None),
        FOREIGN.headers,
        behind_proxy(OWN, secret="x" * 40),
        behind_proxy(OWN, host="login.immo.test"),
    ):
        party.proxy_headers = headers
        assert_refused(party.ask_userinfo(token), "invalid_token", 401)
    party.proxy_headers = OWN.headers
    assert party.ask_userinfo(token).status_code == 200
    party.token_type = "DPoP"
    assert_refused(party.ask_userinfo(token), "invalid_token", 401)


def test_ensure_client_certificate_required_at_every_endpoint(new_tls_party: NewTlsParty, demo: Services) -> None:
    """tls_client_auth at PAR, token, introspection and revocation: with the client's certificate and no other."""
    policy = ClientPolicy(profile=Profile.FAPI2_SECURITY, introspection=True)
    party = new_tls_party(policy=policy, grant_types=("client_credentials",))
    token = get_token(party).get_json()["access_token"]
    endpoints = {
        "/par": {}, "/token": {"grant_type": "client_credentials"}, "/introspect": {"token": token},
        "/revoke": {"token": token},
    }  # fmt: skip
    for headers in ({}, FOREIGN.headers):
        party.proxy_headers = headers
        for endpoint, form in endpoints.items():
            assert_refused(party.call(endpoint, **form), "invalid_client", 401)
    party.proxy_headers = OWN.headers

    assert party.call("/introspect", token=token).status_code == 200
    assert party.call("/revoke", token=token).status_code == 200
    assert claims_of(demo, token, typ="at+jwt")["cnf"] == {"x5t#S256": OWN.x5t_s256}


def test_refresh_token_with_certificate(new_tls_party: NewTlsParty, browser: Browser, demo: Services) -> None:
    """RFC 8705 section 7.1: a refresh token of a client that proves itself outlives its certificate."""
    party = new_tls_party()
    first = party.sign_in(browser, scope="openid offline_access", prompt="consent").tokens
    renewed = issue(START, ROOT)
    asked = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}

    party.proxy_headers = {}
    assert_refused(party.token(**asked), "invalid_client", 401)
    party.proxy_headers = renewed.headers
    tokens = party.token(**asked).get_json()

    assert claims_of(demo, tokens["access_token"], typ="at+jwt")["cnf"] == {"x5t#S256": renewed.x5t_s256}
    assert tokens.get("refresh_token", first["refresh_token"]) == first["refresh_token"]
    assert party.ask_userinfo(tokens["access_token"]).status_code == 200
    assert_refused(party.ask_userinfo(first["access_token"]), "invalid_token", 401)


def test_refresh_token_of_a_public_client_is_bound_to_its_certificate(
    new_tls_party: NewTlsParty, browser: Browser, demo: Services
) -> None:
    """RFC 8705 section 4: nothing else proves such a client, so that nobody else's certificate will do."""
    party = new_tls_party("none", Profile.OIDC)
    first = party.sign_in(browser, scope="openid offline_access", prompt="consent").tokens
    asked = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "client_id": party.client_id}

    for headers, error in (({}, "invalid_request"), (FOREIGN.headers, "invalid_grant")):
        party.proxy_headers = headers
        assert_refused(party.token(**asked), error)
    party.proxy_headers = OWN.headers
    tokens = party.token(**asked).get_json()

    assert claims_of(demo, tokens["access_token"], typ="at+jwt")["cnf"] == {"x5t#S256": OWN.x5t_s256}
    assert "refresh_token" not in tokens


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
