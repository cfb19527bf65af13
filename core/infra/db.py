"""The database: base class, column types, transactions, and the names of constraints.

The only module that knows whether PostgreSQL or SQLite is below. Use cases get a session and
never commit; `Database.transaction()` is the one place where a change becomes lasting.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

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
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

from core.infra.errors import Conflict, ImmoError, Unavailable

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_SQLITE_BUSY_SECONDS = 15


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

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
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


def _violation(error: IntegrityError) -> ImmoError:
    diagnostics = getattr(error.orig, "diag", None)
    name = getattr(diagnostics, "constraint_name", None)
    if name is None:
        # SQLite says "UNIQUE constraint failed: person.username": structured enough to look up.
        _, _, name = str(error.orig).partition("constraint failed: ")
    found = _EXPLANATIONS.get(name or "")
    return found(constraint=name) if found else Conflict(constraint=name)


class Database:
    """One engine and its three ways in: transaction, reading, and statements on their own."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _engine(url, pool_size)
        self._autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session whose changes last together when the block ends, or not at all.

        A violated constraint leaves as the error that `explain` gave it, else as `Conflict`.
        """
        session = Session(self.engine, expire_on_commit=False)
        try:
            yield session
            session.commit()
        except IntegrityError as error:
            session.rollback()
            raise _violation(error) from error
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for queries; what is changed in it is lost."""
        with Session(self.engine.execution_options(immo_read_only=True)) as session:
            yield session
            session.rollback()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Open a connection on which each statement stands alone: for the hot paths."""
        with self._autocommit.connect() as connection:
            yield connection

    def ping(self) -> None:
        """Return when the database answers; raise `Unavailable` otherwise."""
        try:
            with self.connection() as connection:
                connection.exec_driver_sql("SELECT 1")
        except DBAPIError as error:
            raise Unavailable("database-unavailable") from error

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def _engine(url: str, pool_size: int) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=False)
    engine = create_engine(url, connect_args={"timeout": _SQLITE_BUSY_SECONDS})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    # The driver's own implicit BEGIN is deferred, so two writers could both read first and one
    # would fail on commit; we say BEGIN ourselves, in `_begin_sqlite`.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    connection.exec_driver_sql("BEGIN" if options.get("immo_read_only") else "BEGIN IMMEDIATE")
