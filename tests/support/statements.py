"""Counts the statements that a piece of code sends to the database, as the driver itself sees them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import event

from core.infra.db import Database
from core.infra.statements import PostgresStatements

# What surrounds statements, and what SQLite reports of its triggers.
_NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "--")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Yield a list to which every statement inside the block is added, BEGIN and COMMIT left out."""
    asked: list[str] = []

    def note(statement: str) -> None:
        if not statement.upper().startswith(_NOT_COUNTED):
            asked.append(statement)

    def watch(connection: Any, _record: object) -> None:
        if database.is_sqlite:
            connection.set_trace_callback(note)
        else:
            connection.cursor_factory = _noting(note)

    def prepared(self: PostgresStatements, text: str) -> bytes:
        note(text)
        return below_the_driver(self, text)

    below_the_driver = PostgresStatements._prepared
    PostgresStatements._prepared = prepared  # type: ignore[method-assign]
    event.listen(database.engine, "connect", watch)
    # Connections that are open already would not tell: all are opened anew.
    database.close()
    database.ping()
    asked.clear()
    try:
        yield asked
    finally:
        PostgresStatements._prepared = below_the_driver  # type: ignore[method-assign]
        event.remove(database.engine, "connect", watch)
        database.close()


def _noting(note: Any) -> type[psycopg.Cursor[Any]]:
    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
            note(query)
            return super().execute(query, *arguments, **options)

    return Noting
