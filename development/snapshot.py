"""The rows of the demo world at the present version of the schema, kept for testing later migrations.

    python -m development.snapshot

Written once for each released version, to `tests/migrations/rows/<version>.json`.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, DateTime, MetaData, Table

from core.infra.db import Database
from development.addresses import Addresses
from development.product import ROOT, environment, set_up
from migrations.upgrade import revisions

Rows = Mapping[str, list[dict[str, Any]]]
FOLDER = ROOT / "tests" / "migrations" / "rows"


def dump(connection: Connection) -> Rows:
    """Return every row of a database by its table; moments and dates as ISO 8601."""
    return {
        table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
        for table in _tables(connection)
    }


def restore(connection: Connection, rows: Rows) -> None:
    """Write the rows of a snapshot into an empty database of the same version."""
    for table in _tables(connection):
        if rows.get(table.name):
            connection.execute(table.insert(), [_typed(table, row) for row in rows[table.name]])


def _tables(connection: Connection) -> list[Table]:
    # As the database has them: the models may already be those of a later version.
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _typed(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(table.columns[name].type, value) for name, value in row.items()}


def _value(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if kind.timezone else moment
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def main() -> None:
    """Load the demo world into a database of its own and write its rows down."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = {key: value for key, value in os.environ.items() if not key.startswith("IMMO_")}
        surroundings = environment(Addresses(), folder, given)
        set_up(surroundings, lambda _words: None)
        with closing(Database(surroundings["IMMO_DATABASE_URL"])) as database, database.engine.connect() as connection:
            rows = dump(connection)
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{revisions()[-1]}.json"
    path.write_text(json.dumps(rows, indent=1, default=_iso, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    print(path)


def _iso(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"no way to write a {type(value).__name__}")


if __name__ == "__main__":
    main()
