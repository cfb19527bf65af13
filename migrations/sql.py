"""Statements that only one of the two databases understands, kept in files beside the migration."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from alembic import op

_VERSIONS = Path(__file__).parent / "versions"


def execute_file(name: str) -> None:
    """Run `versions/<name>.<dialect>.sql` in the migration's transaction."""
    bind = op.get_bind()
    content = (_VERSIONS / f"{name}.{bind.dialect.name}.sql").read_text("utf-8")
    # The driver's own cursor: a percent sign in these files is not a placeholder.
    cursor = bind.connection.cursor()
    for statement in _statements(content) if bind.dialect.name == "sqlite" else [content]:
        cursor.execute(statement)
    cursor.close()


def _statements(content: str) -> Iterator[str]:
    # SQLite takes one statement at a time, and a trigger has semicolons inside.
    statement = ""
    for line in content.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
