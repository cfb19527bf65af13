"""Which kinds of mail went to whom: what waits, was given up or was sent, and nothing of what was in them."""

from datetime import timedelta

from sqlalchemy import select, update

from core.infra import outbox, sent_mails
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.infra.sent_mails import KEPT, MailState, SentMailRow, mails_of
from core.infra.topics import MailRequested
from tests.support.offices import a_person


def states(database: Database, person: str) -> list[tuple[str, MailState]]:
    with database.reading() as session:
        return [(mail.template, mail.state) for mail in mails_of(session, person)]


def test_a_mail_waits_is_delayed_is_given_up_or_was_sent(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        anna, bert = (a_person(session, name, now=clock.now()) for name in ("anna.peeters", "bert.claes"))
        mail = MailRequested("welcome", anna, "anna@people.example", "nl", {"code": "x"})
        message = outbox.enqueue(session, mail, now=clock.now())
    assert (states(database, anna), states(database, bert)) == ([("welcome", MailState.WAITING)], [])
    with database.transaction() as session:
        session.execute(update(OutboxRow).values(attempts=1))
    assert states(database, anna) == [("welcome", MailState.DELAYED)]
    with database.transaction() as session:
        session.execute(update(OutboxRow).values(dead_at=clock.now()))
    assert states(database, anna) == [("welcome", MailState.GIVEN_UP)]

    for _again in range(2):
        with database.transaction() as session:
            sent_mails.record(session, message, person_id=anna, template="welcome", now=clock.now())
    with database.transaction() as session:
        session.execute(update(OutboxRow).values(recipient_id=None))
    assert states(database, anna) == [("welcome", MailState.SENT)]


def test_a_mail_to_nobody_or_to_an_account_that_went_is_no_failure(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        sent_mails.record(session, "evt_1", person_id=None, template="help", now=clock.now())
        sent_mails.record(session, "evt_2", person_id="usr_gone", template="account-erased", now=clock.now())

    with database.reading() as session:
        assert session.scalars(select(SentMailRow)).all() == []


def test_what_was_sent_is_forgotten_after_fourteen_days(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=clock.now())
        sent_mails.record(session, "evt_1", person_id=anna, template="welcome", now=clock.now())

    for passed, left in ((KEPT, 1), (KEPT + timedelta(seconds=1), 0)):
        with database.transaction() as session:
            sent_mails.purge(session, now=clock.now() + passed)
        assert len(states(database, anna)) == left
