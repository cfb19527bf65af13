"""The client credentials grant over HTTP: RFC 6749 section 4.4, RFC 8707, RFC 9068."""

import pytest
from flask.testing import FlaskClient

from idp.oidc.registered_client import DEFAULT_SCOPE, ClientPolicy
from idp.wiring import Services
from tests.support.grants import (
    WALLET,
    a_client,
    ask_userinfo,
    assert_refused,
    claims_of,
    nothing_stored,
    post_token,
    rows,
)

_GRANT = "client_credentials"


def test_a_client_gets_a_token_of_its_own(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services, policy=ClientPolicy(scope=("catalogue:read",), resources=(WALLET,)))

    response = post_token(endpoints, client, grant_type=_GRANT, scope="catalogue:read", resource=WALLET)

    members = response.get_json()
    assert set(members) == {"access_token", "token_type", "expires_in", "scope"}
    said = claims_of(services, members["access_token"], typ="at+jwt")
    assert (said["sub"], said["client_id"], said["aud"], said["scope"]) == (
        client.client_id, client.client_id, WALLET, "catalogue:read",
    )  # fmt: skip
    assert not {"acr", "auth_time", "org_id", "roles"} & said.keys()


def test_it_leaves_no_trace_in_the_database(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)

    with nothing_stored(services):
        assert post_token(endpoints, client, grant_type=_GRANT).status_code == 200

    assert rows(services, "refresh_family") == []


@pytest.mark.parametrize(
    "scope", [*DEFAULT_SCOPE, "organization", "roles", "wallet", "wallet:charge", "wallet:read", "catalogue:write"]
)
def test_no_scope_of_a_person_and_none_beyond_the_registered(
    services: Services, endpoints: FlaskClient, scope: str
) -> None:
    """Never openid, never a charge."""
    everything = (*DEFAULT_SCOPE, "organization", "roles", "wallet", "wallet:charge", "wallet:read", "catalogue:read")
    client = a_client(services, policy=ClientPolicy(scope=everything))

    with nothing_stored(services):
        response = post_token(endpoints, client, grant_type=_GRANT, scope=f"catalogue:read {scope}")

    assert_refused(response, "invalid_scope")


@pytest.mark.parametrize("resource", [WALLET, "https://elsewhere.immo.test", "not-a-uri", f"{WALLET}#fragment"])
def test_a_resource_that_is_not_registered_is_refused(
    services: Services, endpoints: FlaskClient, resource: str
) -> None:
    client = a_client(services)

    with nothing_stored(services):
        response = post_token(endpoints, client, grant_type=_GRANT, resource=resource)

    assert_refused(response, "invalid_target")


def test_its_token_does_not_open_userinfo(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    token = post_token(endpoints, client, grant_type=_GRANT).get_json()["access_token"]

    assert_refused(ask_userinfo(endpoints, token), "invalid_token", 401)


def test_the_grant_type_must_be_registered(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services, grant_types=("authorization_code",))

    with nothing_stored(services):
        assert_refused(post_token(endpoints, client, grant_type=_GRANT), "unauthorized_client")
