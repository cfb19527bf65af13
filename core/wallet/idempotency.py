"""A call that a client names by a key happens once, however often it is sent.

The claim lies in the transaction of the deed itself. A second call with the same key waits for the
first; then it finds the answer, or, where the first was rolled back, its own turn.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.orm import Session

from core.wallet.errors import IdempotencyKeyReused
from core.wallet.tables import IdempotentCallRow

# A retry later than this is a new call; nobody repeats a payment after a month.
KEPT_FOR = timedelta(days=30)

# The same words on both databases; the second of two waits for the first's transaction to end.
_CLAIM = text(
    "INSERT INTO idempotent_call (client_id, key, digest, called_at) "
    "VALUES (:client_id, :key, :digest, :called_at) ON CONFLICT DO NOTHING"
).bindparams(bindparam("called_at", type_=IdempotentCallRow.__table__.c.called_at.type))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call was answered: an HTTP status and a body, kept to be given again."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A call as its client names it; `digest` is that of everything that it asks."""

    client_id: str
    key: str
    digest: str

    @classmethod
    def of(cls, client_id: str, key: str, *asked: bytes) -> "Call":
        """Return the call of a client that asks this under that key."""
        content = hashlib.sha256()
        for part in asked:
            content.update(len(part).to_bytes(8, "big") + part)
        return cls(client_id, key, content.hexdigest())


def claim(session: Session, call: Call, *, now: datetime) -> Answer | None:
    """Claim a key: None, and the caller goes on; or the answer that the first call got.

    Raises `IdempotencyKeyReused` where the key stands for something else.
    """
    parameters = {"client_id": call.client_id, "key": call.key, "digest": call.digest, "called_at": now}
    claimed = session.connection().execute(_CLAIM, parameters)
    if claimed.rowcount:
        return None
    row = session.execute(
        select(IdempotentCallRow.digest, IdempotentCallRow.status, IdempotentCallRow.body).where(
            IdempotentCallRow.client_id == call.client_id, IdempotentCallRow.key == call.key
        )
    ).one()
    if not hmac.compare_digest(row.digest, call.digest):
        raise IdempotencyKeyReused(client=call.client_id)
    return Answer(row.status, row.body)


def answer(session: Session, call: Call, given: Answer) -> None:
    """Keep what a claimed call is answered, in the same transaction."""
    mine = (IdempotentCallRow.client_id == call.client_id) & (IdempotentCallRow.key == call.key)
    session.execute(update(IdempotentCallRow).where(mine).values(status=given.status, body=given.body))


def purge(session: Session, *, now: datetime) -> int:
    """Forget the calls that nobody repeats any more; return how many."""
    old = IdempotentCallRow.called_at < now - KEPT_FOR
    return session.connection().execute(delete(IdempotentCallRow).where(old)).rowcount
