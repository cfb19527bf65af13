"""What clients register about the protection of messages, and which profile admits what."""

from dataclasses import replace
from typing import Any

import pytest

from core.infra.client_tls_settings import ClientTls
from core.infra.secret import Secret
from idp.oidc import client_metadata, registration
from idp.oidc.clients import metadata_of
from idp.oidc.errors import InvalidClientMetadata
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import RegisteredClient
from idp.wiring import Services
from tests.support.grants import REDIRECT_URI, a_key, public_jwks

JWKS = public_jwks(a_key("EC"))
# What a client of FAPI 2.0 registers at the least.
STRICT: dict[str, Any] = {"token_endpoint_auth_method": "private_key_jwt", "jwks": JWKS}


def parsed(profile: Profile = Profile.OIDC, **members: Any) -> RegisteredClient:
    """Return the client that these members describe."""
    sent = {"redirect_uris": [REDIRECT_URI], **members}
    return client_metadata.parse("cli_1", sent, allow_loopback=False, profile=profile)


def test_every_protection_that_a_client_asks_for_is_kept() -> None:
    sent: dict[str, Any] = {
        "require_pushed_authorization_requests": True,
        "require_signed_request_object": True,
        "dpop_bound_access_tokens": True,
        "request_object_signing_alg": "PS256",
        "authorization_signed_response_alg": "ES256",
        "introspection_signed_response_alg": "EdDSA",
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_san_dns": "tool.immo.test",
        "jwks": JWKS,
    }

    client = parsed(**sent)

    told = metadata_of(client)
    assert {name: told[name] for name in sent} == sent
    assert client.tls_client_auth_subject == ("tls_client_auth_san_dns", "tool.immo.test")
    rules = client.rules
    assert (rules.pushed_requests, rules.signed_requests, rules.sender_constraint) == (True, True, True)


def test_a_plain_client_is_held_to_none_of_it() -> None:
    client = parsed()

    assert client.id_token_signed_response_alg == "RS256"
    rules = client.rules
    assert not any((rules.pushed_requests, rules.signed_requests, rules.signed_responses, rules.sender_constraint))
    assert client.tls_client_auth_subject is None


@pytest.mark.parametrize("profile", [Profile.FAPI2_SECURITY, Profile.FAPI2_MESSAGE_SIGNING])
def test_a_client_of_fapi_gets_an_algorithm_of_fapi(profile: Profile) -> None:
    client = parsed(profile, **STRICT)

    assert client.id_token_signed_response_alg == "PS256"
    assert client.policy.profile is profile


@pytest.mark.parametrize("profile", [Profile.FAPI2_SECURITY, Profile.FAPI2_MESSAGE_SIGNING])
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("token_endpoint_auth_method", "client_secret_basic"),
        ("token_endpoint_auth_method", "client_secret_post"),
        ("token_endpoint_auth_method", "none"),
        ("id_token_signed_response_alg", "RS256"),
        ("userinfo_signed_response_alg", "RS256"),
        ("token_endpoint_auth_signing_alg", "RS256"),
        ("request_object_signing_alg", "RS256"),
        ("authorization_signed_response_alg", "RS256"),
        ("introspection_signed_response_alg", "RS256"),
        ("grant_types", ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"]),
    ],
)
def test_what_fapi_leaves_no_room_for_is_refused_by_name(profile: Profile, member: str, value: object) -> None:
    """FAPI 2.0 Security Profile sections 5.3.2 and 5.4; a plain client may have each of them."""
    with pytest.raises(InvalidClientMetadata) as refused:
        parsed(profile, **{**STRICT, member: value})

    assert member in refused.value.description
    parsed(**{**STRICT, member: value})


def test_signed_requests_need_a_key_to_verify_them() -> None:
    certificate = {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_uri": "https://tool.immo.test"}
    parsed(Profile.FAPI2_SECURITY, **certificate)

    with pytest.raises(InvalidClientMetadata) as refused:
        parsed(Profile.FAPI2_MESSAGE_SIGNING, **certificate)
    assert "jwks" in refused.value.description
    for member in ({"require_signed_request_object": True}, {"request_object_signing_alg": "ES256"}):
        with pytest.raises(InvalidClientMetadata):
            parsed(**member)
        parsed(**member, jwks=JWKS)


@pytest.mark.parametrize(
    "members",
    [
        {"token_endpoint_auth_method": "tls_client_auth"},
        {
            "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_auth_san_dns": "tool.immo.test",
            "tls_client_auth_san_email": "tool@immo.test",
        },
        {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "not a name"},
        {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_ip": "10.0.0"},
        {"token_endpoint_auth_method": "self_signed_tls_client_auth"},
        {"request_object_signing_alg": "none", "jwks": JWKS},
        {"request_object_signing_alg": "HS256", "jwks": JWKS},
        {"authorization_signed_response_alg": "none"},
        {"introspection_signed_response_alg": "none"},
        {"require_pushed_authorization_requests": "true"},
        {"dpop_bound_access_tokens": 1},
        {"dpop_bound_access_tokens": True, "tls_client_certificate_bound_access_tokens": True},
        {"authorization_encrypted_response_alg": "RSA-OAEP"},
        {"introspection_encrypted_response_alg": "RSA-OAEP"},
    ],
)
def test_what_contradicts_itself_or_is_not_offered_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidClientMetadata):
        parsed(**members)


def test_a_device_may_have_refresh_tokens_without_codes() -> None:
    client = parsed(grant_types=["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"], redirect_uris=[])

    assert client.response_types == ()


def test_certificates_are_refused_where_nobody_asks_for_them(services: Services) -> None:
    """As discovery says it: the methods that the operator's proxy and authorities make possible."""
    self_signed = {"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": JWKS}
    issued = {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "tool.immo.test"}
    bound = {**STRICT, "tls_client_certificate_bound_access_tokens": True}
    proxy = ClientTls("https://mtls.immo.test", Secret("x" * 32))
    settings = replace(services.settings, client_tls=proxy)

    for members, is_taken in ((self_signed, True), (bound, True), (issued, False)):
        sent = {"redirect_uris": [REDIRECT_URI], **members}
        with pytest.raises(InvalidClientMetadata):
            registration.judge(sent, settings=services.settings, http=services.http)
        if is_taken:
            registration.judge(sent, settings=settings, http=services.http)
        else:
            with pytest.raises(InvalidClientMetadata):
                registration.judge(sent, settings=settings, http=services.http)
