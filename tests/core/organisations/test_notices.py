"""A manager hears of things at once, once a day, or not: as chosen, and of what matters always (O14)."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.tables import AccreditationRow
from core.closing.accreditation_letters import tell_of_suspended
from core.closing.person import ErasureCause, begin_erasure, complete_erasure
from core.infra import mail
from core.infra.clock import BRUSSELS, FixedClock
from core.infra.db import Database
from core.infra.mail_templates.letters import LETTERS
from core.infra.outbox import OutboxRow
from core.infra.settings import Settings
from core.organisations import employees, letters, notices
from core.organisations.enrolment import add_member, request_membership
from core.organisations.errors import NotManager
from core.organisations.presentation_tables import WaitingNoticeRow
from core.organisations.rules import Membership
from core.organisations.states import Notices
from core.people.assurance import Acr
from core.tools.registration import register
from core.tools.tables import RegistrationRow
from tests.support.at_once import at_once
from tests.support.offices import NO_DETAILS, a_member, a_person, a_staffed_office, a_tool, an_office

NAMES = re.compile(r"%\((\w+)\)s")
MORNING = datetime(2026, 3, 10, 9, tzinfo=BRUSSELS)


def mails(session: Session, person_id: str, template: str) -> list[dict[str, str]]:
    session.flush()
    rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
    return [
        row.body["values"]  # type: ignore[misc]
        for row in rows
        if row.body.get("template") == template and row.body["recipient_person_id"] == person_id
    ]


def two_managers(session: Session, now: datetime, *, second: Notices) -> tuple[Membership, Membership]:
    office = an_office(session, a_person(session, "anna.peeters", now=now), now=now)
    celine = a_person(session, "celine.dubois", now=now)
    other = add_member(session, office.organisation_id, celine, by=office.person_id, details=NO_DETAILS, now=now)
    employees.promote(session, other.id, by=office.person_id, now=now)
    notices.choose(session, office.organisation_id, second, by=other.person_id, now=now)
    return office, other


@pytest.mark.parametrize(("chosen", "at_once_", "waits"), [(Notices.DAILY, 0, 1), (Notices.NONE, 0, 0)])
def test_each_manager_hears_as_they_chose(database: Database, chosen: Notices, at_once_: int, waits: int) -> None:
    with database.transaction() as session:
        office, other = two_managers(session, MORNING, second=chosen)
        bram = a_person(session, "bram.claes", now=MORNING)
        request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=MORNING)

        assert len(mails(session, office.person_id, "membership-requested")) == 1
        assert len(mails(session, other.person_id, "membership-requested")) == at_once_
        waiting = session.scalars(select(WaitingNoticeRow.person_id)).all()
        assert waiting == [other.person_id] * waits


def test_of_what_matters_every_manager_hears_at_once(database: Database) -> None:
    with database.transaction() as session:
        office, other = two_managers(session, MORNING, second=Notices.NONE)

        letters.tell_managers(
            session, office.organisation_id, "colleague-erased", lambda _language: {"name": "Bram"}, now=MORNING
        )

        assert len(mails(session, other.person_id, "colleague-erased")) == 1


def test_the_daily_mail_comes_once_the_next_morning_with_everything(database: Database, settings: Settings) -> None:
    with database.transaction() as session:
        office, other = two_managers(session, MORNING, second=Notices.DAILY)
        for name in ("bram.claes", "dirk.maes"):
            person = a_person(session, name, now=MORNING)
            request_membership(session, office.organisation_id, by=person, details=NO_DETAILS, now=MORNING)

        sent = [
            notices.send_daily(session, now=moment)
            for moment in (
                MORNING + timedelta(hours=8),
                MORNING + timedelta(hours=21, minutes=59),
                MORNING + timedelta(hours=22),
                MORNING + timedelta(hours=23),
            )
        ]

        assert sent == [0, 0, 1, 0]
        (values,) = mails(session, other.person_id, notices.DIGEST)
        assert len(values["lines"].splitlines()) == 2
        written = mail.render(notices.DIGEST, language="nl", values=values, settings=settings)
        assert "Bram.Claes Peeters" in written.text
        assert "<li>" in written.html


def test_whoever_no_longer_manages_hears_nothing_more(database: Database) -> None:
    with database.transaction() as session:
        office, other = two_managers(session, MORNING, second=Notices.DAILY)
        bram = a_person(session, "bram.claes", now=MORNING)
        request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=MORNING)
        employees.demote(session, other.id, by=office.person_id, now=MORNING)

        notices.send_daily(session, now=MORNING + timedelta(days=1))

        assert mails(session, other.person_id, notices.DIGEST) == []
        assert session.scalars(select(WaitingNoticeRow)).all() == []


def test_the_mails_about_one_suspension_are_one_line(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        now = clock.now()
        office = a_staffed_office(session, now=now)
        boss = office.manager.person_id
        for tool in (office.tool_id, a_tool(session, "rent", now=now)):
            register(session, office.organisation_id, tool, "estate-agent", by=boss, acr=Acr.HIGH, now=now)
        notices.choose(session, office.organisation_id, Notices.DAILY, by=boss, now=now)
        accreditation = session.get_one(AccreditationRow, office.accreditation_id)
        registrations = session.scalars(select(RegistrationRow).order_by(RegistrationRow.id)).all()

        tell_of_suspended(session, accreditation, registrations, now=now)
        notices.send_daily(session, now=now + timedelta(days=2))

        (values,) = mails(session, boss, notices.DIGEST)
        (line,) = values["lines"].splitlines()
        assert "finder, rent" in line


def test_of_two_workers_one_sends(database: Database) -> None:
    with database.transaction() as session:
        office, other = two_managers(session, MORNING, second=Notices.DAILY)
        bram = a_person(session, "bram.claes", now=MORNING)
        request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=MORNING)

    def send() -> None:
        with database.transaction() as session:
            notices.send_daily(session, now=MORNING + timedelta(days=1))

    assert at_once(send, send) == []
    with database.transaction() as session:
        assert len(mails(session, other.person_id, notices.DIGEST)) == 1
        assert session.scalars(select(WaitingNoticeRow)).all() == []


def test_only_a_manager_chooses(database: Database) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=MORNING), now=MORNING)
        bram = a_member(session, office, a_person(session, "bram.claes", now=MORNING), now=MORNING)

        for read_or_write in (
            lambda: notices.choice_of(session, office.organisation_id, bram.person_id),
            lambda: notices.choose(session, office.organisation_id, Notices.NONE, by=bram.person_id, now=MORNING),
        ):
            with pytest.raises(NotManager):
                read_or_write()


def test_nothing_waits_for_or_about_somebody_whose_account_is_gone(database: Database) -> None:
    with database.transaction() as session:
        office, _other = two_managers(session, MORNING, second=Notices.DAILY)
        bram = a_person(session, "bram.claes", now=MORNING)
        request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=MORNING)

        ending = begin_erasure(session, bram, may_leave_ownerless=False)
        complete_erasure(session, ending, by=bram, cause=ErasureCause.REQUEST, reference=None, now=MORNING)

        assert session.scalars(select(WaitingNoticeRow)).all() == []


def test_a_mail_of_this_kind_leads_to_the_choice_and_others_do_not(settings: Settings) -> None:
    values = {"organisation": "Immo", "organisation_id": "org_1", "person": "Bram", "name": "Bram"}

    asked = mail.render("membership-requested", language="fr", values=values, settings=settings)
    gone = mail.render("colleague-erased", language="fr", values=values, settings=settings)

    choice = f"{settings.portal_url}/organisations/org_1/notices"
    assert choice in asked.text
    assert choice in asked.html
    assert "/notices" not in gone.text


@pytest.mark.parametrize("template", [name for name, letter in LETTERS.items() if letter.may_wait])
def test_every_letter_that_may_wait_reads_as_a_line(template: str) -> None:
    """With the values of the letter alone: addresses and the like belong to the mail."""
    letter = LETTERS[template]
    sentence = letter.line or letter.paragraphs[0]
    told = {name for text in (letter.subject, *letter.paragraphs) for name in NAMES.findall(text)}

    needed = set(NAMES.findall(sentence))

    assert needed - {"tools"} <= told | {"organisation", "organisation_id"}
    assert "tool" in told or "tools" not in needed
    assert not needed & {"portal_url", "issuer_url"}
