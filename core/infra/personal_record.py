"""What is kept about a person, as records under a heading: for reading and for taking along (GDPR 15, 20)."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

Value = str | int | bool | date | datetime | None
Record = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Part:
    """Records of one kind under the name of that kind; their fields have stable names as well."""

    name: str
    records: tuple[Record, ...]


def part(session: Session, name: str, statement: Select[*tuple[Any, ...]]) -> Part:
    """Return what a statement selects; the labels of its columns are the names of the fields."""
    return Part(name, tuple(_record(row) for row in session.execute(statement).mappings()))


def to_json(parts: Sequence[Part]) -> dict[str, list[dict[str, str | int | bool | None]]]:
    """Return the parts as JSON values; moments are in UTC (RFC 3339)."""
    return {
        found.name: [{name: _json(value) for name, value in record.items()} for record in found.records]
        for found in parts
    }


def _record(row: Mapping[Any, Any]) -> Record:
    return {str(name): b64encode(value).decode() if isinstance(value, bytes) else value for name, value in row.items()}


def _json(value: Value) -> str | int | bool | None:
    return value.isoformat() if isinstance(value, date) else value
