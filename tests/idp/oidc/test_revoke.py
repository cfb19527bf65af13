"""Token revocation over HTTP: RFC 7009."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.oidc.registered_client import RegisteredClient
from idp.wiring import Services
from tests.support.grants import (
    a_client,
    a_grant,
    a_person,
    a_public_client,
    ask_userinfo,
    assert_refused,
    basic,
    granted,
    nothing_stored,
    refresh,
)


def _revoke(endpoints: FlaskClient, client: RegisteredClient, token: str | None, **form: str) -> TestResponse:
    sent = form if token is None else {"token": token, **form}
    if client.is_public:
        return endpoints.post("/revoke", data={**sent, "client_id": client.client_id})
    return endpoints.post("/revoke", data=sent, headers=basic(client))


def _started(services: Services, endpoints: FlaskClient, client: RegisteredClient) -> dict[str, Any]:
    return granted(services, endpoints, client, a_grant(services, client, a_person(services)))


@pytest.mark.parametrize("hint", ["refresh_token", "access_token", "something-else"])
def test_revoking_a_refresh_token_ends_everything_of_its_grant(
    services: Services, endpoints: FlaskClient, hint: str
) -> None:
    """Section 2.1; the hint is only a hint."""
    client = a_client(services)
    members = _started(services, endpoints, client)
    refreshed = refresh(endpoints, client, members["refresh_token"]).get_json()

    response = _revoke(endpoints, client, members["refresh_token"], token_type_hint=hint)

    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Cache-Control"] == "no-store"
    assert_refused(refresh(endpoints, client, members["refresh_token"]), "invalid_grant")
    for token in (members["access_token"], refreshed["access_token"]):
        assert_refused(ask_userinfo(endpoints, token), "invalid_token", 401)


def test_revoking_an_access_token_ends_that_token_only(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    members = _started(services, endpoints, client)
    other = refresh(endpoints, client, members["refresh_token"]).get_json()["access_token"]

    assert _revoke(endpoints, client, members["access_token"]).status_code == 200

    assert_refused(ask_userinfo(endpoints, members["access_token"]), "invalid_token", 401)
    assert ask_userinfo(endpoints, other).status_code == 200
    assert refresh(endpoints, client, members["refresh_token"]).status_code == 200


def test_a_public_client_may_give_back_what_it_holds(services: Services, endpoints: FlaskClient) -> None:
    client = a_public_client(services)
    members = _started(services, endpoints, client)

    assert _revoke(endpoints, client, members["refresh_token"]).status_code == 200

    assert_refused(refresh(endpoints, client, members["refresh_token"]), "invalid_grant")


@pytest.mark.parametrize("token", ["no-such-token", "a.b.c"])
def test_an_unknown_token_counts_as_ended(services: Services, endpoints: FlaskClient, token: str) -> None:
    """Section 2.2."""
    client = a_client(services)

    with nothing_stored(services):
        assert _revoke(endpoints, client, token).status_code == 200


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_another_clients_token_is_refused_and_lives_on(services: Services, endpoints: FlaskClient, name: str) -> None:
    owner, other = a_client(services), a_client(services)
    members = _started(services, endpoints, owner)

    with nothing_stored(services):
        assert_refused(_revoke(endpoints, other, members[name]), "invalid_grant")

    assert ask_userinfo(endpoints, members["access_token"]).status_code == 200
    assert refresh(endpoints, owner, members["refresh_token"]).status_code == 200


def test_an_id_token_cannot_be_revoked(services: Services, endpoints: FlaskClient) -> None:
    """Section 2.2.1."""
    client = a_client(services)
    members = _started(services, endpoints, client)

    with nothing_stored(services):
        assert_refused(_revoke(endpoints, client, members["id_token"]), "unsupported_token_type")


def test_whoever_does_not_authenticate_is_refused(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    members = _started(services, endpoints, client)

    with nothing_stored(services):
        response = endpoints.post("/revoke", data={"token": members["refresh_token"]}, headers=basic(client, "wrong"))

    assert_refused(response, "invalid_client", 401)


def test_a_request_without_a_token_is_refused(services: Services, endpoints: FlaskClient) -> None:
    assert_refused(_revoke(endpoints, a_client(services), None), "invalid_request")
