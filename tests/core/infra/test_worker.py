"""The worker's loop: nothing that a handler, a job or the database does ends it."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from core.infra import outbox
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import Delivery, Handler, Periodic
from tests.core.infra.messages import enqueued, keeping


def run_until(
    condition: Callable[[], bool],
    database: Database,
    clock: FixedClock,
    handlers: dict[str, Handler],
    *periodic: Periodic,
) -> bool:
    """Run a worker until the condition holds, for five seconds at most; tell whether it came to hold."""
    stop = threading.Event()
    worker = threading.Thread(
        target=outbox.run_worker,
        args=(database, handlers),
        kwargs={"clock": clock, "stop": stop, "periodic": periodic, "idle": timedelta(milliseconds=10)},
    )
    worker.start()
    for _ in range(500):
        if condition():
            break
        stop.wait(0.01)
    held = condition()
    stop.set()
    worker.join(5)
    assert not worker.is_alive()
    return held


def test_the_worker_delivers_what_comes_while_it_runs(database: Database, clock: FixedClock) -> None:
    kept: list[Delivery] = []
    arrive = threading.Timer(0.1, enqueued, (database, clock), {"count": 3})
    arrive.start()

    assert run_until(lambda: len(kept) == 3, database, clock, keeping(kept))


def test_periodic_jobs_run_at_the_start_and_when_due(database: Database, clock: FixedClock) -> None:
    runs: list[datetime] = []
    hourly = Periodic("hourly", timedelta(hours=1), runs.append)
    start = clock.now()

    def an_hour_after_the_first() -> bool:
        if len(runs) == 1 and clock.now() == start:
            clock.advance(timedelta(hours=1))
        return len(runs) == 2

    assert run_until(an_hour_after_the_first, database, clock, {}, hourly)
    assert runs == [start, start + timedelta(hours=1)]


def test_a_failing_job_ends_neither_the_worker_nor_the_others(
    database: Database, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_now: object) -> None:
        raise LookupError("job")

    runs: list[object] = []
    jobs = (Periodic("bad", timedelta(hours=1), fail), Periodic("good", timedelta(hours=1), runs.append))
    kept: list[Delivery] = []
    enqueued(database, clock)

    assert run_until(lambda: len(kept) == 1, database, clock, keeping(kept), *jobs)
    assert len(runs) == 1
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == ["job_failed"]


def test_a_database_that_is_away_for_a_while_does_not_end_the_worker(
    database: Database, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    kept: list[Delivery] = []
    enqueued(database, clock)
    with database.transaction() as session:
        session.connection().exec_driver_sql("ALTER TABLE outbox RENAME TO away")

    def back_after_a_failure() -> bool:
        if not kept and any(record.getMessage() == "drain_failed" for record in caplog.records):
            with database.transaction() as session:
                name = session.connection().exec_driver_sql
                name("ALTER TABLE away RENAME TO outbox")
            caplog.clear()
        return bool(kept)

    assert run_until(back_after_a_failure, database, clock, keeping(kept))
