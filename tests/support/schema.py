"""What a schema is made of, as the database itself tells it."""

from typing import Any

from sqlalchemy import Connection, inspect, text

Shape = dict[str, dict[str, Any]]


def shape(connection: Connection) -> Shape:
    """Return columns, keys, checks and indexes of every table, in an order that can be compared."""
    found = inspect(connection)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in found.get_columns(table)
            },
            "primary key": found.get_pk_constraint(table)["constrained_columns"],
            "foreign keys": _sorted(found.get_foreign_keys(table)),
            "unique": _sorted(found.get_unique_constraints(table)),
            "checks": _sorted(found.get_check_constraints(table)),
            "indexes": _indexes(connection, table),
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def _sorted(entries: Any) -> list[str]:
    return sorted(repr(sorted(dict(entry).items())) for entry in entries)


def _indexes(connection: Connection, table: str) -> list[str]:
    # As SQL: reflection loses the conditions and expressions that make an index what it is.
    if connection.dialect.name == "sqlite":
        query = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = :table"
    else:
        query = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = :table"
    rows = connection.execute(text(query), {"table": table}).scalars()
    return sorted(" ".join(row.split()).replace('"', "").lower() for row in rows)
