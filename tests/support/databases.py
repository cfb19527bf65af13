"""Databases for tests: each test gets its own copy of a prepared one.

The same suite runs on both databases. `IMMO_TEST_BACKEND` says which: `sqlite` (with the embedded
store, the default) or `postgres` (with Redis).
"""

import os
import shutil
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

from core.infra.ids import new_id

BACKEND = os.environ.get("IMMO_TEST_BACKEND", "sqlite")
IS_POSTGRES = BACKEND == "postgres"


class DatabaseServer(Protocol):
    """Makes databases as copies of others, quickly enough to do it for every test."""

    def create(self, template: str | None) -> str:
        """Make a database, empty or with everything that `template` holds, and return its URL."""
        ...

    def drop(self, url: str) -> None:
        """Remove a database; nobody may be connected to it."""
        ...


class SqliteFiles:
    """Databases as files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, template: str | None) -> str:
        """See `DatabaseServer.create`."""
        path = self._folder / f"{new_id('db')}.sqlite3"
        if template is not None:
            shutil.copyfile(_path(template), path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """See `DatabaseServer.drop`."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{_path(url)}{suffix}").unlink(missing_ok=True)


class PostgresServer:
    """Databases of one PostgreSQL server; `url` is that of its maintenance database."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._prefix = url.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://")

    def create(self, template: str | None) -> str:
        """See `DatabaseServer.create`."""
        name = new_id("db")
        source = "template0" if template is None else template.rpartition("/")[2]
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, source)
        return f"{self._prefix}/{name}"

    def drop(self, url: str) -> None:
        """See `DatabaseServer.drop`."""
        # FORCE: a worker process that a test killed may still hold a connection.
        self._execute("DROP DATABASE {} WITH (FORCE)", url.rpartition("/")[2])

    def close(self) -> None:
        """End the connection to the server."""
        self._connection.close()

    def _execute(self, statement: str, *names: str) -> None:
        template = sql.SQL(statement)
        self._connection.execute(template.format(*(sql.Identifier(name) for name in names)))


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
