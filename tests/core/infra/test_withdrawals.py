"""Mails to or about somebody who is gone: found by address, by receiver, and by what they say."""

import pytest
from sqlalchemy import select, update

from core.infra import outbox
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.infra.topics import LogoutNotice, MailRequested
from core.infra.withdrawals import drop_dead_mails, withdraw_mails


def a_mail(address: str = "bert@people.example", person_id: str | None = "usr_2", **values: str) -> MailRequested:
    return MailRequested("letter", person_id, address, "en", values)


def withdrawn(database: Database, clock: FixedClock, mail: MailRequested, *, texts: frozenset[str]) -> bool:
    with database.transaction() as session:
        outbox.enqueue(session, mail, now=clock.now())
        session.flush()
        found = withdraw_mails(session, person_id="usr_1", addresses={"Anna@people.example"}, texts=texts)
        assert found == 1 - len(session.scalars(select(OutboxRow)).all())
    return found == 1


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        (a_mail(person_id="usr_1"), True),
        (a_mail("anna@PEOPLE.example"), True),
        (a_mail(text="Write to ANNA@people.example."), True),
        (a_mail(name="Anna Peeters"), True),
        (a_mail(name="Signed: anna peeters, manager"), True),
        (a_mail(), False),
        (a_mail(name="Annabel Peetersen"), False),
    ],
)
def test_mail_that_names_the_person_is_withdrawn(
    database: Database, clock: FixedClock, mail: MailRequested, *, expected: bool
) -> None:
    assert withdrawn(database, clock, mail, texts=frozenset({"Anna Peeters"})) is expected


@pytest.mark.parametrize(("name", "expected"), [("Bo", True), ("Bob", False), ("Bo Claes", False)])
def test_short_name_is_no_part_of_longer_ones(
    database: Database, clock: FixedClock, name: str, *, expected: bool
) -> None:
    assert withdrawn(database, clock, a_mail(name=name), texts=frozenset({"Bo"})) is expected


def test_notices_to_tools_are_left_alone(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        outbox.enqueue(session, LogoutNotice("tool", "usr_1", "ses_1"), now=clock.now())
        session.flush()

        assert withdraw_mails(session, person_id="usr_1", addresses=(), texts=()) == 0


def test_parked_mails_of_a_kind_are_dropped_and_waiting_ones_are_not(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        gone, waiting, other = (
            outbox.enqueue(session, MailRequested(template, None, "a@b.example", "en", {}), now=clock.now())
            for template in ("gone", "gone", "letter")
        )
        session.flush()
        parked = update(OutboxRow).where(OutboxRow.id.in_([gone, other])).values(dead_at=clock.now())
        session.execute(parked)

        assert drop_dead_mails(session, {"gone"}) == 1

        assert set(session.scalars(select(OutboxRow.id))) == {waiting, other}
