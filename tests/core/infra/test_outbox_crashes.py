"""The outbox under power cuts and locks: killed between any two statements, nothing is lost or invented."""

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from core.infra import audit, outbox
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import LEASE, Delivery, OutboxRow
from core.infra.topics import LogoutNotice
from migrations.upgrade import upgrade_to_head
from tests.support.databases import DatabaseServer

LOGOUT = LogoutNotice.topic
NOTICE = LogoutNotice(client_id="tool", person_id="usr_1", sid="ses_1")
_ENOUGH_STEPS = 100


class Fuse:
    """Ends the process, without any farewell, at the step of the given number."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def step(self, *_details: object) -> None:
        """Count one step."""
        if self._left == 0:
            os._exit(9)
        self._left -= 1


def light(fuse: Fuse, database: Database) -> None:
    """Make a step of all that the database is asked and answers."""
    for name in ("begin", "before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(database.engine, name, fuse.step)
    event.listen(database.engine, "checkin", fuse.step)


def live(url: str, effects: Path, now: datetime, fuse: Fuse) -> None:
    """Do a deed, announce it, and deliver the announcement: the life of a small application."""
    database = Database(url)
    light(fuse, database)
    with database.transaction() as session:
        audit.record(session, action="deed", actor_id=None, subject_id=None, now=now)
        session.flush()
        outbox.enqueue(session, NOTICE, now=now)

    def handle(delivery: Delivery) -> None:
        fuse.step()
        note(effects, delivery)
        fuse.step()

    outbox.drain(database, {LOGOUT: handle}, now=now)


def note(effects: Path, delivery: Delivery) -> None:
    with effects.open("a") as file:
        file.write(f"{delivery.id}\n")


def run_in_a_process(act: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:  # noqa: BLE001 - the child must not run on into the other tests
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def counts(database: Database) -> tuple[int, int]:
    with database.reading() as session:
        deeds = session.scalars(select(func.count()).select_from(AuditRow)).one()
        messages = session.scalars(select(func.count()).select_from(OutboxRow)).one()
    return deeds, messages


def test_killed_at_any_step_the_deed_is_announced_exactly_if_it_was_done(
    database_server: DatabaseServer, schema_template: str, tmp_path: Path, clock: FixedClock
) -> None:
    now = clock.now()
    outcomes = set()
    for steps in range(_ENOUGH_STEPS):
        url = database_server.create(schema_template)
        effects = tmp_path / f"effects-{steps}"
        effects.touch()

        ended = run_in_a_process(lambda: live(url, effects, now, Fuse(steps)))  # noqa: B023 - used at once

        database = Database(url)
        outbox.drain(
            database,
            {LOGOUT: lambda delivery: note(effects, delivery)},  # noqa: B023 - used at once
            now=now + LEASE + timedelta(seconds=10),
        )
        deeds, messages = counts(database)
        delivered = effects.read_text().split()
        database.close()
        database_server.drop(url)
        assert messages == 0
        assert len(delivered) >= 1 if deeds else delivered == []
        assert len(set(delivered)) == deeds
        outcomes.add((deeds, len(delivered)))
        if ended == 0:
            break
        assert ended == 9

    # Killed before the commit, killed after it, and killed between the handler and its receipt.
    assert outcomes == {(0, 0), (1, 1), (1, 2)}
    assert 10 < steps < _ENOUGH_STEPS - 1


@pytest.fixture
def postgres_database(postgres_databases: DatabaseServer) -> Iterator[Database]:
    """Yield a PostgreSQL database, whatever this run tests: only there are rows locked one by one."""
    url = postgres_databases.create(None)
    upgrade_to_head(url)
    database = Database(url)
    yield database
    database.close()
    postgres_databases.drop(url)


def test_a_row_that_another_worker_holds_is_passed_over(postgres_database: Database, clock: FixedClock) -> None:
    with postgres_database.transaction() as session:
        for minutes in range(3):
            outbox.enqueue(session, NOTICE, now=clock.now() - timedelta(minutes=minutes))
    kept: list[Delivery] = []
    done = threading.Event()

    def drain() -> None:
        outbox.drain(postgres_database, {LOGOUT: kept.append}, now=clock.now())
        done.set()

    with postgres_database.transaction() as session:
        first = select(OutboxRow).order_by(OutboxRow.due_at).limit(1).with_for_update()
        held = session.scalars(first).one().id
        other = threading.Thread(target=drain)
        other.start()
        came_through = done.wait(5)
    other.join()

    assert came_through
    assert len(kept) == 2
    assert held not in {delivery.id for delivery in kept}


def test_two_workers_never_get_one_message_at_the_same_time(postgres_database: Database, clock: FixedClock) -> None:
    with postgres_database.transaction() as session:
        for _ in range(100):
            outbox.enqueue(session, NOTICE, now=clock.now())
    busy: set[str] = set()
    clashes: list[str] = []
    numbers = itertools.count()

    def handle(delivery: Delivery) -> None:
        next(numbers)
        if delivery.id in busy:
            clashes.append(delivery.id)
        busy.add(delivery.id)

    def drain() -> None:
        outbox.drain(postgres_database, {LOGOUT: handle}, now=clock.now(), batch=100)

    workers = [threading.Thread(target=drain) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert clashes == []
    assert next(numbers) == 100
