"""National numbers that lie under an earlier key are closed again under the one in force (E8)."""

from dataclasses import dataclass

from sqlalchemy import select

from core.infra.db import Database, Session
from core.infra.sealing import Unreadable
from core.people.national_number import NumberKeys, SealedNumber
from core.people.tables import EidLinkRow

# So many are locked at a time: people go on signing in meanwhile.
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many numbers now lie under the key in force, and how many nobody can read: their key is gone."""

    done: int = 0
    unreadable: int = 0


def reseal(database: Database, keys: NumberKeys, *, batch: int = _BATCH) -> Resealed:
    """Close every number anew that lies under another key than the one in force; may be repeated.

    `batch` of them are locked at a time. The digest of a card's own number goes with its key, until the
    card is read again.
    """
    total, after = Resealed(), ""
    while True:
        with database.transaction() as session:
            rows = _next(session, keys, after, batch)
            readable = sum(_reseal(row, keys) for row in rows)
        total = Resealed(total.done + readable, total.unreadable + len(rows) - readable)
        if len(rows) < batch:
            return total
        after = rows[-1].person_id


def _next(session: Session, keys: NumberKeys, after: str, batch: int) -> list[EidLinkRow]:
    older = select(EidLinkRow).where(EidLinkRow.number_key != keys.current, EidLinkRow.person_id > after)
    return list(session.scalars(older.order_by(EidLinkRow.person_id).limit(batch).with_for_update()))


def _reseal(row: EidLinkRow, keys: NumberKeys) -> bool:
    """Close one number anew; tell whether it could be read."""
    try:
        number = keys.open(SealedNumber(row.number_key, row.number_sealed, row.number_digest))
    except Unreadable:
        return False
    closed = keys.close(number)
    row.number_key, row.number_sealed, row.number_digest = closed.key_id, closed.sealed, closed.digest
    row.document_digest = None
    return True
