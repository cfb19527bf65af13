"""The userinfo endpoint over HTTP: OpenID Connect Core section 5.3, RFC 6750, `oidc.md` 2.5."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from core.infra.store.interface import Kind
from core.tools import registration as tool_registration
from idp.oidc.checks.claims_parameter import ClaimsRequest, RequestedClaim
from idp.oidc.clients import announce_change
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.registration import store_client
from idp.oidc.subject import subject_identifier
from idp.oidc.tokens import refresh_token
from idp.wiring import Services
from tests.support.grants import (
    SECRET,
    a_client,
    a_grant,
    a_person,
    an_office,
    ask_userinfo,
    assert_refused,
    claims_of,
    granted,
    nothing_stored,
)


def _access_token(services: Services, endpoints: FlaskClient, client: RegisteredClient, **grant: Any) -> str:
    person = grant.pop("person_id", None) or a_person(services)
    token: str = granted(services, endpoints, client, a_grant(services, client, person, **grant))["access_token"]
    return token


def test_the_header_opens_it_by_get_and_post(services: Services, endpoints: FlaskClient) -> None:
    """`userinfo-get`, `userinfo-post-header`; the scheme's name in any case."""
    token = _access_token(services, endpoints, a_client(services))

    answers = [
        endpoints.get("/userinfo", headers={"Authorization": f"Bearer {token}"}),
        endpoints.post("/userinfo", headers={"Authorization": f"bearer {token}"}),
    ]

    for answer in answers:
        assert (answer.status_code, answer.mimetype) == (200, "application/json")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert (answer.get_json()["given_name"], answer.get_json()["family_name"]) == ("Anna", "Peeters")


def test_the_form_body_opens_it(services: Services, endpoints: FlaskClient) -> None:
    """`userinfo-post-body`."""
    token = _access_token(services, endpoints, a_client(services))

    assert endpoints.post("/userinfo", data={"access_token": token}).status_code == 200


def test_the_url_never_does(services: Services, endpoints: FlaskClient) -> None:
    token = _access_token(services, endpoints, a_client(services))

    assert_refused(endpoints.get("/userinfo", query_string={"access_token": token}), "invalid_request")


def test_a_token_sent_twice_is_refused(services: Services, endpoints: FlaskClient) -> None:
    """RFC 6750 section 2."""
    token = _access_token(services, endpoints, a_client(services))

    response = endpoints.post("/userinfo", data={"access_token": token}, headers={"Authorization": f"Bearer {token}"})

    assert_refused(response, "invalid_request")


@pytest.mark.parametrize("header", [None, "Basic abc", "Bearer", "Bearer ", "DPoP"])
def test_without_a_token_the_challenge_names_no_error(
    services: Services, endpoints: FlaskClient, header: str | None
) -> None:
    """RFC 6750 section 3.1, RFC 9449 section 7.1, RFC 9728 section 5.1: schemes, and whose tokens."""
    response = endpoints.get("/userinfo", headers={"Authorization": header} if header else {})

    assert response.status_code == 401
    metadata = f"{services.settings.issuer}/.well-known/oauth-protected-resource/userinfo"
    said = f'realm="Immo-Connect", resource_metadata="{metadata}"'
    assert response.headers["WWW-Authenticate"] == f'Bearer {said}, DPoP {said}, algs="ES256 PS256 EdDSA"'


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30", "é"])
def test_what_is_no_token_of_ours_is_refused(services: Services, endpoints: FlaskClient, token: str) -> None:
    with nothing_stored(services):
        response = endpoints.post("/userinfo", data={"access_token": token})

    assert_refused(response, "invalid_token", 401)
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_an_id_token_is_no_access_token(services: Services, endpoints: FlaskClient) -> None:
    """RFC 9068 section 4: typ at+jwt."""
    client = a_client(services)
    members = granted(services, endpoints, client, a_grant(services, client, a_person(services)))

    assert_refused(ask_userinfo(endpoints, members["id_token"]), "invalid_token", 401)


def test_the_subject_is_that_of_the_id_token(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    members = granted(services, endpoints, client, a_grant(services, client, a_person(services)))

    said = ask_userinfo(endpoints, members["access_token"]).get_json()

    assert said["sub"] == claims_of(services, members["id_token"])["sub"]


def test_pairwise_subjects_differ_by_sector_and_agree_everywhere_else(
    services: Services, endpoints: FlaskClient
) -> None:
    """Core section 8.1: ID token, access token and userinfo of one client name the same subject."""
    person, seen = a_person(services), []
    for sector in ("one.test", "one.test", "two.test"):
        client = a_client(services, subject_type="pairwise", sector_identifier=sector)
        members = granted(services, endpoints, client, a_grant(services, client, person))
        named = {
            claims_of(services, members["id_token"])["sub"],
            claims_of(services, members["access_token"], typ="at+jwt")["sub"],
            ask_userinfo(endpoints, members["access_token"]).get_json()["sub"],
        }
        assert named == {subject_identifier(person, client, services.settings.secret)}
        seen.append(named.pop())

    assert seen[0] == seen[1] != seen[2]
    assert person not in seen


def test_scopes_decide_what_is_said(services: Services, endpoints: FlaskClient) -> None:
    token = _access_token(services, endpoints, a_client(services), scope=("openid", "email"))

    said = ask_userinfo(endpoints, token).get_json()

    assert said["email"] == "anna.peeters@immo.test"
    assert said["email_verified"] is True
    assert "given_name" not in said


def test_a_claim_asked_for_by_name_is_said(services: Services, endpoints: FlaskClient) -> None:
    """`claims-essential`: in userinfo and not in the ID token."""
    client = a_client(services)
    claims = ClaimsRequest(userinfo=(RequestedClaim("name", essential=True),))
    members = granted(
        services, endpoints, client, a_grant(services, client, a_person(services), scope=("openid",), claims=claims)
    )

    assert ask_userinfo(endpoints, members["access_token"]).get_json()["name"] == "Anna Peeters"
    assert "name" not in claims_of(services, members["id_token"])


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_a_client_may_have_it_signed(services: Services, endpoints: FlaskClient, algorithm: str) -> None:
    """`userinfo-rs256`: application/jwt with iss and aud."""
    client = a_client(services, userinfo_signed_response_alg=algorithm)
    token = _access_token(services, endpoints, client)

    response = ask_userinfo(endpoints, token)

    assert response.mimetype == "application/jwt"
    assert response.headers["Cache-Control"] == "no-store"
    said = claims_of(services, response.text)
    assert (said["iss"], said["aud"]) == (services.settings.issuer, client.client_id)
    assert said["given_name"] == "Anna"


def test_a_revoked_family_closes_it(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    grant = a_grant(services, client, a_person(services))
    token = granted(services, endpoints, client, grant)["access_token"]
    with services.database.transaction() as session:
        refresh_token.revoke_family(session, services.store, grant.family_id, services.clock.now())

    assert_refused(ask_userinfo(endpoints, token), "invalid_token", 401)


def test_a_context_that_is_gone_closes_it(services: Services, endpoints: FlaskClient) -> None:
    client, person = a_client(services), a_person(services)
    office = an_office(services, person)
    token = _access_token(
        services, endpoints, client, person_id=person, context=office.context, scope=("openid", "organization")
    )
    assert ask_userinfo(endpoints, token).get_json()["org_id"] == office.context.organisation_id
    with services.database.transaction() as session:
        tool_registration.end(session, office.context.registration_id, by=person, now=services.clock.now())

    assert_refused(ask_userinfo(endpoints, token), "invalid_token", 401)


def test_a_disabled_client_closes_it(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    token = _access_token(services, endpoints, client)
    disabled = a_client(services, client_id=client.client_id, enabled=False)
    with services.database.transaction() as session:
        store_client(session, disabled, now=services.clock.now(), secret=SECRET)
    announce_change(services.database, services.store)

    assert_refused(ask_userinfo(endpoints, token), "invalid_token", 401)


def test_a_store_that_forgot_the_grant_closes_it(services: Services, endpoints: FlaskClient) -> None:
    """A flush costs a new token, it does not open anything."""
    client = a_client(services)
    grant = a_grant(services, client, a_person(services))
    token = granted(services, endpoints, client, grant)["access_token"]
    services.store.delete(Kind.GRANT, grant.family_id)

    assert_refused(ask_userinfo(endpoints, token), "invalid_token", 401)
