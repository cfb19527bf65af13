"""Userinfo asks for a better sign-in, and says where its tokens come from: RFC 9470, RFC 9728."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_list_header
from werkzeug.test import TestResponse

from core.infra.clock import FixedClock
from core.people.assurance import Acr
from idp.oidc.clients import announce_change
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.registration import store_client
from idp.wiring import Services
from tests.support.grants import (
    a_client,
    a_grant,
    a_person,
    ask_userinfo,
    assert_refused,
    granted,
    nothing_stored,
    refresh,
)

_METADATA = "/.well-known/oauth-protected-resource/userinfo"


def demand(services: Services, client: RegisteredClient, *, acr: Acr | None = None, max_age: int | None = None) -> None:
    """Make the registration of a client stricter, as the operator or the client itself may at any time."""
    stricter = replace(client, policy=replace(client.policy, require_acr=acr), default_max_age_seconds=max_age)
    with services.database.transaction() as session:
        store_client(session, stricter, now=services.clock.now())
    announce_change(services.database, services.store)


def asked(response: TestResponse) -> Mapping[str, str]:
    """Return the parameters of the challenge, unquoted."""
    scheme, _, parameters = response.headers["WWW-Authenticate"].partition(" ")
    assert scheme == "Bearer"
    pairs = (entry.partition("=") for entry in parse_list_header(parameters))
    return {name: value.strip('"') for name, _, value in pairs}


def test_a_level_that_is_demanded_since_is_named_in_the_challenge(services: Services, endpoints: FlaskClient) -> None:
    """RFC 9470 section 3: each level that would do, the weakest first; nothing is told about the person."""
    client = a_client(services)
    token = granted(services, endpoints, client, a_grant(services, client, a_person(services)))["access_token"]
    assert ask_userinfo(endpoints, token).status_code == 200

    demand(services, client, acr=Acr.MFA)
    with nothing_stored(services):
        response = ask_userinfo(endpoints, token)

    assert_refused(response, "insufficient_user_authentication", 401)
    challenge = asked(response)
    assert challenge["error"] == "insufficient_user_authentication"
    assert challenge["acr_values"].split() == [Acr.MFA.value, Acr.SUBSTANTIAL.value, Acr.HIGH.value]
    assert "max_age" not in challenge
    demand(services, client, acr=Acr.PASSWORD)
    assert ask_userinfo(endpoints, token).status_code == 200


def test_a_sign_in_that_is_too_long_ago_is_told_the_age(
    services: Services, endpoints: FlaskClient, clock: FixedClock
) -> None:
    """A refresh token outlives the sign-in: an access token of an hour later is as old as that."""
    client = a_client(services, default_max_age_seconds=1800)
    first = granted(services, endpoints, client, a_grant(services, client, a_person(services)))
    clock.advance(timedelta(minutes=9))
    assert ask_userinfo(endpoints, first["access_token"]).status_code == 200

    clock.advance(timedelta(minutes=51))
    later = refresh(endpoints, client, first["refresh_token"]).get_json()["access_token"]
    response = ask_userinfo(endpoints, later)

    assert_refused(response, "insufficient_user_authentication", 401)
    assert asked(response)["max_age"] == "1800"
    assert "acr_values" not in asked(response)


@pytest.mark.parametrize("max_age", [0, 60])
def test_what_a_sign_in_just_gave_may_be_used(services: Services, endpoints: FlaskClient, max_age: int) -> None:
    """`default_max_age` 0 asks for a sign-in each time, not for one in each second."""
    client = a_client(services, default_max_age_seconds=max_age)
    token = granted(services, endpoints, client, a_grant(services, client, a_person(services)))["access_token"]

    assert isinstance(services.clock, FixedClock)
    services.clock.advance(timedelta(minutes=9))

    assert ask_userinfo(endpoints, token).status_code == 200


def test_challenges_lead_to_the_metadata_of_the_resource(services: Services, endpoints: FlaskClient) -> None:
    """RFC 9728 sections 3 and 5.1, for every refusal that has a challenge."""
    issuer = services.settings.issuer
    without = endpoints.get("/userinfo").headers["WWW-Authenticate"]
    bad = asked(ask_userinfo(endpoints, "x"))

    found = endpoints.get(_METADATA)

    assert bad["resource_metadata"] == issuer + _METADATA
    assert without.count(f'resource_metadata="{issuer}{_METADATA}"') == 2
    assert (found.status_code, found.mimetype) == (200, "application/json")
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    said = found.get_json()
    assert (said["resource"], said["authorization_servers"]) == (f"{issuer}/userinfo", [issuer])
    assert said["bearer_methods_supported"] == ["header", "body"]
    assert "openid" in said["scopes_supported"]
    assert said["tls_client_certificate_bound_access_tokens"] is False
    server = endpoints.get("/.well-known/oauth-authorization-server").get_json()
    assert said["dpop_signing_alg_values_supported"] == server["dpop_signing_alg_values_supported"]
