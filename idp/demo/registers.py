"""The register of estate agents in the demo world: it names the holders of two test cards."""

import io
from datetime import date, datetime, timedelta

import orjson

from core.accreditations.feed import FORMAT, FileFormat, RegisterFile
from core.accreditations.importing import Wish, read_in
from core.accreditations.snapshots import current
from core.infra.clock import belgian_date
from core.infra.db import Database
from core.people.national_number import NumberKeys
from idp.demo.kinds import BIV
from idp.eid.card.software.holders import HOLDERS

# A demo that is started once a quarter never finds its register silent.
_BELIEVED_FOR = timedelta(days=100)
# By the number of the test card: that of `demo.manager`, and that of `demo.newcomer`.
_HOLDERS = ((1, "500123"), (3, "500789"))


def load(database: Database, keys: NumberKeys, *, now: datetime) -> None:
    """Read the register in, unless one is there that still counts."""
    with database.reading() as session:
        found = current(session, BIV)
        if found is not None and found.next_update > now:
            return
    file = RegisterFile(io.BytesIO(_written(now)), FileFormat.JSON)
    read_in(database, keys, file, Wish(accept_losses=True), now=now)


def _written(now: datetime) -> bytes:
    numbers = {holder.number: holder.national_number for holder in HOLDERS}
    year = belgian_date(now).year
    return orjson.dumps(
        {
            "format": FORMAT,
            "kind": BIV,
            "published_at": now,
            "next_update": now + _BELIEVED_FOR,
            "entries": [
                {
                    "national_number": numbers[card],
                    "number": number,
                    "list": "tableau",
                    "column": "intermediary",
                    "status": "active",
                    "valid_from": date(year - 5, 1, 1),
                    "valid_until": date(year + 1, 12, 31),
                }
                for card, number in _HOLDERS
            ],
        }
    )
