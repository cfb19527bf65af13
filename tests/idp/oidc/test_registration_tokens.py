"""Registration with an initial access token (RFC 7591 section 3): owned, counted, ended, and nobody else's."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.closing.person import ErasureCause, Fate
from core.infra import audit
from core.infra.clock import FixedClock
from core.infra.settings import Registration
from core.people.identifiers import PersonId
from idp.account import erasure, merging
from idp.oidc import registration_tokens
from idp.oidc.errors import InvalidToken
from idp.oidc.profiles import Profile
from idp.oidc.registration_tokens import NewToken
from idp.wiring import Services
from tests.support.at_once import at_once
from tests.support.factors import PLACE
from tests.support.grants import (
    REDIRECT_URI,
    a_key,
    a_person,
    an_application,
    assert_refused,
    nothing_stored,
    public_jwks,
    rows,
)

_PLAIN: dict[str, Any] = {"redirect_uris": [REDIRECT_URI]}
_STRICT = {**_PLAIN, "token_endpoint_auth_method": "private_key_jwt", "jwks": public_jwks(a_key("EC"))}


@pytest.fixture
def by_token(services: Services) -> FlaskClient:
    """Return a caller of a provider that registers nobody without a token."""
    settings = replace(services.settings, registration=Registration.TOKEN)
    return an_application(replace(services, settings=settings)).test_client()


@pytest.fixture
def owner(services: Services) -> PersonId:
    """Return a developer of tools."""
    return a_person(services)


def a_token(services: Services, owner: PersonId, *, uses: int = 1, profile: Profile = Profile.OIDC) -> NewToken:
    with services.database.transaction() as session:
        return registration_tokens.make(
            session, owner, profile=profile, uses=uses, life=timedelta(days=7), now=services.clock.now()
        )


def register(endpoints: FlaskClient, token: str | None, members: dict[str, Any] = _PLAIN) -> TestResponse:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return endpoints.post("/register", json=members, headers=headers)


def test_a_client_belongs_to_the_owner_of_the_token(services: Services, by_token: FlaskClient, owner: PersonId) -> None:
    token = a_token(services, owner)

    answer = register(by_token, token.value)

    assert answer.status_code == 201
    (row,) = rows(services, "client")
    assert (row["client_id"], row["owner_id"]) == (answer.get_json()["client_id"], owner)
    (deed,) = (row for row in rows(services, "audit") if row["action"] == "client-registered")
    assert (deed["actor_id"], deed["subject_id"]) == (owner, answer.get_json()["client_id"])


def test_a_token_is_stored_as_its_digest_only(services: Services, owner: PersonId) -> None:
    token = a_token(services, owner)

    assert token.value not in str([rows(services, table) for table in ("registration_token", "audit")])
    assert token.value not in repr(token)


def test_without_a_token_nobody_registers(services: Services, by_token: FlaskClient) -> None:
    """The challenge names the scheme and, because nothing was sent, no error (RFC 6750 section 3.1)."""
    with nothing_stored(services):
        answer = register(by_token, None)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "error=" not in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("why", ["unknown", "spent", "expired", "revoked"])
def test_a_token_that_allows_nothing_is_refused(
    services: Services, by_token: FlaskClient, owner: PersonId, clock: FixedClock, why: str
) -> None:
    token = a_token(services, owner)
    value = "x" * 43 if why == "unknown" else token.value
    if why == "spent":
        assert register(by_token, value).status_code == 201
    if why == "expired":
        clock.advance(timedelta(days=7))
    if why == "revoked":
        with services.database.transaction() as session:
            assert registration_tokens.revoke(session, token.id, now=clock.now())

    with nothing_stored(services):
        assert_refused(register(by_token, value), "invalid_token", 401)


def test_a_registration_that_fails_costs_no_use(services: Services, by_token: FlaskClient, owner: PersonId) -> None:
    token = a_token(services, owner)

    assert_refused(register(by_token, token.value, {}), "invalid_redirect_uri")

    assert register(by_token, token.value).status_code == 201


def test_a_token_gives_its_profile_and_no_other(services: Services, by_token: FlaskClient, owner: PersonId) -> None:
    token = a_token(services, owner, profile=Profile.FAPI2_SECURITY)

    assert_refused(register(by_token, token.value), "invalid_client_metadata")
    answer = register(by_token, token.value, {**_STRICT, "policy": {"profile": "oidc"}, "profile": "oidc"})

    assert answer.get_json()["id_token_signed_response_alg"] == "PS256"
    (row,) = rows(services, "client")
    assert row["policy"]["profile"] == "fapi2-security"
    changed = by_token.put(
        f"/register/{row['client_id']}",
        json={**_PLAIN, "client_id": row["client_id"]},
        headers={"Authorization": f"Bearer {answer.get_json()['registration_access_token']}"},
    )
    assert_refused(changed, "invalid_client_metadata")


def test_where_registration_is_open_a_token_still_names_the_owner(
    services: Services, endpoints: FlaskClient, owner: PersonId
) -> None:
    assert register(endpoints, a_token(services, owner).value).status_code == 201
    assert register(endpoints, None).status_code == 201
    assert_refused(register(endpoints, "wrong"), "invalid_token", 401)

    assert {row["owner_id"] for row in rows(services, "client")} == {owner, None}


def test_as_many_register_at_once_as_there_are_uses(services: Services, owner: PersonId) -> None:
    token = a_token(services, owner, uses=3)

    def spend() -> None:
        with services.database.transaction() as session:
            registration_tokens.spend(session, token.value, now=services.clock.now())

    refused = at_once(*[spend] * 8)

    assert len(refused) == 5
    assert all(isinstance(error, InvalidToken) for error in refused)
    assert [row["uses_left"] for row in rows(services, "registration_token")] == [0]


@pytest.mark.parametrize("fate", list(Fate))
def test_clients_of_somebody_who_goes_stay_without_an_owner(
    services: Services, by_token: FlaskClient, owner: PersonId, fate: Fate
) -> None:
    register(by_token, a_token(services, owner).value)
    left, now = a_token(services, owner), services.clock.now()
    if fate is Fate.ANONYMISED:
        with services.database.transaction() as session:
            audit.record(session, action="consent-given", actor_id=owner, subject_id=owner, now=now)

    assert erasure.erase(services, owner, by=None, cause=ErasureCause.REQUEST, now=now) is fate

    assert [row["owner_id"] for row in rows(services, "client")] == [None]
    assert rows(services, "registration_token") == []
    assert_refused(register(by_token, left.value), "invalid_token", 401)


def test_clients_and_tokens_go_along_when_accounts_are_merged(
    services: Services, by_token: FlaskClient, owner: PersonId
) -> None:
    register(by_token, a_token(services, owner).value)
    token = a_token(services, owner)
    kept = a_person(services, "anna.again")

    merging.merge(services, kept=kept, given_up=owner, place=PLACE, now=services.clock.now())

    assert register(by_token, token.value).status_code == 201
    assert {row["owner_id"] for row in rows(services, "client")} == {kept}


def test_tokens_that_ended_long_ago_are_dropped(services: Services, owner: PersonId, clock: FixedClock) -> None:
    a_token(services, owner)
    for days, left in ((36, 1), (2, 0)):
        clock.advance(timedelta(days=days))
        with services.database.transaction() as session:
            registration_tokens.purge(session, clock.now())

        assert len(rows(services, "registration_token")) == left
