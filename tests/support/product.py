"""Fixtures of the product: signing keys, services, the provider and the demo world."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.http import OutboundHttp
from core.infra.settings import Settings
from core.infra.store.interface import EphemeralStore
from core.infra.store.sqlite_store import SqliteStore
from idp.app import create_app
from idp.demo import world
from idp.oidc.clients import announce_change
from idp.signing.keyring import Keyring
from idp.signing.private_keys import PrivateKeys
from idp.signing.rotation import ensure_keys
from idp.wiring import Services, build_cards
from tests.support.databases import DatabaseServer
from tests.support.ground import START
from tests.support.tools import Office, an_office


class HttpsClient(FlaskClient):
    """A browser without pages: cookies of its own, and the provider's public address."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request to the application under its public https address."""
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self.application.config["TEST_BASE_URL"])
        return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def keyed_template(database_server: DatabaseServer, schema_template: str, base_settings: Settings) -> str:
    """Return the URL of a database with the schema and active signing keys."""
    url = database_server.create(schema_template)
    with closing(Database(url)) as database:
        ensure_keys(database, PrivateKeys(base_settings.keys_directory), now=START)
    return url


@pytest.fixture(scope="session")
def demo_template(
    database_server: DatabaseServer,
    keyed_template: str,
    base_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """Return the URL of a database with the demo world and active signing keys."""
    url = database_server.create(keyed_template)
    with _services_on(url, base_settings, tmp_path_factory.mktemp("demo")) as services:
        world.load(services)
    return url


@pytest.fixture(scope="session")
def prepared_office(
    database_server: DatabaseServer,
    keyed_template: str,
    base_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Office]:
    """Return the URL of a database with active signing keys and an office, and that office."""
    url = database_server.create(keyed_template)
    with _services_on(url, base_settings, tmp_path_factory.mktemp("office")) as services:
        return url, an_office(services)


@pytest.fixture(scope="session")
def office_template(prepared_office: tuple[str, Office]) -> str:
    """Return the URL of a database with active signing keys and an office."""
    return prepared_office[0]


@pytest.fixture
def made_office(
    request: pytest.FixtureRequest, services: Services, office_template: str, prepared_office: tuple[str, Office]
) -> Office:
    """Return an office with its tools and clients, in the database of this test."""
    if "demo" in request.fixturenames:
        return an_office(services)
    announce_change(services.database, services.store)
    return prepared_office[1]


@contextmanager
def _services_on(url: str, settings: Settings, folder: Path) -> Iterator[Services]:
    """Yield services that fill a template."""
    clock, store = FixedClock(START), SqliteStore(folder / "store.sqlite3")
    http = OutboundHttp(settings.outbound, settings.mode, frozenset())
    with closing(Database(url)) as database:
        keyring = Keyring(database, PrivateKeys(settings.keys_directory), clock)
        yield Services(settings, clock, database, store, keyring, http, build_cards(settings, clock, store, http))


@pytest.fixture
def keyring(database: Database, settings: Settings, clock: FixedClock) -> Keyring:
    """Return the signing keys of the provider: one active key for each algorithm."""
    return Keyring(database, PrivateKeys(settings.keys_directory), clock)


@pytest.fixture
def services(
    settings: Settings, clock: FixedClock, database: Database, store: EphemeralStore, keyring: Keyring
) -> Services:
    """Return what the provider is made of, on this test's own database and store."""
    http = OutboundHttp(settings.outbound, settings.mode, frozenset())
    cards = build_cards(settings, clock, store, http)
    return Services(settings, clock, database, store, keyring, http, cards)


@pytest.fixture
def idp_app(services: Services) -> Flask:
    """Return the provider's whole application."""
    app = create_app(services.settings, services=services)
    app.config["TEST_BASE_URL"] = services.settings.issuer
    app.test_client_class = HttpsClient
    return app


@pytest.fixture
def idp(idp_app: Flask) -> Callable[[], FlaskClient]:
    """Return a maker of browsers at the provider, each with cookies of its own."""
    return idp_app.test_client


@pytest.fixture
def demo(services: Services) -> Services:
    """Return the provider's services with the demo world loaded."""
    return services
