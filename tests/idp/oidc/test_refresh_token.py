"""The refresh token grant over HTTP, by the policy at the head of `oidc.md` 2.7."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.infra.clock import FixedClock
from core.organisations.identifiers import OrganisationId
from core.tools import registration as tool_registration
from core.tools.catalogue import tool_by_code
from idp.oidc.clients import announce_change
from idp.oidc.errors import RefreshTokenReused
from idp.oidc.registered_client import ClientPolicy, RegisteredClient
from idp.oidc.registration import store_client
from idp.oidc.tokens import refresh_token
from idp.session import SESSION_LIFE
from idp.wiring import Services
from tests.support.grants import (
    SECRET,
    WALLET,
    a_client,
    a_grant,
    a_person,
    a_public_client,
    an_application,
    an_office,
    ask_userinfo,
    assert_refused,
    claims_of,
    granted,
    nothing_stored,
    refresh,
    rows,
)


def _started(services: Services, endpoints: FlaskClient, client: RegisteredClient, **grant: Any) -> dict[str, Any]:
    return granted(services, endpoints, client, a_grant(services, client, a_person(services), **grant))


def test_refreshing_gives_new_tokens_of_the_same_sign_in(
    services: Services, endpoints: FlaskClient, clock: FixedClock
) -> None:
    """`refresh-token`: iss, sub, aud, auth_time unchanged, iat new, no nonce (Core section 12.2)."""
    client = a_client(services)
    first = _started(services, endpoints, client)
    clock.advance(timedelta(minutes=20))

    response = refresh(endpoints, client, first["refresh_token"])

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    before, after = (claims_of(services, members["id_token"]) for members in (first, response.get_json()))
    for name in ("iss", "sub", "aud", "auth_time", "sid", "acr", "amr"):
        assert after[name] == before[name]
    assert after["iat"] == before["iat"] + 1_200
    assert "nonce" not in after
    assert ask_userinfo(endpoints, response.get_json()["access_token"]).status_code == 200


def test_a_client_that_authenticates_keeps_its_token(
    services: Services, endpoints: FlaskClient, clock: FixedClock
) -> None:
    """FAPI2 refresh-token: no rotation; the same token goes on working."""
    client = a_client(services)
    token = _started(services, endpoints, client)["refresh_token"]

    for _ in range(3):
        clock.advance(timedelta(minutes=1))
        members = refresh(endpoints, client, token).get_json()
        assert "refresh_token" not in members

    assert len(rows(services, "refresh_token")) == 1


def test_a_public_client_gets_a_new_token_at_each_use(services: Services, endpoints: FlaskClient) -> None:
    client = a_public_client(services)
    token = _started(services, endpoints, client)["refresh_token"]

    for _ in range(3):
        members = refresh(endpoints, client, token).get_json()
        assert members["refresh_token"] != token
        token = members["refresh_token"]


def test_a_spent_token_within_ten_seconds_fails_and_changes_nothing(
    services: Services, endpoints: FlaskClient, clock: FixedClock
) -> None:
    """A lost answer looks like this: the family lives on."""
    client = a_public_client(services)
    spent = _started(services, endpoints, client)["refresh_token"]
    fresh = refresh(endpoints, client, spent).get_json()["refresh_token"]
    clock.advance(timedelta(seconds=10))

    with nothing_stored(services):
        assert_refused(refresh(endpoints, client, spent), "invalid_grant")

    assert refresh(endpoints, client, fresh).status_code == 200


def test_a_spent_token_after_ten_seconds_ends_its_family(
    services: Services, endpoints: FlaskClient, clock: FixedClock
) -> None:
    """RFC 9700 section 4.14: one of the two who hold it stole it."""
    client = a_public_client(services)
    spent = _started(services, endpoints, client)["refresh_token"]
    fresh = refresh(endpoints, client, spent).get_json()
    clock.advance(timedelta(seconds=11))

    assert_refused(refresh(endpoints, client, spent), "invalid_grant")

    assert_refused(refresh(endpoints, client, fresh["refresh_token"]), "invalid_grant")
    assert_refused(ask_userinfo(endpoints, fresh["access_token"]), "invalid_token", 401)


def test_of_several_parallel_uses_one_wins_and_the_family_lives(services: Services) -> None:
    client = a_public_client(services)
    app, barrier = an_application(services), Barrier(6)
    token = _started(services, app.test_client(), client)["refresh_token"]

    def use(_: int) -> tuple[int, dict[str, Any]]:
        caller = app.test_client()
        barrier.wait()
        response = refresh(caller, client, token)
        return response.status_code, response.get_json()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(use, range(6)))

    assert sorted(status for status, _ in answers) == [200] + [400] * 5
    assert {members["error"] for status, members in answers if status == 400} == {"invalid_grant"}
    (winner,) = [members for status, members in answers if status == 200]
    assert refresh(app.test_client(), client, winner["refresh_token"]).status_code == 200


def test_another_client_cannot_use_the_token_nor_end_it(services: Services, endpoints: FlaskClient) -> None:
    """`refresh-token`: second client with the first client's token."""
    owner, other = a_client(services), a_client(services)
    token = _started(services, endpoints, owner)["refresh_token"]

    with nothing_stored(services):
        assert_refused(refresh(endpoints, other, token), "invalid_grant")

    assert refresh(endpoints, owner, token).status_code == 200


def test_an_unknown_token_is_refused(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)

    with nothing_stored(services):
        assert_refused(refresh(endpoints, client, "no-such-token"), "invalid_grant")


@pytest.mark.parametrize("asked", ["openid", "profile openid", "openid profile offline_access"])
def test_the_scope_may_be_repeated_or_narrowed(services: Services, endpoints: FlaskClient, asked: str) -> None:
    client = a_client(services)
    token = _started(services, endpoints, client)["refresh_token"]

    members = refresh(endpoints, client, token, scope=asked).get_json()

    assert members["scope"] == asked
    assert claims_of(services, members["access_token"], typ="at+jwt")["scope"] == asked


def test_narrowing_once_does_not_narrow_the_grant(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    token = _started(services, endpoints, client)["refresh_token"]
    refresh(endpoints, client, token, scope="openid")

    assert refresh(endpoints, client, token).get_json()["scope"] == "openid profile offline_access"


@pytest.mark.parametrize("asked", ["openid email", "email", "openid  profile", 'openid "x"'])
def test_a_wider_or_malformed_scope_is_refused(services: Services, endpoints: FlaskClient, asked: str) -> None:
    client = a_public_client(services)
    token = _started(services, endpoints, client)["refresh_token"]

    with nothing_stored(services):
        assert_refused(refresh(endpoints, client, token, scope=asked), "invalid_scope")

    assert refresh(endpoints, client, token).status_code == 200


def test_a_resource_beyond_the_grant_is_refused(services: Services, endpoints: FlaskClient) -> None:
    client = a_public_client(services)
    token = _started(services, endpoints, client)["refresh_token"]

    with nothing_stored(services):
        assert_refused(refresh(endpoints, client, token, resource=WALLET), "invalid_target")


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        (ClientPolicy(scope=("openid", "profile"), resources=(WALLET,)), "openid profile"),
        (ClientPolicy(scope=(), resources=(WALLET,)), None),
        (ClientPolicy(), None),
    ],
)
def test_what_the_client_may_no_longer_have_is_not_given(
    services: Services, endpoints: FlaskClient, policy: ClientPolicy, left: str | None
) -> None:
    client = a_client(services, policy=ClientPolicy(resources=(WALLET,)))
    token = _started(services, endpoints, client, resource=(WALLET,))["refresh_token"]
    with services.database.transaction() as session:
        store_client(session, replace(client, policy=policy), now=services.clock.now(), secret=SECRET)
    announce_change(services.database, services.store)

    response = refresh(endpoints, client, token)

    assert response.get_json().get("scope") == left
    assert response.status_code == (400 if left is None else 200)


def test_the_context_is_judged_anew_and_refused_when_it_is_gone(services: Services, endpoints: FlaskClient) -> None:
    client, person = a_public_client(services), a_person(services)
    office = an_office(services, person)
    grant = a_grant(
        services, client, person, context=office.context, scope=("openid", "organization", "offline_access")
    )
    members = granted(services, endpoints, client, grant)
    with services.database.transaction() as session:
        tool_registration.end(session, office.context.registration_id, by=person, now=services.clock.now())

    with nothing_stored(services):
        response = refresh(endpoints, client, members["refresh_token"])

    assert_refused(response, "invalid_grant")
    assert "context" in response.get_json()["error_description"]
    assert_refused(ask_userinfo(endpoints, members["access_token"]), "invalid_token", 401)


def test_a_client_that_went_over_to_another_tool_acts_for_the_former_one_no_longer(
    services: Services, endpoints: FlaskClient
) -> None:
    person = a_person(services)
    office = an_office(services, person)
    an_office(services, person, "0100002050", "another-tool")
    with services.database.transaction() as session:
        former, present = (tool_by_code(session, code) for code in ("a-tool", "another-tool"))
    client = a_client(services, tool_id=former)
    grant = a_grant(
        services, client, person, context=office.context, scope=("openid", "organization", "offline_access")
    )
    members = granted(services, endpoints, client, grant)
    assert refresh(endpoints, client, members["refresh_token"]).status_code == 200
    with services.database.transaction() as session:
        store_client(session, replace(client, tool_id=present), now=services.clock.now(), secret=SECRET)
    announce_change(services.database, services.store)

    assert_refused(refresh(endpoints, client, members["refresh_token"]), "invalid_grant")
    assert_refused(ask_userinfo(endpoints, members["access_token"]), "invalid_token", 401)


def test_refreshed_tokens_stay_in_their_context(services: Services, endpoints: FlaskClient) -> None:
    client, person = a_client(services), a_person(services)
    first = an_office(services, person)
    second = an_office(services, person, "0100002050", "another-tool")
    tokens = {
        office.context.organisation_id: granted(
            services,
            endpoints,
            client,
            a_grant(
                services, client, person, context=office.context, scope=("openid", "organization", "offline_access")
            ),
        )["refresh_token"]
        for office in (first, second)
    }

    for organisation_id, token in tokens.items():
        members = refresh(endpoints, client, token).get_json()
        assert _organisations(claims_of(services, members["id_token"])) == {organisation_id}


def _organisations(claims: dict[str, Any]) -> set[OrganisationId]:
    return {claims["org_id"], claims["urn:immo-connect:claims:organization"]["id"]}


def test_offline_access_outlives_the_session(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services)
    grant = a_grant(services, client, a_person(services))
    members = granted(services, endpoints, client, grant)
    with services.database.transaction() as session:
        refresh_token.revoke_session(session, services.store, grant.subject.sid, services.clock.now())

    assert refresh(endpoints, client, members["refresh_token"]).status_code == 200


def test_a_token_without_offline_access_ends_with_the_session(services: Services, endpoints: FlaskClient) -> None:
    client = a_client(services, policy=ClientPolicy(session_refresh=True))
    grant = a_grant(services, client, a_person(services), scope=("openid",))
    members = granted(services, endpoints, client, grant)
    with services.database.transaction() as session:
        refresh_token.revoke_session(session, services.store, grant.subject.sid, services.clock.now())

    assert_refused(refresh(endpoints, client, members["refresh_token"]), "invalid_grant")
    assert_refused(ask_userinfo(endpoints, members["access_token"]), "invalid_token", 401)


@pytest.mark.parametrize(
    ("policy", "scope", "life"),
    [
        (ClientPolicy(session_refresh=True), ("openid",), SESSION_LIFE),
        (ClientPolicy(), ("openid", "offline_access"), refresh_token.OFFLINE_LIFE),
    ],
)
def test_a_family_has_an_end(
    services: Services,
    endpoints: FlaskClient,
    clock: FixedClock,
    policy: ClientPolicy,
    scope: tuple[str, ...],
    life: timedelta,
) -> None:
    client = a_client(services, policy=policy)
    token = _started(services, endpoints, client, scope=scope)["refresh_token"]
    clock.advance(life - timedelta(seconds=1))
    assert refresh(endpoints, client, token).status_code == 200

    clock.advance(timedelta(seconds=1))

    assert_refused(refresh(endpoints, client, token), "invalid_grant")


def test_closing_a_context_ends_the_tokens_under_it_and_no_others(services: Services, endpoints: FlaskClient) -> None:
    client, person = a_client(services), a_person(services)
    closed, other = an_office(services, person), an_office(services, person, "0100002050", "another-tool")
    scope = ("openid", "organization", "offline_access")
    tokens = [
        granted(services, endpoints, client, a_grant(services, client, person, context=office.context, scope=scope))
        for office in (closed, other)
    ]
    with services.database.transaction() as session:
        refresh_token.revoke_context(
            session, services.store, person, closed.context.registration_id, services.clock.now()
        )

    assert_refused(refresh(endpoints, client, tokens[0]["refresh_token"]), "invalid_grant")
    assert_refused(ask_userinfo(endpoints, tokens[0]["access_token"]), "invalid_token", 401)
    assert refresh(endpoints, client, tokens[1]["refresh_token"]).status_code == 200


def test_rotation_after_revocation_gives_nothing(services: Services, endpoints: FlaskClient) -> None:
    """Revoked between the look and the spending: the database decides."""
    client = a_public_client(services)
    members = _started(services, endpoints, client)
    with services.database.reading() as session:
        presented = refresh_token.find(session, members["refresh_token"])
    assert presented is not None
    now = services.clock.now()
    with services.database.transaction() as session:
        refresh_token.revoke_family(session, services.store, presented.grant.family_id, now)

    with pytest.raises(RefreshTokenReused), services.database.transaction() as session:
        refresh_token.rotate(session, presented, now)

    assert len(rows(services, "refresh_token")) == 1


def test_purging_drops_families_that_are_over_and_no_others(
    services: Services, endpoints: FlaskClient, clock: FixedClock
) -> None:
    client, person = a_client(services), a_person(services)
    granted(services, endpoints, client, a_grant(services, client, person, scope=("openid",)))
    kept = granted(services, endpoints, client, a_grant(services, client, person))
    clock.advance(timedelta(hours=1))

    with services.database.transaction() as session:
        assert refresh_token.purge(session, clock.now()) == 1

    assert refresh(endpoints, client, kept["refresh_token"]).status_code == 200
