"""The database: base class, column types, transactions, and the names of constraints.

The only module that knows whether PostgreSQL or SQLite is below. Use cases get a session and
never commit; `Database.transaction()` is the one place where a change becomes lasting.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from psycopg.pq import TransactionStatus
from sqlalchemy import (
    CheckConstraint,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase

# Under this name also for those who pass one on and know no SQL.
from sqlalchemy.orm import Session as Session  # noqa: PLC0414

from core.infra.errors import Conflict, ImmoError, Unavailable
from core.infra.sqlite_file import create_privately, write_ahead
from core.infra.statements import BEGIN_CHANGING, KeptConnections, Statements

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_IDLE = TransactionStatus.IDLE
# serialization_failure and deadlock_detected: PostgreSQL undid one of several so that the others could go on.
_COLLISIONS = frozenset({"40001", "40P01"})
# SQLite sees one moment in every transaction that reads.
_BEGIN_SNAPSHOT = {"postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "sqlite": "BEGIN"}
_SQLITE_BUSY_SECONDS = 15
_POSTGRES_CONNECT_SECONDS = 5
# How long a request waits for one of the process's connections before it gives up.
_POOL_SECONDS = 10
# SQLite names the columns of a violated constraint, or the index when that is on an expression.
_SQLITE_VIOLATION = re.compile(r"constraint failed: (?:index '(?P<index>[^']+)'|(?P<name>.+))")


class Base(DeclarativeBase):
    """Parent of every table; constraint names follow one convention so errors can be mapped."""

    metadata = MetaData(naming_convention=_NAMING)


class Moment(TypeDecorator[datetime]):
    """An instant: aware datetimes in UTC on both databases, naive ones refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Identifiers made by `core.infra.ids.new_id`: prefix, underscore, 26 characters.
Identifier = String(40)


def one_of(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """Return the CHECK that a text column holds a value of the enum."""
    values = ", ".join(f"'{member.value}'" for member in kind)
    return CheckConstraint(f"{column} IN ({values})", name=column)


# Constraint or index name → the error a person can act on. The slices add theirs with `explain`.
_EXPLANATIONS: dict[str, type[ImmoError]] = {}


def explain(constraint: str, error: type[ImmoError]) -> None:
    """Say which error a violated constraint means; called beside the table that declares it.

    On SQLite a unique violation names columns: pass `table.column` (comma-separated when several)
    under the same error as well.
    """
    _EXPLANATIONS[constraint] = error


class Collided(Unavailable):
    """The transaction was in the way of another and was undone; the same once more may succeed."""

    code = "database-unavailable"


def _violation(error: IntegrityError) -> ImmoError:
    diagnostics = getattr(error.orig, "diag", None)
    name = getattr(diagnostics, "constraint_name", None)
    if name is None:
        told = _SQLITE_VIOLATION.search(str(error.orig))
        name = (told["index"] or told["name"]) if told else None
    found = _EXPLANATIONS.get(name or "")
    return found(constraint=name) if found else Conflict(constraint=name)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (IntegrityError, OperationalError, PoolTimeout) as error:
        raise _explanation(error) from error


def _explanation(error: SQLAlchemyError) -> Exception:
    """Return the error that a caller can act on, or the same one where it is a mistake of ours."""
    match error:
        case IntegrityError():
            return _violation(error)
        case OperationalError() if getattr(error.orig, "sqlstate", None) in _COLLISIONS:
            return Collided()
        case OperationalError() | PoolTimeout():
            # SQLite files a wrong statement under the same class as a locked or broken file.
            is_mistake = getattr(getattr(error, "orig", None), "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
            return error if is_mistake else Unavailable("database-unavailable")
        case _:
            return error


class _Borrowed:
    """A kept connection for the time of a block; a class, because a generator costs three times as much."""

    __slots__ = ("_connections", "_kept")

    def __init__(self, connections: KeptConnections) -> None:
        self._connections = connections

    def __enter__(self) -> Statements:
        try:
            self._kept = self._connections.take()
        except SQLAlchemyError as error:
            raise _explanation(error) from error
        return self._kept.statements

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        explained = None if error is None else self._connections.explained(self._kept, error)
        self._connections.give_back(self._kept)
        if explained is not None:
            raise _explanation(explained) from error


class Database:
    """One engine and its ways in: for pages and rules a session, for hot paths statements.

    `transaction` makes changes that last together, `reading` and `snapshot` none, `connection` and
    `statements` one at a time.

    Each raises `Unavailable` when the database does not answer or stays locked, and turns a
    violated constraint into the error that `explain` gave it, else into `Conflict`.
    """

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _engine(make_url(url), pool_size)
        self._reading = self.engine.execution_options(immo_read_only=True)
        self._snapshot = self.engine.execution_options(immo_read_only=True, immo_of_one_moment=True)
        self._one_by_one = self.engine.execution_options(immo_one_by_one=True)
        self._kept = KeptConnections(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session whose changes last together when the block ends, or not at all."""
        # Closing a session that did not commit rolls back, whatever ended the block.
        with _explained(), Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for queries; what is changed in it is lost."""
        with _explained(), Session(self._reading) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Open a session whose queries all see the same moment, whatever is changed meanwhile: for what is compared."""
        with _explained(), Session(self._snapshot) as session:
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Open a connection on which each statement stands alone."""
        with _explained(), self._one_by_one.connect() as connection:
            yield connection

    def statements(self) -> AbstractContextManager[Statements]:
        """Open a connection for kept statements, each of which stands alone: for the hot paths."""
        return _Borrowed(self._kept)

    def ping(self) -> None:
        """Return when the database answers; raise `Unavailable` otherwise."""
        with self.connection() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Give back every connection."""
        self._kept.close()
        self.engine.dispose()


def _engine(url: URL, pool_size: int) -> Engine:
    # Parameters stay out of error texts, and so out of logs. Neither driver begins a transaction
    # by itself: `_begin` says where one begins, so that a single statement costs no more than itself.
    if url.get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=_POOL_SECONDS,
            pool_reset_on_return=None,
            connect_args={"connect_timeout": _POSTGRES_CONNECT_SECONDS, "autocommit": True},
        )
        event.listen(engine, "reset", _undo_on_return)
        event.listen(engine, "begin", _begin)
        return engine
    _create_privately(url)
    engine = create_engine(
        url, hide_parameters=True, pool_timeout=_POOL_SECONDS, connect_args={"timeout": _SQLITE_BUSY_SECONDS}
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "reset", _undo_on_return_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _undo_on_return(connection: Any, _record: object, _state: object) -> None:
    # Instead of a rollback each time: most connections come back with nothing to undo.
    if connection.info.transaction_status != _IDLE:
        connection.rollback()


def _undo_on_return_sqlite(connection: sqlite3.Connection, _record: object, _state: object) -> None:
    # After a commit that failed the transaction is still open, and nobody else has ended it.
    if connection.in_transaction:
        connection.rollback()


def _create_privately(url: URL) -> None:
    if url.database and url.database != ":memory:":
        create_privately(Path(url.database))


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own implicit BEGIN is deferred, so two writers could both read first and one
    # would fail on commit; we say BEGIN ourselves, in `_begin`.
    connection.isolation_level = None
    write_ahead(connection, patience_seconds=_SQLITE_BUSY_SECONDS)
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("immo_one_by_one"):
        return
    dialect = connection.dialect.name
    if options.get("immo_of_one_moment"):
        connection.exec_driver_sql(_BEGIN_SNAPSHOT[dialect])
    else:
        connection.exec_driver_sql("BEGIN" if options.get("immo_read_only") else BEGIN_CHANGING[dialect])
