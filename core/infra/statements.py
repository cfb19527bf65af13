"""Connections of the driver itself, for the statements of the hot paths.

SQLAlchemy's session, connection and pool cost a multiple of what the driver does for a statement
that was compiled before. `kept_query.py` makes such statements; `db.py` turns errors into ours.
"""

import os
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeAlias, cast

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

# On SQLite who means to write waits at once: two that read first could not both go on to write.
BEGIN_CHANGING = {"postgresql": "BEGIN", "sqlite": "BEGIN IMMEDIATE"}
# Statements for libpq number their parameters.
_NUMBERED = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
_FINE = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})
_IDLE = TransactionStatus.IDLE
_ON_ITS_WAY = TransactionStatus.ACTIVE
_BROKEN = ConnStatus.BAD
_SYNC = ExecStatus.PIPELINE_SYNC

# A statement's text, and its parameters.
Asked: TypeAlias = tuple[str, Sequence[object]]
# Waits for the end of a statement that was begun, and returns how many rows it concerned.
Finish: TypeAlias = Callable[[], int]


class Statements(ABC):
    """Runs statements one after another, each on its own unless somebody began a transaction.

    Their text and parameters are those that `dialect` makes of them.
    """

    dialect: Dialect

    @abstractmethod
    def packed(self, text: str, parameters: Sequence[object] = ()) -> Sequence[str | bytes]:
        """Run a query of one column of text and return it."""

    def packed_together(self, queries: Sequence[Asked]) -> list[Sequence[str | bytes]]:
        """Run several queries as `packed` does, with one wait for all where the database has a server."""
        return [self.packed(text, parameters) for text, parameters in queries]

    @abstractmethod
    def run(self, text: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement that returns nothing and return how many rows it concerned."""

    def begin(self, text: str, parameters: Sequence[object] = ()) -> Finish:
        """Begin a statement as `run` runs it and return what waits for its end; nothing else may run meanwhile."""
        count = self.run(text, parameters)
        return lambda: count

    @abstractmethod
    def undo(self) -> None:
        """Undo what nobody committed."""

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let the changes of a block last together; one that fails leaves them to be undone."""
        self.run(BEGIN_CHANGING[self.dialect.name])
        yield
        self.run("COMMIT")


class SqliteStatements(Statements):
    """Statements on a connection of the standard library's driver."""

    def __init__(self, connection: Any, dialect: Dialect) -> None:
        self.dialect = dialect
        self._connection = connection
        # Kept, because making a cursor costs as much as using it.
        self._cursor = connection.cursor()

    def packed(self, text: str, parameters: Sequence[object] = ()) -> Sequence[str | bytes]:
        """See `Statements.packed`."""
        return [column for (column,) in self._cursor.execute(text, parameters).fetchall()]

    def run(self, text: str, parameters: Sequence[object] = ()) -> int:
        """See `Statements.run`."""
        count: int = self._cursor.execute(text, parameters).rowcount
        return count

    def undo(self) -> None:
        """See `Statements.undo`."""
        if self._connection.in_transaction:
            self._connection.rollback()


class PostgresStatements(Statements):
    """Prepared statements on the library below psycopg, whose cursor costs more than the exchange."""

    dialect = _NUMBERED

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._names: dict[str, bytes] = {}

    def packed(self, text: str, parameters: Sequence[object] = ()) -> Sequence[str | bytes]:
        """See `Statements.packed`."""
        return _column(self._execute(text, parameters))

    def packed_together(self, queries: Sequence[Asked]) -> list[Sequence[str | bytes]]:
        """See `Statements.packed_together`."""
        ready = [(self._prepared(text), _octets_of(parameters)) for text, parameters in queries]
        self._libpq.enter_pipeline_mode()
        try:
            for name, octets in ready:
                self._libpq.send_query_prepared(name, octets)
            self._libpq.pipeline_sync()
            results = self._results()
        except BaseException:
            # Answers may be on their way that nobody would read.
            self._connection.close()
            raise
        self._libpq.exit_pipeline_mode()
        return [_column(self._fine(result)) for result in results]

    def _results(self) -> list[PGresult]:
        """Read the answers to everything that was sent, in its order; after one that failed come empty ones."""
        results: list[PGresult] = []
        while self._libpq.status != _BROKEN:
            result = self._libpq.get_result()
            if result is None:
                continue  # the end of one statement
            if result.status == _SYNC:
                return results
            results.append(result)
        raise psycopg.OperationalError("the connection is lost")

    def run(self, text: str, parameters: Sequence[object] = ()) -> int:
        """See `Statements.run`."""
        return self._execute(text, parameters).command_tuples or 0

    def begin(self, text: str, parameters: Sequence[object] = ()) -> Finish:
        """See `Statements.begin`: the database works while the caller does."""
        self._libpq.send_query_prepared(self._prepared(text), _octets_of(parameters))
        return self._finish

    def _finish(self) -> int:
        result = self._libpq.get_result()
        while self._libpq.get_result() is not None:
            continue  # the end of the statement
        if result is None:
            raise psycopg.OperationalError("the connection is lost")
        return self._fine(result).command_tuples or 0

    def undo(self) -> None:
        """See `Statements.undo`."""
        if self._libpq.transaction_status == _ON_ITS_WAY:
            # Begun, and then something else failed: nobody reads what it came to.
            while self._libpq.get_result() is not None:
                continue
        if self._libpq.transaction_status != _IDLE:
            self._connection.rollback()

    def _execute(self, text: str, parameters: Sequence[object]) -> PGresult:
        return self._fine(self._libpq.exec_prepared(self._prepared(text), _octets_of(parameters)))

    def _prepared(self, text: str) -> bytes:
        name = self._names.get(text)
        if name is not None:
            return name
        name = f"immo_{len(self._names)}".encode()
        self._fine(self._libpq.prepare(name, text.encode()))
        self._names[text] = name
        return name

    def _fine(self, result: PGresult) -> PGresult:
        if result.status in _FINE:
            return result
        if self._libpq.status == _BROKEN:
            raise psycopg.OperationalError("the connection is lost")
        raise error_from_result(result)


def _column(result: PGresult) -> list[str | bytes]:
    return [result.get_value(row, 0) or b"" for row in range(result.ntuples)]


def _octets_of(parameters: Sequence[object]) -> list[Any]:
    """Return parameters as PostgreSQL reads them in text form."""
    octets: list[bytes | None] = []
    for value in parameters:
        if isinstance(value, str):
            text = value
        elif value is None or isinstance(value, bytes):
            octets.append(value)
            continue
        else:
            text = value.isoformat() if isinstance(value, date) else str(value)
        if "\0" in text:
            # The library would take what stands before it for the whole value.
            raise psycopg.DataError("no text of PostgreSQL holds a zero byte")
        octets.append(text.encode())
    return octets


# What a kept statement runs on.
Queryable: TypeAlias = Session | Connection | Statements


class KeptConnections:
    """Connections that stay open between the requests of a process, the last used taken first.

    There are as many as were ever needed at once, each apart from the engine's own pool.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[_Kept] = deque()
        self._generation = 0

    def take(self) -> "_Kept":
        """Return a connection for the caller alone; raise what SQLAlchemy raises where there is none."""
        try:
            kept = self._idle.pop()
        except IndexError:
            return self._open()
        # A connection must not cross a fork: the child leaves the parent's alone and opens its own.
        return kept if kept.process == os.getpid() else self._open()

    def give_back(self, kept: "_Kept") -> None:
        """Keep a connection for the next, without what nobody committed on it."""
        if kept.generation != self._generation:
            kept.connection.close()
            return
        kept.statements.undo()
        self._idle.append(kept)

    def explained(self, kept: "_Kept", error: BaseException) -> DBAPIError | None:
        """Return what an error of the driver is to SQLAlchemy, values hidden; None for other errors.

        One connection that broke tells that the others did: all are opened anew.
        """
        dialect = self._engine.dialect
        driver = dialect.loaded_dbapi.Error
        if not isinstance(error, driver):
            return None
        if dialect.is_disconnect(error, kept.connection, None):
            self.close()
            self._engine.dispose()
        wrapped = DBAPIError.instance(None, None, error, driver, hide_parameters=True, dialect=dialect)
        return cast("DBAPIError", wrapped)

    def close(self) -> None:
        """Close the connections that nobody uses now, and the others as they come back."""
        self._generation += 1
        while self._idle:
            self._idle.pop().connection.close()

    def _open(self) -> "_Kept":
        opened = self._engine.connect()
        opened.detach()
        # Closed by us alone from here on: what is detached is nobody else's any more.
        return _Kept(opened.connection.dbapi_connection, self._engine.dialect, self._generation)


class _Kept:
    __slots__ = ("connection", "generation", "process", "statements")

    def __init__(self, connection: Any, dialect: Dialect, generation: int) -> None:
        self.connection = connection
        self.generation = generation
        self.process = os.getpid()
        self.statements: Statements = (
            SqliteStatements(connection, dialect) if dialect.name == "sqlite" else PostgresStatements(connection)
        )
