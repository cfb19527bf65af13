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
from tests.support.lent_databases import CLEANER, LentDatabase

BACKEND = os.environ.get("IMMO_TEST_BACKEND", "sqlite")
IS_POSTGRES = BACKEND == "postgres"

# A process that a test left behind must not write into the next one. Ours is the one that cleans up.
_END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND application_name <> %s
"""


class DatabaseServer(Protocol):
    """Makes databases as copies of others, quickly enough to do it for every test."""

    def create(self, template: str | None) -> str:
        """Make a database, empty or with everything that `template` holds, and return its URL."""
        ...

    def drop(self, url: str) -> None:
        """Remove a database; nobody may be connected to it."""
        ...

    def lend(self, template: str) -> str:
        """Return the URL of a database that holds what `template` does, for one test."""
        ...

    def take_back(self, url: str) -> None:
        """Take back a database that was lent, whatever was done to it."""
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

    def lend(self, template: str) -> str:
        """See `DatabaseServer.lend`: copying a file costs next to nothing."""
        return self.create(template)

    def take_back(self, url: str) -> None:
        """See `DatabaseServer.take_back`."""
        self.drop(url)


class PostgresServer:
    """Databases of one PostgreSQL server; `url` is that of its maintenance database.

    Copying a database costs a tenth of a second, so those that are lent are used again: their rows
    are put back to what the template holds. One whose tables were changed is thrown away.
    """

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._prefix = url.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://")
        self._free: dict[str, list[LentDatabase]] = {}
        self._lent: dict[str, LentDatabase] = {}

    def create(self, template: str | None) -> str:
        """See `DatabaseServer.create`."""
        name = new_id("db")
        source = "template0" if template is None else _name(template)
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, source)
        return f"{self._prefix}/{name}"

    def drop(self, url: str) -> None:
        """See `DatabaseServer.drop`."""
        # FORCE: a worker process that a test killed may still hold a connection.
        self._execute("DROP DATABASE {} WITH (FORCE)", _name(url))

    def lend(self, template: str) -> str:
        """See `DatabaseServer.lend`."""
        free = self._free.setdefault(template, [])
        found = free.pop() if free else LentDatabase(self.create(template), template)
        self._lent[found.url] = found
        return found.url

    def take_back(self, url: str) -> None:
        """See `DatabaseServer.take_back`."""
        lent = self._lent.pop(url)
        self._connection.execute(_END_OTHERS, [_name(url), CLEANER])
        if lent.restore():
            self._free[lent.template].append(lent)
        else:
            lent.close()
            self.drop(url)

    def close(self) -> None:
        """End the connections to the server."""
        for free in self._free.values():
            for lent in free:
                lent.close()
        self._connection.close()

    def _execute(self, statement: str, *names: str) -> None:
        template = sql.SQL(statement)
        self._connection.execute(template.format(*(sql.Identifier(name) for name in names)))


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _name(url: str) -> str:
    return url.rpartition("/")[2]
