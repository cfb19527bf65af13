"""The worker removes accounts that nobody activated, and keeps what anything rests on (A5)."""

from datetime import timedelta

from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.outbox import OutboxRow
from core.organisations.enrolment import add_member
from core.organisations.rules import MemberDetails
from core.people.activation import NEVER_ACTIVATED_AFTER
from core.people.email_addresses import adopt
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, find_for_sign_in
from core.people.tables import EmailAddressRow, PersonRow
from idp import jobs
from idp.account.never_activated import remove_never_activated
from idp.credentials.registration import NewAccount, Registration
from idp.credentials.tables import MailedCodeRow, PasswordRow
from idp.wiring import Services
from tests.support.tools import Office, an_office


def an_account(services: Services, username: str) -> PersonId:
    """Register somebody, who then never comes back."""
    registration = Registration(services.database, services.store, services.settings.secret, services.settings.mode)
    person = NewPerson(username, f"{username}@people.example", "Somebody", "Else", "nl")
    return registration.create(NewAccount(person, "trein-boom-42"), address="192.0.2.1", now=services.clock.now())


def remove(services: Services) -> int:
    """Do what the worker does."""
    return remove_never_activated(services, now=services.clock.now())


def test_what_nobody_activated_goes_with_all_that_belongs_to_it(services: Services, clock: FixedClock) -> None:
    gone = an_account(services, "clara.vdb")
    clock.advance(NEVER_ACTIVATED_AFTER + timedelta(seconds=1))

    assert remove(services) == 1

    with services.database.reading() as session:
        assert find_for_sign_in(session, "clara.vdb") is None
        for table in (PersonRow, EmailAddressRow, PasswordRow, MailedCodeRow):
            assert session.scalars(select(table)).all() == []
        removed = session.scalars(select(AuditRow).where(AuditRow.action == "person-deleted")).one()
        mails = session.scalars(select(OutboxRow)).all()
    assert (removed.subject_id, removed.actor_id, removed.details["cause"]) == (gone, None, "never-activated")
    assert all("account-deleted" not in str(mail.body) for mail in mails), "the address may be a stranger's"


def test_the_username_can_be_had_again(services: Services, clock: FixedClock) -> None:
    an_account(services, "clara.vdb")
    clock.advance(NEVER_ACTIVATED_AFTER + timedelta(seconds=1))
    remove(services)

    assert an_account(services, "clara.vdb")


def test_who_activated_or_has_time_left_stays(services: Services, clock: FixedClock) -> None:
    activated = an_account(services, "clara.vdb")
    with services.database.transaction() as session:
        adopt(session, activated, "clara.vdb@people.example", now=clock.now())
    clock.advance(NEVER_ACTIVATED_AFTER)
    an_account(services, "dirk.maes")
    clock.advance(timedelta(days=1))

    assert remove(services) == 0


def test_what_something_rests_on_stays(services: Services, clock: FixedClock) -> None:
    """A manager added them to an organisation before they ever activated."""
    office: Office = an_office(services)
    kept = an_account(services, "clara.vdb")
    with services.database.transaction() as session:
        add_member(session, office.noord, kept, by=office.anna, details=MemberDetails(), now=clock.now())
    clock.advance(NEVER_ACTIVATED_AFTER + timedelta(seconds=1))

    assert remove(services) == 0

    with services.database.reading() as session:
        assert session.get(PersonRow, kept) is not None


def test_the_worker_does_it_regularly(services: Services, clock: FixedClock) -> None:
    an_account(services, "clara.vdb")
    clock.advance(NEVER_ACTIVATED_AFTER + timedelta(seconds=1))
    [job] = [job for job in jobs.periodic(services) if job.name == "remove-never-activated"]

    job.function(clock.now())

    with services.database.reading() as session:
        assert find_for_sign_in(session, "clara.vdb") is None
