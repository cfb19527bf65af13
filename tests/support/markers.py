"""Marks everything a database keeps about a person, and looks for what is left of it.

Driven by the tables themselves: a table or column that somebody adds is marked, and searched, too.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    insert,
    select,
    update,
)
from sqlalchemy.types import JSON

from core.infra.db import Base, Moment

MARK = "zq9marked"
BIRTHDATE = date(1911, 11, 11)
_LONGEST_MARK = len(f"{MARK}0000")
_CHOICES = re.compile(r"'([^']*)'")
_LATER = datetime(2031, 1, 1, tzinfo=UTC)

# By what a row belongs to a person; the other references to one only say who did something.
OWNER = "person_id"
# What may stay: it says from when to when there was somebody, and not who.
_KEPT = {("membership", "since")}


def references() -> Iterator[tuple[str, str]]:
    """Yield every column, as table and name, that points to a person."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "person" for key in column.foreign_keys):
                yield table.name, column.name


def owned_tables() -> tuple[Table, ...]:
    """Return the tables whose rows belong to a person, and that of the people."""
    return tuple(table for table in Base.metadata.sorted_tables if table.name == "person" or _points_to_owner(table))


def mark(connection: Connection, person_id: str) -> dict[tuple[str, str], str]:
    """Give the person a row in every table that can have one, and mark every free column of their rows.

    Return the columns with the mark that now stands in one of their rows; no two are alike, but dates are.
    """
    marked: dict[tuple[str, str], str] = {}
    numbers = count(1)
    for table in owned_tables():
        mine = table.c["id" if table.name == "person" else OWNER] == person_id
        if connection.execute(select(table).where(mine)).first() is None:
            connection.execute(insert(table).values(_a_row(connection, table, person_id)))
        free = [column for column in table.columns if _is_free(table, column)]
        for row in connection.execute(select(table).where(mine)).mappings().all():
            this = and_(*(key == row[key.name] for key in table.primary_key))
            values = {column.name: _mark_for(column, next(numbers)) for column in free}
            if values:
                connection.execute(update(table).where(this).values(values))
                marked |= {(table.name, name): _text(value) for name, value in values.items()}
    return marked


def find(connection: Connection, *needles: str) -> list[tuple[str, str]]:
    """Return the columns of the whole database in which one of the texts stands."""
    found = []
    for table in Base.metadata.sorted_tables:
        for row in connection.execute(select(table)).mappings():
            for name, value in row.items():
                text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                if any(needle.casefold() in text.casefold() for needle in needles):
                    found.append((table.name, str(name)))
    return found


def _points_to_owner(table: Table) -> bool:
    return (table.name, OWNER) in set(references())


def _is_free(table: Table, column: Column[Any]) -> bool:
    if (column.primary_key and column.name in {"id", "sid", OWNER}) or column.foreign_keys:
        return False
    if (table.name, column.name) in _KEPT or _choices(table, column):
        return False
    if column.name.endswith("_id") and column.name not in {"credential_id", "external_id"}:
        return False
    if isinstance(column.type, String):
        return (column.type.length or 99) >= _LONGEST_MARK
    return isinstance(column.type, LargeBinary | JSON | Date) and not isinstance(column.type, Moment)


def _mark_for(column: Column[Any], number: int) -> Any:
    if isinstance(column.type, Date):
        return BIRTHDATE
    text = f"{MARK}{number:04}"
    if isinstance(column.type, JSON):
        return {text: text}
    if isinstance(column.type, LargeBinary):
        return text.encode()
    return f"{text}@people.example" if column.name in {"address", "email"} else text


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode()
    return next(iter(value)) if isinstance(value, dict) else str(value)


def _a_row(connection: Connection, table: Table, person_id: str) -> dict[str, Any]:
    return {column.name: _a_value(connection, table, column, person_id) for column in table.columns}


def _a_value(connection: Connection, table: Table, column: Column[Any], person_id: str) -> Any:
    if column.name == OWNER:
        return person_id
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return connection.execute(select(key.column).order_by(key.column).limit(1)).scalar_one()
    if choices := _choices(table, column):
        return choices[0]
    if isinstance(column.type, String):
        return f"{table.name[:10]}-{column.name[:10]}"[: column.type.length or 40]
    if isinstance(column.type, LargeBinary):
        return f"{table.name} {column.name}".encode()
    # A moment in the future: what is over may be left out by those who look for what is running.
    simple: dict[type[object], Any] = {
        Moment: None if column.nullable else _LATER,
        Boolean: False,
        Date: BIRTHDATE,
        Integer: 1,
        BigInteger: 1,
        JSON: {},
    }
    return simple[type(column.type)]


def _choices(table: Table, column: Column[Any]) -> list[str]:
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and str(constraint.sqltext).startswith(f"{column.name} IN ("):
            return _CHOICES.findall(str(constraint.sqltext))
    return []
