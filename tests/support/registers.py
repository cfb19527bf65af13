"""Files of registers as a professional body writes them, and people whose cards they name."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from core.accreditations.feed import FORMAT, FileFormat, RegisterFile
from core.accreditations.importing import ImportReport, Wish, read_in
from core.accreditations.registers import Registers
from core.infra.db import Database
from core.infra.http import OutboundHttp
from core.infra.register_settings import RegisterSettings
from core.infra.settings import Mode, OutboundSettings
from core.people.national_number import NationalNumber, NumberKeys
from tests.support.cards import KEYS, NUMBER

KIND = "be.biv"
HEADER = "national_number,number,list,column,status,valid_from,valid_until"


def an_entry(number: str = "500123", holder: NationalNumber = NUMBER, **changes: object) -> dict[str, object]:
    """Return a line of a register about somebody on the tableau."""
    entry: dict[str, object] = {
        "national_number": holder.reveal(),
        "number": number,
        "list": "tableau",
        "column": "intermediary",
        "status": "active",
        "valid_from": "2020-01-01",
        "valid_until": "2027-12-31",
    }
    return {name: value for name, value in (entry | changes).items() if value is not None}


def as_json(entries: Sequence[Mapping[str, object]], *, published: datetime, **head: Any) -> bytes:
    """Return the file as JSON."""
    members = {"format": FORMAT, "kind": KIND, "published_at": published.isoformat(), **head}
    return orjson.dumps({**{name: value for name, value in members.items() if value is not None}, "entries": entries})


def as_csv(entries: Sequence[Mapping[str, object]]) -> bytes:
    """Return the file as CSV."""
    names = HEADER.split(",")
    lines = [",".join(str(entry.get(name, "")) for name in names) for entry in entries]
    return ("\n".join([HEADER, *lines]) + "\n").encode()


def read_json(
    database: Database,
    entries: Sequence[Mapping[str, object]],
    *,
    now: datetime,
    keys: NumberKeys = KEYS,
    next_update: datetime | None = None,
    **wish: Any,
) -> ImportReport:
    """Read a register in, published now and believed for thirty days."""
    until = (next_update or now + timedelta(days=30)).isoformat()
    content = as_json(entries, published=now, next_update=until)
    return read_in(database, keys, RegisterFile(io.BytesIO(content), FileFormat.JSON), Wish(**wish), now=now)


def registers(
    database: Database,
    *asked: RegisterSettings,
    keys: NumberKeys = KEYS,
    wait_seconds: float = 3.0,
    rest_seconds: float = 0.0,
) -> Registers:
    """Return the registers of an installation that may fetch from loopback."""
    http = OutboundHttp(OutboundSettings(frozenset(), insecure=True), Mode.TEST)
    return Registers(database, http, keys, asked, wait_seconds=wait_seconds, rest_seconds=rest_seconds)
