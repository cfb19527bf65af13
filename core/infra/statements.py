"""A connection of the driver itself, for the statements of the hot paths.

SQLAlchemy's session and connection cost a multiple of what the driver does for a statement that
was compiled before. `kept_query.py` makes such statements; `db.py` opens these connections and
turns the driver's errors into ours.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_CURSOR = "immo_cursor"
# On SQLite who means to write waits at once: two that read first could not both go on to write.
BEGIN_CHANGING = {"postgresql": "BEGIN", "sqlite": "BEGIN IMMEDIATE"}


class Statements:
    """Runs statements one after another, each on its own unless somebody began a transaction."""

    __slots__ = ("_cursor", "dialect")

    def __init__(self, cursor: Any, dialect: Dialect) -> None:
        self._cursor = cursor
        self.dialect = dialect

    def fetch(self, text: str, parameters: Any) -> Sequence[Any]:
        """Run a query and return all of its rows."""
        rows: Sequence[Any] = self._cursor.execute(text, parameters).fetchall()
        return rows

    def run(self, text: str, parameters: Any = ()) -> int:
        """Run a statement that returns nothing and return how many rows it concerned."""
        count: int = self._cursor.execute(text, parameters).rowcount
        return count

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let the changes of a block last together; one that fails leaves them to be undone."""
        self.run(BEGIN_CHANGING[self.dialect.name])
        yield
        self.run("COMMIT")


# What a kept statement runs on.
Queryable: TypeAlias = Session | Connection | Statements


@contextmanager
def statements(engine: Engine) -> Iterator[Statements]:
    """Borrow a connection of the pool; what nobody committed on it is undone when it goes back.

    Raises what SQLAlchemy raises, with the parameters hidden.
    """
    dialect = engine.dialect
    with closing(engine.raw_connection()) as borrowed:
        # The cursor stays with its connection: making one costs as much as using it.
        cursor = borrowed.info.get(_CURSOR)
        if cursor is None:
            cursor = borrowed.info[_CURSOR] = borrowed.cursor()
        try:
            yield Statements(cursor, dialect)
        except dialect.loaded_dbapi.Error as error:
            is_lost = dialect.is_disconnect(error, borrowed.dbapi_connection, cursor)
            if is_lost:
                # One connection that broke tells that the others did: all are opened anew.
                borrowed.invalidate(error)
                engine.dispose()
            raise DBAPIError.instance(
                None, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
            ) from error
