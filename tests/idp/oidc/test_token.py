"""The authorization code grant over HTTP: RFC 6749 section 4.1.3, RFC 7636, `oidc.md` 2.6."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.infra.clock import FixedClock
from core.infra.ids import new_id
from idp.oidc import codes
from idp.oidc.registered_client import ClientPolicy
from idp.oidc.tokens import refresh_token
from idp.wiring import Services
from tests.support.grants import (
    WALLET,
    a_client,
    a_grant,
    a_person,
    a_public_client,
    an_application,
    an_office,
    ask_userinfo,
    assert_refused,
    basic,
    claims_of,
    exchange,
    granted,
    nothing_stored,
    post_token,
    rows,
)


def test_a_code_gives_access_id_and_refresh_token(services: Services, endpoints: FlaskClient) -> None:
    """`server`: the token response of RFC 6749 section 5.1, with an ID token for the client."""
    client, person = a_client(services), a_person(services)
    grant = a_grant(services, client, person)

    response = exchange(endpoints, client, codes.issue(services.store, grant))

    members = response.get_json()
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert set(members) == {"access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token"}
    assert (members["token_type"], members["expires_in"], members["scope"]) == (
        "Bearer", 600, "openid profile offline_access",
    )  # fmt: skip
    said = claims_of(services, members["id_token"])
    assert (said["iss"], said["aud"], said["sub"], said["nonce"]) == (
        services.settings.issuer, client.client_id, person, "n-0S6",
    )  # fmt: skip
    token = claims_of(services, members["access_token"], typ="at+jwt")
    assert token["aud"] == f"{services.settings.issuer}/userinfo"
    assert token["jti"].startswith(f"{grant.family_id}.")


def test_without_openid_there_is_no_id_token(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    grant = a_grant(services, client, a_person(services), scope=("profile",))

    members = granted(services, endpoints, client, grant)

    assert "id_token" not in members
    assert_refused(ask_userinfo(endpoints, members["access_token"]), "insufficient_scope", 403)


def test_without_offline_access_there_is_no_refresh_token(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    grant = a_grant(services, client, a_person(services), scope=("openid",))

    assert "refresh_token" not in granted(services, endpoints, client, grant)


def test_without_the_grant_type_there_is_no_refresh_token(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services, grant_types=("authorization_code",))

    assert "refresh_token" not in granted(services, endpoints, client, a_grant(services, client, a_person(services)))


def test_a_client_with_session_refresh_gets_one_that_ends_with_the_session(
    services: Services, endpoints: FlaskClient
) -> None:
    client = a_client(services, policy=ClientPolicy(session_refresh=True))
    grant = a_grant(services, client, a_person(services), scope=("openid",))

    assert "refresh_token" in granted(services, endpoints, client, grant)

    (family,) = rows(services, "refresh_family")
    assert not family["outlives_session"]


def test_a_code_works_once_and_a_second_use_revokes_what_it_gave(services: Services, endpoints: FlaskClient) -> None:
    """`codereuse`, `codereuse-30seconds`: invalid_grant, access and refresh token are worth nothing."""
    client = a_client(services)
    code = codes.issue(services.store, a_grant(services, client, a_person(services)))
    first = exchange(endpoints, client, code).get_json()
    assert ask_userinfo(endpoints, first["access_token"]).status_code == 200

    second = exchange(endpoints, client, code)

    assert_refused(second, "invalid_grant")
    assert_refused(ask_userinfo(endpoints, first["access_token"]), "invalid_token", 401)
    again = post_token(endpoints, client, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert_refused(again, "invalid_grant")


def test_of_several_who_redeem_a_code_at_once_one_wins(services: Services) -> None:
    """And what the winner got ends, because the code was seen twice."""
    client = a_client(services)
    code = codes.issue(services.store, a_grant(services, client, a_person(services)))
    app, barrier = an_application(services), Barrier(6)

    def redeem(_: int) -> tuple[int, dict[str, str]]:
        caller = app.test_client()
        barrier.wait()
        response = exchange(caller, client, code)
        return response.status_code, response.get_json()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(redeem, range(6)))

    assert sorted(status for status, _ in answers) == [200] + [400] * 5
    (winner,) = [members for status, members in answers if status == 200]
    caller = app.test_client()
    assert_refused(ask_userinfo(caller, winner["access_token"]), "invalid_token", 401)
    again = post_token(caller, client, grant_type="refresh_token", refresh_token=winner["refresh_token"])
    assert_refused(again, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"code_verifier": "another-verifier-that-is-long-enough-to-be-one"}, "invalid_grant"),
        ({"code_verifier": "too-short"}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"redirect_uri": "https://tool.immo.test/other"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
    ],
)
def test_a_failed_check_burns_the_code_and_gives_nothing(
    services: Services, endpoints: FlaskClient, form: dict[str, Any], error: str
) -> None:
    """FAPI2 pkce-code-verifier modules: invalid_grant; a guess spends the code."""
    client = a_client(services)
    code = codes.issue(services.store, a_grant(services, client, a_person(services)))

    response = exchange(endpoints, client, code, **form)

    assert_refused(response, error)
    assert rows(services, "refresh_family") == []
    assert_refused(exchange(endpoints, client, code), "invalid_grant")


def test_a_verifier_without_a_challenge_is_refused(services: Services, endpoints: FlaskClient) -> None:
    """RFC 9700 section 4.8.2: the challenge was taken out of the authorization request."""
    client = a_client(services)
    code = codes.issue(services.store, a_grant(services, client, a_person(services), code_challenge=None))

    assert_refused(exchange(endpoints, client, code), "invalid_grant")
    assert rows(services, "refresh_family") == []


def test_a_confidential_client_may_go_without_pkce(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    code = codes.issue(services.store, a_grant(services, client, a_person(services), code_challenge=None))

    assert exchange(endpoints, client, code, code_verifier=None).status_code == 200


def test_a_public_client_never_goes_without_pkce(services: Services, endpoints: FlaskClient) -> None:
    client = a_public_client(services)
    code = codes.issue(services.store, a_grant(services, client, a_person(services), code_challenge=None))

    assert_refused(exchange(endpoints, client, code, code_verifier=None), "invalid_grant")


def test_a_public_client_redeems_with_its_verifier(services: Services, endpoints: FlaskClient) -> None:
    client = a_public_client(services)

    assert granted(services, endpoints, client, a_grant(services, client, a_person(services)))["access_token"]


def test_a_code_of_another_client_is_refused_and_burnt(services: Services, endpoints: FlaskClient) -> None:
    """FAPI2 ensure-authorization-code-is-bound-to-client."""
    owner, thief = a_client(services), a_client(services)
    code = codes.issue(services.store, a_grant(services, owner, a_person(services)))

    assert_refused(exchange(endpoints, thief, code), "invalid_grant")
    assert_refused(exchange(endpoints, owner, code), "invalid_grant")
    assert rows(services, "refresh_family") == []


def test_an_unknown_code_is_refused(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)

    with nothing_stored(services):
        assert_refused(exchange(endpoints, client, "no-such-code"), "invalid_grant")


def test_a_code_whose_session_has_ended_gives_nothing(services: Services, endpoints: FlaskClient) -> None:
    """Signing out while the code is on its way."""
    client = a_client(services)
    grant = a_grant(services, client, a_person(services))
    code = codes.issue(services.store, grant)
    with services.database.transaction() as session:
        refresh_token.revoke_session(session, services.store, grant.subject.sid, services.clock.now())

    assert_refused(exchange(endpoints, client, code), "invalid_grant")
    (family,) = rows(services, "refresh_family")
    assert family["revoked_at"] is not None


def test_a_code_of_a_person_who_is_gone_gives_nothing(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    code = codes.issue(services.store, a_grant(services, client, new_id("usr")))  # type: ignore[arg-type]

    assert_refused(exchange(endpoints, client, code), "invalid_grant")
    assert rows(services, "refresh_family") == []


def test_the_tokens_speak_of_the_chosen_context(services: Services, endpoints: FlaskClient) -> None:
    client, person = a_client(services), a_person(services)
    office = an_office(services, person)
    an_office(services, person, "0100002050", "another-tool")
    scope = ("openid", "organization", "roles")

    members = granted(
        services, endpoints, client, a_grant(services, client, person, context=office.context, scope=scope)
    )

    for token, typ in ((members["id_token"], None), (members["access_token"], "at+jwt")):
        said = claims_of(services, token, typ=typ)
        assert said["org_id"] == office.context.organisation_id
        assert said["roles"] == ["user"]
        assert "0100002050" not in str(said)


@pytest.mark.parametrize(
    ("granted_resource", "requested", "audience"),
    [
        ((WALLET,), None, WALLET),
        ((WALLET,), WALLET, WALLET),
        ((WALLET,), "https://login.immo.test/userinfo", "https://login.immo.test/userinfo"),
        ((), None, "https://login.immo.test/userinfo"),
    ],
)
def test_the_audience_is_what_was_granted_or_a_part_of_it(
    services: Services, endpoints: FlaskClient, granted_resource: tuple[str, ...], requested: str | None, audience: str
) -> None:
    """RFC 8707 section 2.2."""
    client = a_client(services)
    code = codes.issue(services.store, a_grant(services, client, a_person(services), resource=granted_resource))

    members = exchange(endpoints, client, code, resource=requested).get_json()

    assert claims_of(services, members["access_token"], typ="at+jwt")["aud"] == audience
    assert members["expires_in"] == (300 if audience == WALLET else 600)


def test_a_resource_beyond_the_grant_is_refused(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    code = codes.issue(services.store, a_grant(services, client, a_person(services)))

    assert_refused(exchange(endpoints, client, code, resource=WALLET), "invalid_target")
    assert rows(services, "refresh_family") == []


def test_a_token_for_a_resource_does_not_open_userinfo(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    members = granted(services, endpoints, client, a_grant(services, client, a_person(services), resource=(WALLET,)))

    assert_refused(ask_userinfo(endpoints, members["access_token"]), "invalid_token", 401)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
    ],
)
def test_a_request_that_lacks_what_its_grant_needs_changes_nothing(
    services: Services, endpoints: FlaskClient, form: dict[str, Any], error: str
) -> None:
    client = a_client(services)

    with nothing_stored(services):
        assert_refused(post_token(endpoints, client, **form), error)


def test_a_grant_type_that_is_not_registered_is_refused(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services, grant_types=("refresh_token",))
    code = codes.issue(services.store, a_grant(services, client, a_person(services)))

    with nothing_stored(services):
        assert_refused(exchange(endpoints, client, code), "unauthorized_client")


@pytest.mark.parametrize(
    "body",
    [
        b"grant_type=authorization_code&grant_type=refresh_token",
        b"grant_type=authorization_code&code=a&code=b",
        b"grant_type=authorization_code&code=a&code=a",
        b"grant_type=authorization_code&code=%ff%fe",
        b"grant_type=authorization_code&code=" + b"a" * 3_000,
        b"grant_type=authorization_code&code=" + b"a" * 70_000,
        b"grant_type=authorization_code&code=a%00b",
    ],
)
def test_repeated_oversized_and_unreadable_parameters_are_refused(
    services: Services, endpoints: FlaskClient, body: bytes
) -> None:
    """RFC 6749 section 3.2."""
    client = a_client(services)

    with nothing_stored(services):
        response = endpoints.post(
            "/token", data=body, headers=basic(client), content_type="application/x-www-form-urlencoded"
        )

    assert_refused(response, "invalid_request")


def test_another_content_type_is_refused(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)

    response = endpoints.post("/token", json={"grant_type": "client_credentials"}, headers=basic(client))

    assert_refused(response, "invalid_request")


def test_parameters_in_the_url_do_not_count(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)

    response = endpoints.post(
        "/token?grant_type=client_credentials",
        data={"client_id": client.client_id},
        headers=basic(client),
    )

    assert_refused(response, "invalid_request")


def test_an_access_token_ends_with_its_ten_minutes(
    services: Services, endpoints: FlaskClient, clock: FixedClock
) -> None:
    client = a_client(services)
    members = granted(services, endpoints, client, a_grant(services, client, a_person(services)))

    clock.advance(timedelta(minutes=10))

    assert_refused(ask_userinfo(endpoints, members["access_token"]), "invalid_token", 401)


def test_scripts_of_any_origin_may_call_the_token_endpoint(endpoints: FlaskClient) -> None:
    preflight = endpoints.options("/token", headers={"Origin": "https://spa.immo.test"})
    refused = endpoints.post("/token", data={"grant_type": "x"}, headers={"Origin": "https://spa.immo.test"})

    for response in (preflight, refused):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers
