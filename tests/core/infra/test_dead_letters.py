"""Parked messages: an operator sees them, sends them again, and they do not stay for ever."""

from datetime import timedelta

import pytest

from core.infra import dead_letters, outbox
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.infra.outbox import Delivery, Undeliverable
from core.infra.topics import LogoutNotice

NOTICE = LogoutNotice(client_id="tool", person_id="usr_1", sid="ses_1")


def parked(database: Database, clock: FixedClock) -> str:
    with database.transaction() as session:
        message_id = outbox.enqueue(session, NOTICE, now=clock.now())

    def refuse(_delivery: Delivery) -> None:
        raise Undeliverable("client-is-gone")

    assert outbox.drain(database, {LogoutNotice.topic: refuse}, now=clock.now()).dead == 1
    return message_id


def test_parked_messages_are_listed_latest_first(database: Database, clock: FixedClock) -> None:
    earlier = parked(database, clock)
    clock.advance(timedelta(hours=1))
    later = parked(database, clock)

    with database.reading() as session:
        found = dead_letters.dead_letters(session)

    assert [letter.id for letter in found] == [later, earlier]
    assert found[0].last_error == "client-is-gone"
    assert found[0].attempts == 1
    assert clock.now() <= found[0].dead_at < clock.now() + timedelta(minutes=1)


def test_messages_on_their_way_are_not_listed(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        outbox.enqueue(session, NOTICE, now=clock.now())

    with database.reading() as session:
        assert dead_letters.dead_letters(session) == ()


def test_a_revived_message_is_delivered_as_if_it_were_new(database: Database, clock: FixedClock) -> None:
    message_id = parked(database, clock)
    kept: list[Delivery] = []

    with database.transaction() as session:
        dead_letters.revive(session, message_id, now=clock.now())
    outbox.drain(database, {LogoutNotice.topic: kept.append}, now=clock.now())

    assert kept == [Delivery(message_id, NOTICE, attempt=1)]


def test_only_what_is_parked_can_be_revived(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        waiting = outbox.enqueue(session, NOTICE, now=clock.now(), delay=timedelta(days=1))

    for message_id in (waiting, "evt_unknown"):
        with pytest.raises(NotFound), database.transaction() as session:
            dead_letters.revive(session, message_id, now=clock.now())


def test_parked_messages_are_dropped_after_a_month(database: Database, clock: FixedClock) -> None:
    parked(database, clock)
    clock.advance(dead_letters.KEPT)
    recent = parked(database, clock)
    clock.advance(timedelta(minutes=1))

    with database.transaction() as session:
        dead_letters.purge(session, now=clock.now())

    with database.reading() as session:
        assert [letter.id for letter in dead_letters.dead_letters(session)] == [recent]
