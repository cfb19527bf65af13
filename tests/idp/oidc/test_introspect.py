"""Token introspection over HTTP: RFC 7662."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.infra.clock import FixedClock
from idp.oidc.clients import announce_change
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import ClientPolicy, RegisteredClient
from idp.oidc.registration import store_client
from idp.oidc.tokens import refresh_token
from idp.signing import jws
from idp.wiring import Services
from tests.support.grants import (
    ASSERTION_TYPE,
    WALLET,
    a_client,
    a_grant,
    a_key,
    a_person,
    a_public_client,
    an_assertion,
    assert_refused,
    basic,
    claims_of,
    granted,
    nothing_stored,
    public_jwks,
)


def _resource_server(services: Services, *resources: str) -> RegisteredClient:
    return a_client(services, policy=ClientPolicy(introspection=True, resources=resources or (WALLET,)))


def _ask(endpoints: FlaskClient, server: RegisteredClient, token: str | None, **form: str) -> TestResponse:
    sent = form if token is None else {"token": token, **form}
    return endpoints.post("/introspect", data=sent, headers=basic(server))


def _started(services: Services, endpoints: FlaskClient, **grant: Any) -> tuple[RegisteredClient, dict[str, Any], str]:
    client = a_client(services, policy=ClientPolicy(resources=(WALLET,)))
    made = a_grant(services, client, a_person(services), **({"resource": (WALLET,)} | grant))
    return client, granted(services, endpoints, client, made), made.family_id


def test_a_resource_server_is_told_about_a_token_for_it(services: Services, endpoints: FlaskClient) -> None:
    client, members, _ = _started(services, endpoints)

    response = _ask(endpoints, _resource_server(services), members["access_token"], token_type_hint="access_token")

    said = response.get_json()
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert said["active"] is True
    assert (said["token_type"], said["client_id"], said["aud"], said["iss"]) == (
        "Bearer", client.client_id, WALLET, services.settings.issuer,
    )  # fmt: skip
    assert said["scope"] == "openid profile offline_access"
    assert said["exp"] - said["iat"] == 300


def _assert_inactive(response: TestResponse) -> None:
    assert (response.status_code, response.get_json()) == (200, {"active": False})


def test_about_tokens_for_others_it_learns_nothing(services: Services, endpoints: FlaskClient) -> None:
    _, members, _ = _started(services, endpoints)

    _assert_inactive(_ask(endpoints, _resource_server(services, "https://other.immo.test"), members["access_token"]))


@pytest.mark.parametrize("token", ["x", "a.b.c"])
def test_an_unknown_token_is_inactive(services: Services, endpoints: FlaskClient, token: str) -> None:
    server = _resource_server(services)

    with nothing_stored(services):
        _assert_inactive(_ask(endpoints, server, token))


def test_other_kinds_of_tokens_are_inactive(services: Services, endpoints: FlaskClient) -> None:
    _, members, _ = _started(services, endpoints)
    server = _resource_server(services)

    _assert_inactive(_ask(endpoints, server, members["id_token"]))
    _assert_inactive(_ask(endpoints, server, members["refresh_token"], token_type_hint="refresh_token"))


def test_an_expired_token_is_inactive(services: Services, endpoints: FlaskClient, clock: FixedClock) -> None:
    _, members, _ = _started(services, endpoints)
    clock.advance(timedelta(minutes=5))

    _assert_inactive(_ask(endpoints, _resource_server(services), members["access_token"]))


def test_a_revoked_token_is_inactive(services: Services, endpoints: FlaskClient) -> None:
    _, members, family_id = _started(services, endpoints)
    with services.database.transaction() as session:
        refresh_token.revoke_family(session, services.store, family_id, services.clock.now())

    _assert_inactive(_ask(endpoints, _resource_server(services), members["access_token"]))


def test_a_token_of_a_disabled_client_is_inactive(services: Services, endpoints: FlaskClient) -> None:
    client, members, _ = _started(services, endpoints)
    with services.database.transaction() as session:
        store_client(session, replace(client, enabled=False), now=services.clock.now())
    announce_change(services.database, services.store)

    _assert_inactive(_ask(endpoints, _resource_server(services), members["access_token"]))


def test_a_client_that_is_no_resource_server_is_refused(services: Services, endpoints: FlaskClient) -> None:
    client, members, _ = _started(services, endpoints)

    with nothing_stored(services):
        assert_refused(_ask(endpoints, client, members["access_token"]), "unauthorized_client")


def test_a_public_client_is_refused_whatever_its_policy(services: Services, endpoints: FlaskClient) -> None:
    """RFC 7662 section 2.1: the endpoint must not help to scan for tokens."""
    public = a_public_client(services, policy=ClientPolicy(introspection=True, resources=(WALLET,)))
    _, members, _ = _started(services, endpoints)

    response = endpoints.post("/introspect", data={"token": members["access_token"], "client_id": public.client_id})

    assert_refused(response, "unauthorized_client")


def test_whoever_does_not_authenticate_is_refused(services: Services, endpoints: FlaskClient) -> None:
    _, members, _ = _started(services, endpoints)

    with nothing_stored(services):
        assert_refused(endpoints.post("/introspect", data={"token": members["access_token"]}), "invalid_client", 401)


def test_a_request_without_a_token_is_refused(services: Services, endpoints: FlaskClient) -> None:
    assert_refused(_ask(endpoints, _resource_server(services), None), "invalid_request")


def test_a_repeated_token_is_refused(services: Services, endpoints: FlaskClient) -> None:
    response = endpoints.post(
        "/introspect",
        data=b"token=a&token=b",
        headers=basic(_resource_server(services)),
        content_type="application/x-www-form-urlencoded",
    )

    assert_refused(response, "invalid_request")


@pytest.mark.parametrize(
    ("registered", "profile", "accept", "algorithm"),
    [
        (None, Profile.OIDC, "application/json, Application/Token-Introspection+JWT", "RS256"),
        (None, Profile.FAPI2_SECURITY, "application/token-introspection+jwt", "PS256"),
        ("ES256", Profile.OIDC, "*/*", "ES256"),
        ("EdDSA", Profile.OIDC, "application/token-introspection+jwt", "EdDSA"),
    ],
)
def test_an_answer_is_signed_for_who_wants_to_prove_it(
    services: Services,
    endpoints: FlaskClient,
    registered: str | None,
    profile: Profile,
    accept: str,
    algorithm: str,
) -> None:
    """RFC 9701 section 5: in a JWT of its own type, for this resource server, with no `sub` or `exp` of its own."""
    _, members, _ = _started(services, endpoints)
    policy = ClientPolicy(profile=profile, introspection=True, resources=(WALLET,))
    key = a_key()
    server = a_client(
        services, secret=None, policy=policy, introspection_signed_response_alg=registered, jwks=public_jwks(key),
        token_endpoint_auth_method="private_key_jwt",
    )  # fmt: skip

    def ask(token: str) -> dict[str, Any]:
        form = {
            "token": token, "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": an_assertion(services, server, key),
        }  # fmt: skip
        answered = endpoints.post("/introspect", data=form, headers={"Accept": accept})
        assert answered.headers["Content-Type"] == "application/token-introspection+jwt"
        assert (answered.status_code, answered.headers["Cache-Control"]) == (200, "no-store")
        assert jws.decode(services.keyring, answered.text, typ="token-introspection+jwt", algorithms=[algorithm])
        return claims_of(services, answered.text, typ="token-introspection+jwt")

    said, unknown = ask(members["access_token"]), ask("x")

    assert said.keys() == {"iss", "aud", "iat", "token_introspection"}
    assert (said["iss"], said["aud"]) == (services.settings.issuer, server.client_id)
    assert said["iat"] == int(services.clock.now().timestamp())
    assert (said["token_introspection"]["active"], said["token_introspection"]["aud"]) == (True, WALLET)
    assert unknown["token_introspection"] == {"active": False}


def test_an_answer_that_nobody_asked_to_be_signed_is_plain(services: Services, endpoints: FlaskClient) -> None:
    server = _resource_server(services)
    for accept in ("*/*", "application/json", "application/token-introspection+jwt;q=0"):
        headers = {**basic(server), "Accept": accept}
        assert endpoints.post("/introspect", data={"token": "x"}, headers=headers).get_json() == {"active": False}
