"""JSON values, and the rule that what is not known is left out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"


def known(members: Mapping[str, Json]) -> dict[str, Json]:
    """Return the members that have a value: claims are omitted, never null or blank (Core 5.3.2)."""
    return {name: value for name, value in members.items() if value is not None and value != ""}


def timestamp(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
