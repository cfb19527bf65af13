"""Fixtures of the ground: database, store, clock, settings, and the services made of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.settings import Settings
from core.infra.store.interface import EphemeralStore
from core.infra.store.redis_store import RedisStore
from core.infra.store.sqlite_store import SqliteStore
from development import services as servers
from migrations.upgrade import upgrade_to_head
from tests.support.databases import IS_POSTGRES, DatabaseServer, PostgresServer, SqliteFiles
from tests.support.mail import MailServer

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ISSUER = "https://login.immo.test"
PORTAL = "https://portal.immo.test"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server that this test run started."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """Yield the URL of a Redis server that this test run started."""
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> DatabaseServer:
    """Return a maker of SQLite databases."""
    return SqliteFiles(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str) -> Iterator[DatabaseServer]:
    """Return a maker of PostgreSQL databases."""
    server = PostgresServer(postgres_server)
    yield server
    server.close()


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> DatabaseServer:
    """Return a maker of databases of the kind this run tests."""
    name = "postgres_databases" if IS_POSTGRES else "sqlite_files"
    server: DatabaseServer = request.getfixturevalue(name)
    return server


@pytest.fixture(scope="session")
def schema_template(database_server: DatabaseServer) -> str:
    """Return the URL of a database that holds the schema and no row."""
    url = database_server.create(None)
    upgrade_to_head(url)
    return url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_server: DatabaseServer) -> Iterator[str]:
    """Yield the URL of a database of this test's own.

    It holds the demo world or the signing keys where the test asks for `demo` or `keyring`,
    otherwise nothing but the schema.
    """
    template = "schema_template"
    if "keyring" in request.fixturenames:
        template = "keyed_template"
    if "office_template" in request.fixturenames:
        template = "office_template"
    if "demo" in request.fixturenames:
        template = "demo_template"
    url = database_server.lend(request.getfixturevalue(template))
    yield url
    database_server.take_back(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Yield a database of this test's own with the schema in place."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> EphemeralStore:
    """Return an empty embedded store."""
    return SqliteStore(tmp_path / "store.sqlite3")


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """Yield the URL of a Redis that is emptied after the test."""
    yield redis_server
    with redis.Redis.from_url(redis_server) as connection:
        connection.flushall()


@pytest.fixture
def redis_store(redis_url: str) -> EphemeralStore:
    """Return an empty store in Redis."""
    return RedisStore(redis_url)


@pytest.fixture
def store(request: pytest.FixtureRequest) -> EphemeralStore:
    """Return an empty store of the kind this run tests."""
    store: EphemeralStore = request.getfixturevalue("redis_store" if IS_POSTGRES else "sqlite_store")
    return store


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock that stands at nine o'clock UTC on Monday 2 November 2026."""
    return FixedClock(START)


@pytest.fixture
def settings(tmp_path: Path, database_url: str, base_settings: Settings) -> Settings:
    """Return the settings of a test installation whose files are this test's own."""
    return replace(base_settings, database_url=database_url, store_path=tmp_path / "store.sqlite3")


@pytest.fixture(scope="session")
def base_settings(keys_directory: Path, mail_server: MailServer) -> Settings:
    """Return the settings that all tests share."""
    return Settings.from_environment(
        {
            "IMMO_MODE": "test",
            "IMMO_ISSUER": ISSUER,
            "IMMO_PORTAL_URL": PORTAL,
            "IMMO_KEYS_DIRECTORY": str(keys_directory),
            "IMMO_SMTP_HOST": "127.0.0.1",
            "IMMO_SMTP_PORT": str(mail_server.port),
            "IMMO_SECRET": "a-secret-of-the-tests-and-nobody-else",
        }
    )


@pytest.fixture(scope="session")
def keys_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the private keys, which all tests share because making them is slow."""
    return tmp_path_factory.mktemp("keys")
