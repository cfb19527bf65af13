"""Messages in an outbox, and handlers that keep or refuse them."""

from datetime import timedelta

from sqlalchemy import select

from core.infra import outbox
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import Delivery, Handler, OutboxRow
from core.infra.topics import LogoutNotice

LOGOUT = LogoutNotice.topic


def a_notice(number: int = 1) -> LogoutNotice:
    return LogoutNotice(client_id=f"client-{number}", person_id="usr_1", sid="ses_1")


def enqueued(database: Database, clock: FixedClock, *, count: int = 1, delay: timedelta | None = None) -> list[str]:
    with database.transaction() as session:
        return [outbox.enqueue(session, a_notice(number), now=clock.now(), delay=delay) for number in range(count)]


def rows(database: Database) -> list[OutboxRow]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def keeping(kept: list[Delivery]) -> dict[str, Handler]:
    return {LOGOUT: kept.append}


def failing(error: BaseException) -> dict[str, Handler]:
    def fail(_delivery: Delivery) -> None:
        raise error

    return {LOGOUT: fail}
