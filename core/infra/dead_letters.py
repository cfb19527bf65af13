"""Messages of the outbox that no attempt could deliver: seen, revived or dropped by an operator."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.infra.outbox import OutboxRow

# A parked message may hold a mail address, so it does not stay for ever.
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A parked message as an operator sees it, without its content."""

    id: str
    topic: str
    created_at: datetime
    dead_at: datetime
    attempts: int
    last_error: str | None


def dead_letters(session: Session, *, limit: int = 100) -> tuple[DeadLetter, ...]:
    """Return the parked messages, the latest first."""
    parked = select(OutboxRow).where(OutboxRow.dead_at.is_not(None)).order_by(OutboxRow.dead_at.desc())
    return tuple(
        DeadLetter(row.id, row.topic, row.created_at, row.dead_at, row.attempts, row.last_error)
        for row in session.scalars(parked.limit(limit))
        if row.dead_at is not None
    )


def revive(session: Session, message_id: str, *, now: datetime) -> None:
    """Send a parked message on its way again with all its attempts.

    Raises `NotFound` when no message of this id is parked.
    """
    parked = (OutboxRow.id == message_id) & OutboxRow.dead_at.is_not(None)
    found = session.execute(
        update(OutboxRow).where(parked).values(dead_at=None, attempts=0, due_at=now).returning(OutboxRow.id)
    )
    if found.first() is None:
        raise NotFound(message_id=message_id)


def purge(session: Session, *, now: datetime) -> None:
    """Drop what has been parked for longer than `KEPT`."""
    session.execute(delete(OutboxRow).where(OutboxRow.dead_at < now - KEPT))


def on_their_way(session: Session) -> int:
    """Return how many messages wait for their delivery."""
    return session.execute(select(func.count()).where(OutboxRow.dead_at.is_(None))).scalar_one()
