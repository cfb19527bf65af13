"""The worker's loop: drains the outbox and runs what is due now and then."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.infra.clock import Clock
from core.infra.db import Database
from core.infra.log import ERROR, event
from core.infra.outbox import Handler, drain

_IDLE = timedelta(seconds=1)


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
    idle: timedelta = _IDLE,
) -> None:
    """Drain the outbox and run periodic jobs until `stop` is set; then finish what is in hand.

    Nothing that a handler, a job or the database raises ends the loop: it is logged and tried
    again. With nothing due it waits `idle`.
    """
    due = dict.fromkeys((job.name for job in periodic), clock.now())
    event("worker_started", topics=" ".join(sorted(handlers)), jobs=" ".join(due))
    while not stop.is_set():
        for job in periodic:
            if due[job.name] <= clock.now():
                due[job.name] = clock.now() + job.every
                _run(job, clock.now())
        if not _drain(database, handlers, clock.now()):
            stop.wait(idle.total_seconds())
    event("worker_stopped")


def _run(job: Periodic, now: datetime) -> None:
    try:
        job.function(now)
    except Exception as error:  # noqa: BLE001 - the worker outlives a job
        event("job_failed", ERROR, job=job.name, reason=type(error).__name__, trace=error)


def _drain(database: Database, handlers: Mapping[str, Handler], now: datetime) -> bool:
    try:
        return drain(database, handlers, now=now).handled > 0
    except Exception as error:  # noqa: BLE001 - the database may be away for a while
        event("drain_failed", ERROR, reason=type(error).__name__, trace=error)
        return False
