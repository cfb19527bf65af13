"""The embedded store: one SQLite file, safe across the processes of one machine."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from core.infra.errors import Unavailable
from core.infra.sqlite_file import create_privately, write_ahead
from core.infra.store.interface import Kind, life_seconds

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    expires_at REAL NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_expires_at ON entry (expires_at);
"""
_PUT = (
    "INSERT INTO entry (kind, key, value, expires_at) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at"
)
_ADD = _PUT + " WHERE entry.expires_at <= ?"
_GET = "SELECT value FROM entry WHERE kind = ? AND key = ? AND expires_at > ?"
_TAKE = "DELETE FROM entry WHERE kind = ? AND key = ? RETURNING value, expires_at"
_DELETE = "DELETE FROM entry WHERE kind = ? AND key = ?"
_HIT = (
    "INSERT INTO entry (kind, key, value, expires_at) VALUES (?, ?, 1, ?)"
    " ON CONFLICT (kind, key) DO UPDATE SET"
    " value = CASE WHEN entry.expires_at <= ? THEN 1 ELSE entry.value + 1 END,"
    " expires_at = CASE WHEN entry.expires_at <= ? THEN excluded.expires_at ELSE entry.expires_at END"
    " RETURNING value"
)
_PURGE = "DELETE FROM entry WHERE expires_at <= ?"
_BUSY_TIMEOUT_SECONDS = 10


def _end(ttl: timedelta) -> float:
    return time.time() + life_seconds(ttl)


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise Unavailable("store-unavailable") from error


class _Pipeline:
    """Collects writes for one transaction."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, tuple[object, ...]]] = []

    def put(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> None:
        """Queue a `put`."""
        self.statements.append((_PUT, (kind, key, value, _end(ttl))))

    def delete(self, kind: Kind, key: str) -> None:
        """Queue a deletion."""
        self.statements.append((_DELETE, (kind, key)))


class SqliteStore:
    """`EphemeralStore` in one file in write-ahead mode; one connection per thread and process.

    After a power cut the last moments may be undone, a `take` included; a process that is killed
    loses nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        create_privately(path)
        with _answered():
            self._connection().executescript(_SCHEMA)

    def _connection(self) -> sqlite3.Connection:
        # A connection must not cross a fork: the child opens its own, and keeps the parent's
        # unused, because closing it would release the parent's locks.
        connections: dict[int, sqlite3.Connection] = self._local.__dict__.setdefault("connections", {})
        connection = connections.get(os.getpid())
        if connection is None:
            connection = connections[os.getpid()] = _open(self._path)
        return connection

    def _run(self, statement: str, parameters: tuple[object, ...]) -> tuple[list[tuple[object, ...]], int]:
        try:
            cursor = self._connection().execute(statement, parameters)
            # Every row is fetched: a RETURNING statement left open would hold the write lock.
            return cursor.fetchall(), cursor.rowcount
        except sqlite3.DatabaseError as error:
            raise Unavailable("store-unavailable") from error

    def _one(self, statement: str, parameters: tuple[object, ...]) -> tuple[object, ...] | None:
        rows, _ = self._run(statement, parameters)
        return rows[0] if rows else None

    def _changed(self, statement: str, parameters: tuple[object, ...]) -> int:
        return self._run(statement, parameters)[1]

    def put(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> None:
        """See `EphemeralStore.put`."""
        self._one(_PUT, (kind, key, value, _end(ttl)))

    def add(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> bool:
        """See `EphemeralStore.add`."""
        return self._changed(_ADD, (kind, key, value, _end(ttl), time.time())) == 1

    def get(self, kind: Kind, key: str) -> bytes | None:
        """See `EphemeralStore.get`."""
        row = self._one(_GET, (kind, key, time.time()))
        return None if row is None else _bytes(row[0])

    def get_many(self, names: Sequence[tuple[Kind, str]]) -> tuple[bytes | None, ...]:
        """See `EphemeralStore.get_many`."""
        return tuple(self.get(kind, key) for kind, key in names)

    def put_then_get(
        self, kind: Kind, key: str, value: bytes, ttl: timedelta, *, names: Sequence[tuple[Kind, str]]
    ) -> tuple[bytes | None, ...]:
        """See `EphemeralStore.put_then_get`."""
        self.put(kind, key, value, ttl)
        return self.get_many(names)

    @contextmanager
    def putting(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> Iterator[None]:
        """See `EphemeralStore.putting`: a file answers at once."""
        self.put(kind, key, value, ttl)
        yield

    def take(self, kind: Kind, key: str) -> bytes | None:
        """See `EphemeralStore.take`."""
        row = self._one(_TAKE, (kind, key))
        if row is None or not isinstance(row[1], float) or row[1] <= time.time():
            return None
        return _bytes(row[0])

    def hit(self, kind: Kind, key: str, window: timedelta) -> int:
        """See `EphemeralStore.hit`."""
        now = time.time()
        row = self._one(_HIT, (kind, key, _end(window), now, now))
        assert row is not None and isinstance(row[0], int)
        return row[0]

    def count(self, kind: Kind, key: str) -> int:
        """See `EphemeralStore.count`."""
        row = self._one(_GET, (kind, key, time.time()))
        return row[0] if row is not None and isinstance(row[0], int) else 0

    def delete(self, kind: Kind, key: str) -> None:
        """See `EphemeralStore.delete`."""
        self._one(_DELETE, (kind, key))

    @contextmanager
    def pipeline(self) -> Iterator[_Pipeline]:
        """See `EphemeralStore.pipeline`."""
        pipeline = _Pipeline()
        yield pipeline
        connection = self._connection()
        with _answered():
            connection.execute("BEGIN IMMEDIATE")
            try:
                for statement, parameters in pipeline.statements:
                    connection.execute(statement, parameters)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def purge(self) -> int:
        """See `EphemeralStore.purge`."""
        return self._changed(_PURGE, (time.time(),))

    def ping(self) -> None:
        """See `EphemeralStore.ping`."""
        self._one(_GET, ("", "", 0.0))


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None, cached_statements=64)
    write_ahead(connection, patience_seconds=_BUSY_TIMEOUT_SECONDS)
    return connection


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("this entry is a counter; read it with count()")
    return value
