"""Requests that nobody answers: reminders by the person and by the product, and their end."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound, RateLimited
from core.infra.outbox import OutboxRow
from core.infra.topics import MailRequested
from core.organisations import employees, reminders
from core.organisations.enrolment import invite, request_membership
from core.organisations.errors import NotYours, WrongState
from core.organisations.identifiers import MembershipId
from core.organisations.rules import Membership
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId
from tests.support.at_once import at_once
from tests.support.offices import NO_DETAILS, a_member, a_person, an_office

DAY = timedelta(days=1)


def a_request(session: Session, clock: FixedClock) -> tuple[Membership, Membership]:
    """Return the manager's membership and a request of `bram.claes`."""
    office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
    bram = a_person(session, "bram.claes", now=clock.now())
    return office, request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())


def mails(database: Database, template: str) -> list[str]:
    """Return to whom mails of a kind are on their way."""
    with database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == MailRequested.topic)).all()
        return sorted(str(row.body["recipient_person_id"]) for row in rows if row.body["template"] == template)


def remind(database: Database, waiting: Membership, clock: FixedClock, by: PersonId | None = None) -> None:
    with database.transaction() as session:
        reminders.remind(session, waiting.id, by=by or waiting.person_id, now=clock.now())


def test_each_manager_is_reminded_and_nobody_else(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office, waiting = a_request(session, clock)
        second = a_member(session, office, a_person(session, "celine.dubois", now=clock.now()), now=clock.now())
        employees.promote(session, second.id, by=office.person_id, now=clock.now())
        a_member(session, office, a_person(session, "dirk.maes", now=clock.now()), now=clock.now())
    clock.advance(DAY)

    remind(database, waiting, clock)

    assert mails(database, "membership-reminder") == sorted([office.person_id, second.person_id])
    with database.reading() as session:
        deed = session.scalars(select(AuditRow).where(AuditRow.action == "membership-reminded")).one()
        assert (deed.actor_id, deed.subject_id) == (waiting.person_id, waiting.person_id)


def test_a_reminder_says_who_waits_and_since_when_in_the_managers_language(
    database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        _, waiting = a_request(session, clock)
    clock.advance(DAY)

    remind(database, waiting, clock)

    with database.reading() as session:
        (mail,) = [
            row.body for row in session.scalars(select(OutboxRow)) if row.body.get("template") == "membership-reminder"
        ]
    assert mail["language"] == "nl"
    values = mail["values"]
    assert isinstance(values, dict)
    assert {name: value for name, value in values.items() if name != "organisation_id"} == {
        "organisation": "Immo Test BV",
        "person": "Bram.Claes Peeters",
        "since": "2 november 2026",
    }


@pytest.mark.parametrize("hours", [0, 23.9])
def test_nobody_reminds_within_a_day_of_asking(database: Database, clock: FixedClock, hours: float) -> None:
    with database.transaction() as session:
        _, waiting = a_request(session, clock)
    clock.advance(timedelta(hours=hours))

    with pytest.raises(RateLimited) as refused:
        remind(database, waiting, clock)

    assert refused.value.retry_after_seconds == pytest.approx((24 - hours) * 3600, abs=1)
    assert mails(database, "membership-reminder") == []


def test_nobody_reminds_twice_a_day(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        _, waiting = a_request(session, clock)
    clock.advance(2 * DAY)
    remind(database, waiting, clock)

    with pytest.raises(RateLimited):
        remind(database, waiting, clock)

    clock.advance(DAY)
    remind(database, waiting, clock)
    assert len(mails(database, "membership-reminder")) == 2


def test_only_the_person_reminds_and_only_while_it_waits(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office, waiting = a_request(session, clock)
    clock.advance(2 * DAY)

    with pytest.raises(NotYours):
        remind(database, waiting, clock, by=office.person_id)
    with database.transaction() as session:
        employees.refuse(session, waiting.id, by=office.person_id, now=clock.now())
    with pytest.raises(WrongState):
        remind(database, waiting, clock)
    with pytest.raises(NotFound), database.transaction() as session:
        reminders.remind(session, MembershipId("mem_unknown"), by=waiting.person_id, now=clock.now())

    assert mails(database, "membership-reminder") == []


def test_two_presses_at_once_remind_once(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        _, waiting = a_request(session, clock)
    clock.advance(2 * DAY)
    refused = at_once(*[lambda: remind(database, waiting, clock)] * 2)

    assert [type(error) for error in refused] == [RateLimited]
    assert len(mails(database, "membership-reminder")) == 1


def test_the_product_reminds_at_three_days_and_at_seven_and_then_no_more(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        a_request(session, clock)

    sent = []
    for _ in range(29):
        clock.advance(DAY)
        with database.transaction() as session:
            sent.append(reminders.send_due_reminders(session, now=clock.now()))

    assert [day for day, count in enumerate(sent, start=1) if count] == [3, 7]
    assert len(mails(database, "membership-reminder")) == 2


def test_two_workers_remind_once(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        a_request(session, clock)
    clock.advance(3 * DAY)

    def work() -> None:
        with database.transaction() as session:
            reminders.send_due_reminders(session, now=clock.now())

    assert at_once(work, work) == []
    assert len(mails(database, "membership-reminder")) == 1


def test_what_nobody_answers_ends_after_thirty_days_and_the_person_is_told(
    database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        office, waiting = a_request(session, clock)
        celine = a_person(session, "celine.dubois", now=clock.now())
        invited = invite(
            session, office.organisation_id, celine, by=office.person_id, details=NO_DETAILS, now=clock.now()
        )
        a_member(session, office, a_person(session, "dirk.maes", now=clock.now()), now=clock.now())

    clock.advance(30 * DAY - timedelta(seconds=1))
    with database.transaction() as session:
        assert reminders.end_unanswered(session, now=clock.now()) == 0
    clock.advance(timedelta(seconds=1))
    with database.transaction() as session:
        assert reminders.end_unanswered(session, now=clock.now()) == 2
    with database.transaction() as session:
        assert reminders.end_unanswered(session, now=clock.now()) == 0

    with database.reading() as session:
        for ended in (waiting, invited):
            assert session.get_one(MembershipRow, ended.id).status == MembershipStatus.LEFT
    # Whoever lets an invitation run out knows of it.
    assert mails(database, "membership-expired") == [waiting.person_id]


def test_two_workers_end_a_request_once(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        a_request(session, clock)
    clock.advance(31 * DAY)

    def work() -> None:
        with database.transaction() as session:
            reminders.end_unanswered(session, now=clock.now())

    assert at_once(work, work) == []
    assert len(mails(database, "membership-expired")) == 1
