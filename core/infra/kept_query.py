"""Statements of the hot paths: compiled once, and for queries one packed column per row.

SQLAlchemy's own path costs by the column and by the statement, each time anew. Here the database
packs a row into one JSON array, the text of the statement is made once for each kind of
database, and what comes back is turned into the types of the columns.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    insert,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeEngine

from core.infra.db import Moment
from core.infra.statements import Asked, Finish, Queryable, Statements

# PostgreSQL gives a function at most a hundred arguments.
_MOST_COLUMNS = 100

Row = Mapping[str, Any]


class _Packed(GenericFunction[str]):
    """The columns of a row as the text of one JSON array."""

    type = Text()
    inherit_cache = True


@compiles(_Packed, "postgresql")
def _packed_postgresql(element: _Packed, compiler: SQLCompiler, **options: Any) -> str:
    # As text: the driver would otherwise read the JSON itself, more slowly.
    return f"json_build_array({compiler.process(element.clauses, **options)})::text"


@compiles(_Packed, "sqlite")
def _packed_sqlite(element: _Packed, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **options)})"


class KeptQuery:
    """A SELECT that is asked often; its columns carry names of their own.

    Columns hold text, numbers, truth values, dates, moments and JSON.
    """

    def __init__(self, statement: Select[Any]) -> None:
        columns = list(statement.selected_columns)
        names = [column.key for column in columns]
        if len(set(names)) != len(names) or len(names) > _MOST_COLUMNS:
            raise ValueError("a kept query has at most a hundred columns, each with a name of its own")
        self._names = [str(name) for name in names]
        self._readers = [(place, reader) for place, column in enumerate(columns) if (reader := _reader(column))]
        packed = statement.with_only_columns(_Packed(*columns).label("packed"), maintain_column_froms=True)
        self._text = _Text(packed)

    def rows(self, connection: Queryable, parameters: Mapping[str, object]) -> list[Row]:
        """Return the rows as mappings from the names of the columns."""
        connection = _flushed(connection)
        compiled = self._text.of(connection.dialect)
        bound = compiled.bound(parameters)
        found: Sequence[str | bytes]
        if isinstance(connection, Connection):
            found = connection.exec_driver_sql(compiled.text, bound).scalars().all()
        else:
            found = connection.packed(compiled.text, bound)
        return self.read(found)

    def asked(self, connection: Statements, parameters: Mapping[str, object]) -> Asked:
        """Return the text and parameters of the query for a connection."""
        compiled = self._text.of(connection.dialect)
        return compiled.text, compiled.bound(parameters)

    def read(self, found: Sequence[str | bytes]) -> list[Row]:
        """Return the rows that came back packed."""
        return [self._read(packed) for packed in found]

    def _read(self, packed: str | bytes) -> Row:
        values = orjson.loads(packed)
        for place, reader in self._readers:
            value = values[place]
            if value is not None:
                values[place] = reader(value)
        return dict(zip(self._names, values, strict=True))


def rows_of(connection: Statements, queries: Sequence[KeptQuery], parameters: Mapping[str, object]) -> list[list[Row]]:
    """Return the rows of several queries that share their parameters, with one wait for all of them."""
    found = connection.packed_together([query.asked(connection, parameters) for query in queries])
    return [query.read(packed) for query, packed in zip(queries, found, strict=True)]


class KeptChange:
    """An INSERT, UPDATE or DELETE that is made often; every value in it is a named parameter."""

    def __init__(self, statement: Insert | Update | Delete) -> None:
        self._text = _Text(statement)

    def make(self, connection: Queryable, parameters: Mapping[str, object]) -> int:
        """Make the change and return how many rows it concerned."""
        connection = _flushed(connection)
        compiled = self._text.of(connection.dialect)
        bound = compiled.bound(parameters)
        if isinstance(connection, Connection):
            return connection.exec_driver_sql(compiled.text, bound).rowcount
        return connection.run(compiled.text, bound)

    def begin(self, connection: Statements, parameters: Mapping[str, object]) -> Finish:
        """Begin the change; see `Statements.begin`."""
        compiled = self._text.of(connection.dialect)
        return connection.begin(compiled.text, compiled.bound(parameters))


class KeptPair:
    """A change of at most one row, and a row to add where it concerned one: both last, or neither.

    `added` names the parameter for each column of the new row; the change may share them.
    PostgreSQL does both in one statement, SQLite in one transaction.
    """

    def __init__(self, change: Insert | Update, table: Table, added: Mapping[str, str]) -> None:
        values = {table.c[column]: bindparam(name, type_=table.c[column].type) for column, name in added.items()}
        changed = change.returning(literal_column("1").label("one")).cte("changed")
        row = select(*values.values()).select_from(changed)
        self._at_once = KeptChange(insert(table).from_select(list(values), row))
        self._change = KeptChange(change)
        self._addition = KeptChange(insert(table).values(values))

    def make(self, connection: Session | Statements, parameters: Mapping[str, object]) -> bool:
        """Make the change and add the row; tell whether that was done."""
        if _dialect(connection).name == "postgresql":
            return self._at_once.make(connection, parameters) == 1
        with nullcontext() if isinstance(connection, Session) else connection.together():
            return self._change.make(connection, parameters) == 1 and self._addition.make(connection, parameters) == 1

    def begin(self, connection: Statements, parameters: Mapping[str, object]) -> Finish:
        """Begin both, where the database does them while the caller goes on."""
        if connection.dialect.name == "postgresql":
            return self._at_once.begin(connection, parameters)
        count = int(self.make(connection, parameters))
        return lambda: count


def _dialect(connection: Session | Statements) -> Dialect:
    return connection.get_bind().dialect if isinstance(connection, Session) else connection.dialect


def _flushed(connection: Queryable) -> Connection | Statements:
    if not isinstance(connection, Session):
        return connection
    connection.flush()  # as every statement of a session sees what the session changed
    return connection.connection()


class _Text:
    """A statement and what it became for each kind of database, when it was first run there."""

    def __init__(self, statement: Select[Any] | Insert | Update | Delete) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def of(self, dialect: Dialect) -> "_Compiled":
        """Return the text for a kind of database."""
        # The style differs where the database does, and between a driver and the library below it.
        compiled = self._compiled.get(dialect.paramstyle)
        if compiled is None:
            compiled = self._compiled[dialect.paramstyle] = _Compiled(self._statement, dialect)
        return compiled


class _Compiled:
    """The text of a statement for one kind of database, and how its parameters are handed over."""

    def __init__(self, statement: Select[Any] | Insert | Update | Delete, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        self.text = str(compiled)
        names = compiled.positiontup
        # One step for all: of several names it makes a tuple.
        self._in_order = itemgetter(*names) if names and len(names) > 1 else None
        self._positions = names
        self._fixed = dict(compiled.params)
        self._required = {name for name, parameter in compiled.binds.items() if parameter.required}
        self._writers = {
            name: writer for name, parameter in compiled.binds.items() if (writer := _writer(parameter.type, dialect))
        }

    def bound(self, parameters: Mapping[str, object]) -> Any:
        """Return the parameters as the driver takes them; raise ValueError if one is not given."""
        if not self._required <= parameters.keys():
            raise ValueError("a parameter of the query is missing")
        values = {**self._fixed, **parameters}
        for name, writer in self._writers.items():
            values[name] = writer(values[name])
        if self._in_order is not None:
            return self._in_order(values)
        if self._positions is None:
            return values
        return tuple(values[name] for name in self._positions)


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    # To the library below the driver JSON is the text that it is.
    is_json = isinstance(kind, JSON) and dialect.paramstyle == "numeric_dollar"
    return orjson.dumps if is_json else kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(column: ColumnElement[Any]) -> Callable[[Any], Any] | None:
    match column.type:
        case Moment():
            return _moment
        case Date():
            return date.fromisoformat
        case Boolean():
            return bool
        case JSON():
            return _json
        case _:
            return None


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is UTC:
        return moment
    # SQLite holds UTC without saying so.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _json(value: object) -> object:
    # PostgreSQL packs JSON as what it is, SQLite as the text that it holds.
    return orjson.loads(value) if isinstance(value, str) else value
