"""Clients as rows and in memory."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.infra.db import Database
from core.infra.store.interface import Kind
from idp.oidc.clients import announce_change, find_client, known_client
from idp.oidc.registered_client import ClientPolicy, RegisteredClient
from idp.oidc.registration import store_client
from idp.wiring import Services
from tests.support.databases import DatabaseServer
from tests.support.grants import SECRET, a_client, rows

_A_DAY = timedelta(days=1)


@pytest.fixture
def another_database(services: Services, database_server: DatabaseServer, schema_template: str) -> Iterator[Services]:
    """Yield the same services on a database of their own."""
    url = database_server.create(schema_template)
    with closing(Database(url)) as database:
        yield replace(services, database=database)
    database_server.drop(url)


def _known(services: Services, client_id: str) -> RegisteredClient | None:
    return known_client(services.database, services.store, client_id)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {
            "policy": ClientPolicy(
                first_party=True,
                scope=("openid",),
                session_refresh=True,
                resources=("https://api.test",),
                introspection=True,
                skip_single_context=True,
                require_pkce=True,
                require_acr="urn:immo-connect:acr:mfa",
                entitlements=("a",),
            ),
            "grant_types": ("client_credentials",),
            "response_types": (),
            "redirect_uris": (),
            "post_logout_redirect_uris": ("https://tool.test/bye",),
            "id_token_signed_response_alg": "EdDSA",
            "userinfo_signed_response_alg": "ES256",
            "token_endpoint_auth_signing_alg": "PS256",
            "jwks": {"keys": []},
            "subject_type": "pairwise",
            "sector_identifier": "tool.test",
            "backchannel_logout_uri": "https://tool.test/out",
            "backchannel_logout_session_required": True,
            "default_max_age_seconds": 0,
            "require_auth_time": True,
            "default_acr_values": ("urn:immo-connect:acr:pwd",),
            "initiate_login_uri": "https://tool.test/start",
            "logo_uri": "https://tool.test/logo",
            "tos_uri": "https://tool.test/terms",
        },
    ],
)
def test_a_client_comes_back_as_it_was_stored(services: Services, members: dict[str, Any]) -> None:
    client = a_client(services, secret=None, **members)

    with services.database.reading() as session:
        by_session = find_client(session, client.client_id)
    with services.database.connection() as connection:
        by_connection = find_client(connection, client.client_id)

    assert by_session == by_connection
    assert by_session is not None
    assert replace(by_session, metadata={}) == client


def test_storing_again_replaces_and_keeps_the_secret_it_is_given(services: Services) -> None:
    client = a_client(services)
    with services.database.transaction() as session:
        stored = find_client(session, client.client_id)
        assert stored is not None
        store_client(session, replace(stored, name="Other"), now=services.clock.now())

    (row,) = rows(services, "client")
    assert row["secret_digest"] == stored.secret_digest
    assert SECRET not in str(row)


@pytest.mark.parametrize("client_id", ["", "unknown", "a\x00b", "a" * 256, "\ud800"])
def test_a_name_that_is_nobodys_finds_nobody(services: Services, client_id: str) -> None:
    assert _known(services, client_id) is None


def test_a_known_client_is_not_read_again(services: Services) -> None:
    client = a_client(services)

    assert _known(services, client.client_id) is _known(services, client.client_id)


def test_a_client_that_is_registered_after_a_miss_is_found(services: Services) -> None:
    assert _known(services, "cli_later") is None
    a_client(services, client_id="cli_later")

    assert _known(services, "cli_later") is not None


def test_a_change_announced_by_another_process_is_seen(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process bumps the version; here the seconds pass."""
    client = a_client(services)
    assert _known(services, client.client_id) is not None
    with services.database.transaction() as session:
        store_client(session, replace(client, name="Other"), now=services.clock.now())
    services.store.put(Kind.VERSION, "clients", b"another-process", _A_DAY)
    monkeypatch.setattr("idp.oidc.clients._LOOK_AGAIN_SECONDS", -1.0)

    found = _known(services, client.client_id)

    assert found is not None
    assert found.name == "Other"


def test_databases_do_not_share_what_is_known(services: Services, another_database: Services) -> None:
    client = a_client(services)
    assert _known(services, client.client_id) is not None

    assert _known(another_database, client.client_id) is None


def test_announcing_forgets_what_is_gone(services: Services) -> None:
    client = a_client(services)
    assert _known(services, client.client_id) is not None
    with services.database.transaction() as session:
        store_client(session, replace(client, enabled=False), now=services.clock.now())

    announce_change(services.database, services.store)

    found = _known(services, client.client_id)
    assert found is not None
    assert not found.enabled
