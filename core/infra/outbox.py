"""The transactional outbox: what must leave the process is written with what caused it.

`enqueue` writes in the caller's transaction; `drain` hands due messages to their handlers.
Delivery is at least once: a claim is a lease, so the message of a worker that dies comes back,
and the message id is the receiver's idempotency key. Failures wait longer and longer, then the
message is parked as dead, loudly: see `dead_letters`. `run_worker` is the loop around it.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import JSON, CheckConstraint, ColumnElement, Index, String, delete, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.infra import topics
from core.infra.clock import Clock
from core.infra.db import Base, Database, Identifier, Moment
from core.infra.errors import ImmoError
from core.infra.ids import new_id
from core.infra.log import ERROR, WARNING, event
from core.infra.topics import AnyMessage, MailRequested, Message

# How long a handler may take before another worker tries: longer than any handler's own timeouts.
LEASE = timedelta(minutes=5)
# Delay before attempt 2, 3, …; after the last one the message is dead, about a day after the first.
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1_200, 3_600, 10_800, 25_200, 43_200))
MAX_ATTEMPTS = len(DELAYS) + 1
# How long a worker rests when nothing is due.
IDLE = timedelta(seconds=1)


class OutboxRow(Base):
    """A message on its way; `due_at` is when it may be claimed, also the end of a lease."""

    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    topic: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, object]] = mapped_column(JSON)
    # Whom it concerns, for whoever asks what became of a person's mails.
    recipient_id: Mapped[str | None] = mapped_column(Identifier)
    created_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(255))
    dead_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(
            "ix_outbox_due_at",
            "due_at",
            postgresql_where=text("dead_at IS NULL"),
            sqlite_where=text("dead_at IS NULL"),
        ),
        Index(
            "ix_outbox_recipient_id",
            "recipient_id",
            postgresql_where=text("recipient_id IS NOT NULL"),
            sqlite_where=text("recipient_id IS NOT NULL"),
        ),
    )


class Undeliverable(ImmoError):
    """Raised by a handler for a message that no later attempt can deliver; it dies at once."""

    code = "undeliverable"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt at one message; `id` stays the same over all attempts."""

    id: str
    message: AnyMessage
    attempt: int


Handler = Callable[[Delivery], None]


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What one `drain` did."""

    delivered: int = 0
    postponed: int = 0
    dead: int = 0

    @property
    def handled(self) -> int:
        """Return how many messages were taken up, with whatever outcome."""
        return self.delivered + self.postponed + self.dead


@dataclass(frozen=True, slots=True)
class _Claim:
    id: str
    topic: str
    body: Mapping[str, object]
    attempt: int


def enqueue(session: Session, message: Message, *, now: datetime, delay: timedelta | None = None) -> str:
    """Write a message in the caller's transaction and return its id.

    It leaves only if that transaction commits, and not before `delay` is over.
    """
    row = OutboxRow(
        id=new_id("evt"),
        topic=message.topic,
        body=message.to_json(),
        recipient_id=message.recipient_person_id if isinstance(message, MailRequested) else None,
        created_at=now,
        due_at=now + (delay or timedelta(0)),
        attempts=0,
    )
    session.add(row)
    return row.id


def drain(
    database: Database,
    handlers: Mapping[str, Handler],
    *,
    now: datetime,
    batch: int = 20,
    only: Sequence[str] | None = None,
) -> DrainReport:
    """Hand up to `batch` due messages to their handlers, each at least once.

    Only topics that have a handler are touched, of these only those in `only` when it is given.
    A handler runs outside any transaction; whatever it raises postpones the message, except
    `Undeliverable`. Any number of workers may drain at once.
    """
    wanted = [topic for topic in handlers if only is None or topic in only]
    started = time.monotonic()
    counts = {"delivered": 0, "postponed": 0, "dead": 0}
    for _ in range(batch):
        # Handlers take time, and a lease that began in the past would end too early.
        moment = now + timedelta(seconds=time.monotonic() - started)
        claim = _claim(database, _due(wanted, moment), moment)
        if claim is None:
            break
        counts[_deliver(database, handlers, claim, moment)] += 1
    return DrainReport(**counts)


def attempt_first(database: Database, handlers: Mapping[str, Handler], message_id: str, *, now: datetime) -> bool:
    """Hand one message to its handler, also before it is due; False where somebody took it up already.

    For whoever wrote it and need not wait for a worker; a failure postpones it as in `drain`.
    """
    claim = _claim(database, (OutboxRow.id == message_id) & (OutboxRow.attempts == 0), now)
    if claim is None:
        return False
    _deliver(database, handlers, claim, now)
    return True


def _due(wanted: Sequence[str], now: datetime) -> ColumnElement[bool]:
    return OutboxRow.dead_at.is_(None) & (OutboxRow.due_at <= now) & OutboxRow.topic.in_(wanted)


def _claim(database: Database, concerned: ColumnElement[bool], now: datetime) -> _Claim | None:
    first = (
        select(OutboxRow)
        .where(concerned)
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with database.transaction() as session:
        row = session.scalars(first).first()
        if row is None:
            return None
        # Counted before the handler runs, so a message that kills its worker ends as well.
        row.attempts += 1
        row.due_at = now + LEASE
        return _Claim(row.id, row.topic, row.body, row.attempts)


def _deliver(database: Database, handlers: Mapping[str, Handler], claim: _Claim, now: datetime) -> str:
    if claim.attempt > MAX_ATTEMPTS:
        return _bury(database, claim, now, "its worker died at every attempt")
    try:
        message = topics.read(claim.topic, claim.body)
        handlers[claim.topic](Delivery(claim.id, message, claim.attempt))
    except Undeliverable as error:
        return _bury(database, claim, now, error.code)
    except Exception as error:  # noqa: BLE001 - the worker outlives whatever a handler raises
        # The kind of error only: its text may quote the message.
        reason = error.code if isinstance(error, ImmoError) else type(error).__name__
        if reason == type(error).__name__:
            event("outbox_handler_failed", WARNING, trace=error, message_id=claim.id, topic=claim.topic)
        if claim.attempt >= MAX_ATTEMPTS:
            return _bury(database, claim, now, reason)
        return _postpone(database, claim, now, reason)
    with database.transaction() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.id == claim.id))
    return "delivered"


def _postpone(database: Database, claim: _Claim, now: datetime, reason: str) -> str:
    due_at = now + DELAYS[claim.attempt - 1]
    _write_back(database, claim, due_at=due_at, last_error=reason)
    event("outbox_postponed", WARNING, message_id=claim.id, topic=claim.topic, attempt=claim.attempt, reason=reason)
    return "postponed"


def _bury(database: Database, claim: _Claim, now: datetime, reason: str) -> str:
    _write_back(database, claim, dead_at=now, last_error=reason)
    event("outbox_dead", ERROR, message_id=claim.id, topic=claim.topic, attempt=claim.attempt, reason=reason)
    return "dead"


def _write_back(database: Database, claim: _Claim, **values: object) -> None:
    # The number of the attempt fences: whoever lost the lease to another worker writes nothing.
    mine = (OutboxRow.id == claim.id) & (OutboxRow.attempts == claim.attempt)
    with database.transaction() as session:
        session.execute(update(OutboxRow).where(mine).values(**values))


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job that runs at the start and then `every` so often; it is given the present moment.

    Each worker runs it, so it must bear being run by two at once.
    """

    name: str
    every: timedelta
    function: Callable[[datetime], None]


def run_worker(
    database: Database,
    handlers: Mapping[str, Handler],
    *,
    clock: Clock,
    stop: threading.Event,
    periodic: Sequence[Periodic] = (),
    idle: timedelta = IDLE,
) -> None:
    """Drain the outbox and run periodic jobs until `stop` is set; then finish what is in hand.

    Nothing that a handler, a job or the database raises ends the loop: it is logged and tried
    again. With nothing due it waits `idle`.
    """
    due = dict.fromkeys(periodic, clock.now())
    event("worker_started", topics=" ".join(sorted(handlers)), jobs=" ".join(job.name for job in periodic))
    while not stop.is_set():
        for job in periodic:
            if due[job] <= clock.now():
                due[job] = clock.now() + job.every
                _run(job, clock.now())
        if not _drained_any(database, handlers, clock.now()):
            stop.wait(idle.total_seconds())
    event("worker_stopped")


def _run(job: Periodic, now: datetime) -> None:
    try:
        job.function(now)
    except Exception as error:  # noqa: BLE001 - the worker outlives a job
        event("job_failed", ERROR, job=job.name, reason=type(error).__name__, trace=error)


def _drained_any(database: Database, handlers: Mapping[str, Handler], now: datetime) -> bool:
    try:
        return drain(database, handlers, now=now).handled > 0
    except Exception as error:  # noqa: BLE001 - the database may be away for a while
        event("drain_failed", ERROR, reason=type(error).__name__, trace=error)
        return False
