"""The outbox: what is enqueued arrives at least once, or is parked where an operator sees it."""

import logging
import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.infra import outbox, topics
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import Unavailable
from core.infra.outbox import (
    DELAYS,
    LEASE,
    MAX_ATTEMPTS,
    Delivery,
    DrainReport,
    OutboxRow,
    Undeliverable,
)
from core.infra.topics import AccessChanged
from tests.core.infra.messages import LOGOUT, a_notice, enqueued, failing, keeping, rows

SECOND = timedelta(seconds=1)


def test_a_message_arrives_as_it_was_and_is_gone(database: Database, clock: FixedClock) -> None:
    (message_id,) = enqueued(database, clock)
    kept: list[Delivery] = []

    report = outbox.drain(database, keeping(kept), now=clock.now())

    assert report == DrainReport(delivered=1)
    assert kept == [Delivery(message_id, a_notice(0), attempt=1)]
    assert rows(database) == []


def test_a_transaction_that_fails_sends_nothing(database: Database, clock: FixedClock) -> None:
    def change_and_fail() -> None:
        with database.transaction() as session:
            outbox.enqueue(session, a_notice(), now=clock.now())
            session.flush()
            raise RuntimeError("after the message was written")

    with pytest.raises(RuntimeError):
        change_and_fail()

    kept: list[Delivery] = []
    assert outbox.drain(database, keeping(kept), now=clock.now()).handled == 0
    assert kept == []


def test_a_delayed_message_waits_for_its_time(database: Database, clock: FixedClock) -> None:
    enqueued(database, clock, delay=timedelta(minutes=10))
    kept: list[Delivery] = []

    too_early = outbox.drain(database, keeping(kept), now=clock.now() + timedelta(minutes=9))
    in_time = outbox.drain(database, keeping(kept), now=clock.now() + timedelta(minutes=10))

    assert (too_early.handled, in_time.delivered) == (0, 1)


def test_a_batch_bounds_one_drain(database: Database, clock: FixedClock) -> None:
    enqueued(database, clock, count=5)
    kept: list[Delivery] = []

    first = outbox.drain(database, keeping(kept), now=clock.now(), batch=3)
    second = outbox.drain(database, keeping(kept), now=clock.now(), batch=3)

    assert (first.delivered, second.delivered) == (3, 2)


def test_topics_of_others_are_left_alone(database: Database, clock: FixedClock) -> None:
    enqueued(database, clock)
    changed = AccessChanged("usr_1", None, "org_1", "member-left")
    with database.transaction() as session:
        outbox.enqueue(session, changed, now=clock.now())
    kept: list[Delivery] = []
    both = {LOGOUT: kept.append, AccessChanged.topic: kept.append}

    nothing = outbox.drain(database, {}, now=clock.now())
    outbox.drain(database, both, now=clock.now(), only=[AccessChanged.topic])

    assert nothing.handled == 0
    assert [delivery.message for delivery in kept] == [changed]
    assert [row.topic for row in rows(database)] == [LOGOUT]


def test_failures_wait_longer_and_longer_and_then_the_message_is_parked(
    database: Database, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    enqueued(database, clock)
    handlers = failing(Unavailable("client-does-not-answer"))

    for delay in DELAYS:
        assert outbox.drain(database, handlers, now=clock.now()).postponed == 1
        clock.advance(delay - SECOND)
        assert outbox.drain(database, handlers, now=clock.now()).handled == 0
        # The delay counts from the attempt, which took a moment.
        clock.advance(SECOND * 2)
    last = outbox.drain(database, handlers, now=clock.now())

    assert last.dead == 1
    assert sorted(DELAYS) == list(DELAYS)
    (row,) = rows(database)
    assert (row.attempts, row.last_error) == (MAX_ATTEMPTS, "client-does-not-answer")
    clock.advance(timedelta(days=365))
    assert outbox.drain(database, handlers, now=clock.now()).handled == 0
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == ["outbox_dead"]


def test_what_can_never_be_delivered_is_parked_at_once(database: Database, clock: FixedClock) -> None:
    enqueued(database, clock)

    report = outbox.drain(database, failing(Undeliverable("client-is-gone")), now=clock.now())

    assert report == DrainReport(dead=1)
    (row,) = rows(database)
    assert (row.attempts, row.last_error) == (1, "client-is-gone")


def test_one_failure_holds_nobody_up(database: Database, clock: FixedClock) -> None:
    enqueued(database, clock, count=3)
    kept: list[Delivery] = []

    def handle(delivery: Delivery) -> None:
        if delivery.message == a_notice(1):
            raise ConnectionError("only this one")
        kept.append(delivery)

    report = outbox.drain(database, {LOGOUT: handle}, now=clock.now())

    assert report == DrainReport(delivered=2, postponed=1)
    assert {delivery.message for delivery in kept} == {a_notice(0), a_notice(2)}


def test_an_error_is_kept_by_its_kind_and_never_by_its_words(
    database: Database, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    enqueued(database, clock)

    outbox.drain(database, failing(ValueError("logout_token=abc.def.ghi")), now=clock.now())

    (row,) = rows(database)
    assert row.last_error == "ValueError"


def test_a_dead_workers_message_comes_back_after_its_lease(database: Database, clock: FixedClock) -> None:
    enqueued(database, clock)
    kept: list[Delivery] = []

    with pytest.raises(SystemExit):
        outbox.drain(database, failing(SystemExit()), now=clock.now())
    still_leased = outbox.drain(database, keeping(kept), now=clock.now() + LEASE - SECOND)
    after_the_lease = outbox.drain(database, keeping(kept), now=clock.now() + LEASE + SECOND)

    assert (still_leased.handled, after_the_lease.delivered) == (0, 1)
    assert [delivery.attempt for delivery in kept] == [2]


def test_a_message_that_kills_every_worker_is_parked(database: Database, clock: FixedClock) -> None:
    enqueued(database, clock)

    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(SystemExit):
            outbox.drain(database, failing(SystemExit()), now=clock.now())
        clock.advance(LEASE + SECOND)
    report = outbox.drain(database, failing(SystemExit()), now=clock.now())

    assert report == DrainReport(dead=1)


def test_who_lost_the_lease_writes_nothing_about_the_failure(database: Database, clock: FixedClock) -> None:
    enqueued(database, clock)

    def fail_slowly(_delivery: Delivery) -> None:
        # Meanwhile the lease ends and another worker fails at the same message.
        late = clock.now() + LEASE + SECOND
        assert outbox.drain(database, failing(Unavailable("second")), now=late).postponed == 1
        raise Unavailable("first")

    outbox.drain(database, {LOGOUT: fail_slowly}, now=clock.now())

    (row,) = rows(database)
    assert (row.attempts, row.last_error) == (2, "second")


def test_a_late_success_ends_the_message(database: Database, clock: FixedClock) -> None:
    enqueued(database, clock)

    def succeed_slowly(_delivery: Delivery) -> None:
        late = clock.now() + LEASE + SECOND
        assert outbox.drain(database, failing(Unavailable("second")), now=late).postponed == 1

    outbox.drain(database, {LOGOUT: succeed_slowly}, now=clock.now())

    assert rows(database) == []


def test_a_message_of_a_later_release_waits_for_it(database: Database, clock: FixedClock) -> None:
    enqueued(database, clock)
    with database.transaction() as session:
        session.execute(update(OutboxRow).values(body={"version": 99}))
    kept: list[Delivery] = []

    report = outbox.drain(database, keeping(kept), now=clock.now())

    assert report == DrainReport(postponed=1)
    assert kept == []
    assert rows(database)[0].last_error == topics.UnreadableMessage.__name__


def test_many_workers_share_the_messages(database: Database, database_url: str, clock: FixedClock) -> None:
    sent = enqueued(database, clock, count=60)
    kept: list[Delivery] = []
    start = threading.Barrier(4)
    handled = []

    def work() -> None:
        mine = Database(database_url)
        start.wait()
        handled.append(outbox.drain(mine, keeping(kept), now=clock.now(), batch=60).delivered)
        mine.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert Counter(delivery.id for delivery in kept) == Counter(sent)
    assert sum(handled) == 60
