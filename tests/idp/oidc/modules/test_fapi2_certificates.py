"""Modules of fapi2-security-profile-final in their variants with certificates (oidc.md 1.5).

client_auth_type=mtls and sender_constrain=mtls, and their mixtures with the other variants. The proxy's word for the
certificate is taken here; a real proxy stands in `test_mutual_tls_behind_nginx.py`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.infra.settings import Settings
from idp.oidc import discovery
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import ClientPolicy
from idp.wiring import Services
from tests.support.fapi_party import FapiParty
from tests.support.grants import WALLET, a_key, assert_refused, claims_of, public_jwks
from tests.support.ground import START
from tests.support.program_certificates import MTLS_HOST, an_authority, behind_proxy, issue, with_mtls_host
from tests.support.sign_in import Browser

MTLS_URL = f"https://{MTLS_HOST}"
ROOT = an_authority(START)
OWN, FOREIGN = issue(START, ROOT), issue(START, ROOT, subject="CN=another,C=BE")
NewTlsParty = Callable[..., FapiParty]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_mtls_host(settings, ROOT)


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


def test_discovery_end_point_verification(new_tls_party: NewTlsParty) -> None:
    """`discovery-end-point-verification`, its part about mutual TLS: the flag, and the aliases."""
    found = new_tls_party().metadata
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
    policy = ClientPolicy(profile=Profile.FAPI2_SECURITY, introspection=True, resources=(WALLET,))
    party = new_tls_party(policy=policy, grant_types=("client_credentials",))
    token = get_token(party, resource=WALLET).get_json()["access_token"]
    endpoints = {
        "/par": {}, "/token": {"grant_type": "client_credentials"}, "/introspect": {"token": token},
        "/revoke": {"token": token},
    }  # fmt: skip
    for headers in ({}, FOREIGN.headers):
        party.proxy_headers = headers
        for endpoint, form in endpoints.items():
            assert_refused(party.call(endpoint, **form), "invalid_client", 401)
    party.proxy_headers = OWN.headers

    said = party.call("/introspect", token=token).get_json()
    assert (said["active"], said["token_type"], said["cnf"]) == (True, "Bearer", {"x5t#S256": OWN.x5t_s256})
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
