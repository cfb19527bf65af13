"""A call that a client names by a key happens once, however often it is sent.

The claim lies in the transaction of the deed itself. A second call with the same key waits for the
first; then it finds the answer, or, where the first was rolled back, its own turn.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.infra.kept_query import KeptChange
from core.wallet.errors import IdempotencyKeyReused
from core.wallet.tables import IdempotentCallRow

# A retry later than this is a new call; nobody repeats a payment after a month.
KEPT_FOR = timedelta(days=30)

_call = IdempotentCallRow.__table__
_NAMED = (_call.c.client_id == bindparam("client")) & (_call.c.key == bindparam("name"))
# The same words on both databases; the second of two waits for the first's transaction to end.
_CLAIM = KeptChange(
    insert(IdempotentCallRow)
    .values({name: bindparam(name, type_=_call.c[name].type) for name in ("client_id", "key", "digest", "called_at")})
    .on_conflict_do_nothing()
)
_ANSWER = KeptChange(
    update(IdempotentCallRow).where(_NAMED).values(status=bindparam("given"), body=bindparam("content"))
)


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
    if _CLAIM.make(session, parameters):
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
    named = {"client": call.client_id, "name": call.key}
    _ANSWER.make(session, {**named, "given": given.status, "content": given.body})


def purge(session: Session, *, now: datetime) -> int:
    """Forget the calls that nobody repeats any more; return how many."""
    old = IdempotentCallRow.called_at < now - KEPT_FOR
    return session.connection().execute(delete(IdempotentCallRow).where(old)).rowcount
