"""Two managers, or two presses, at once: one wins, the other is told, nothing is half done or mailed twice."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.closing import employees as entering
from core.closing import membership
from core.closing.employees import Entry
from core.infra import mail
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import ImmoError
from core.infra.outbox import OutboxRow
from core.infra.secret import Secret
from core.infra.topics import MailRequested
from core.organisations import employee_data, employees, enrolment, invitations
from core.organisations.errors import (
    AlreadyMember,
    ChangedMeanwhile,
    InvitationOver,
    LastManager,
    NotManager,
    WrongState,
)
from core.organisations.invitations import Wished
from core.organisations.rules import MemberDetails, Membership
from core.organisations.states import MembershipStatus
from core.organisations.tables import InvitationRow, MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.tools.identifiers import RegistrationId
from tests.support.at_once import at_once
from tests.support.offices import NO_DETAILS, Office, a_person, a_staffed_office

SECRET = Secret("a-secret-of-the-tests-and-nobody-else")
ENTRY = Entry(MemberDetails(function="Broker"), is_manager=False, roles={})


@pytest.fixture
def office(database: Database, clock: FixedClock) -> Office:
    """An office with two managers, Anna and Bram."""
    with database.transaction() as session:
        made = a_staffed_office(session, now=clock.now())
        employees.promote(session, made.colleague.id, by=made.manager.person_id, now=clock.now())
    return made


@pytest.fixture
def waiting(database: Database, clock: FixedClock, office: Office) -> Membership:
    """Somebody who asks to join it."""
    with database.transaction() as session:
        chris = a_person(session, "chris.claes", now=clock.now())
        return enrolment.request_membership(
            session, office.organisation_id, by=chris, details=NO_DETAILS, now=clock.now()
        )


def doing(database: Database, use_case: Callable[..., object], *about: object, **how: object) -> Callable[[], None]:
    def go() -> None:
        with database.transaction() as session:
            use_case(session, *about, **how)

    return go


def mails(database: Database, template: str, person: PersonId) -> int:
    with database.reading() as session:
        bodies = session.scalars(select(OutboxRow.body)).all()
    return sum(body.get("template") == template and body["recipient_person_id"] == person for body in bodies)


def status(database: Database, membership_id: str) -> str:
    with database.reading() as session:
        return session.get_one(MembershipRow, membership_id).status


def kinds(refused: list[ImmoError]) -> list[type[ImmoError]]:
    return [type(error) for error in refused]


def test_two_managers_who_demote_each_other_leave_one(database: Database, clock: FixedClock, office: Office) -> None:
    anna, bram = office.manager, office.colleague

    refused = at_once(
        doing(database, employees.demote, bram.id, by=anna.person_id, now=clock.now()),
        doing(database, employees.demote, anna.id, by=bram.person_id, now=clock.now()),
    )

    assert kinds(refused) in ([NotManager], [LastManager])
    with database.reading() as session:
        organisation = session.get_one(OrganisationRow, office.organisation_id)
        managers = session.scalars(select(MembershipRow).where(MembershipRow.is_manager)).all()
    assert (organisation.manager_count, len(managers)) == (1, 1)


def test_a_request_confirmed_by_two_at_once_is_confirmed_and_mailed_once(
    database: Database, clock: FixedClock, office: Office, waiting: Membership
) -> None:
    refused = at_once(
        *(
            doing(database, entering.confirm, waiting.id, ENTRY, version=1, by=by.person_id, now=clock.now())
            for by in (office.manager, office.colleague)
        )
    )

    assert kinds(refused) == [WrongState]
    assert status(database, waiting.id) == MembershipStatus.ACTIVE
    assert mails(database, "membership-confirmed", waiting.person_id) == 1


def test_of_confirming_and_blocking_at_once_the_second_meets_what_the_first_left(
    database: Database, clock: FixedClock, office: Office, waiting: Membership
) -> None:
    refused = at_once(
        doing(database, entering.confirm, waiting.id, ENTRY, version=1, by=office.manager.person_id, now=clock.now()),
        doing(database, membership.block, waiting.id, by=office.colleague.person_id, now=clock.now()),
    )

    # Confirmed first, the block stands; blocked first, there is nothing left to confirm.
    assert kinds(refused) in ([], [WrongState])
    assert status(database, waiting.id) == MembershipStatus.BLOCKED
    assert mails(database, "membership-blocked", waiting.person_id) == 1


def test_two_who_save_from_the_same_version_do_not_overwrite_each_other(
    database: Database, clock: FixedClock, office: Office
) -> None:
    said = [MemberDetails(function=name) for name in ("Broker", "Director")]

    refused = at_once(
        *(
            doing(
                database,
                employee_data.change,
                office.colleague.id,
                details,
                version=1,
                by=by.person_id,
                now=clock.now(),
            )
            for details, by in zip(said, (office.manager, office.colleague), strict=True)
        )
    )

    assert kinds(refused) == [ChangedMeanwhile]
    with database.reading() as session:
        assert session.get_one(MembershipRow, office.colleague.id).version == 2


def test_somebody_added_twice_at_once_is_a_member_once(database: Database, clock: FixedClock, office: Office) -> None:
    with database.transaction() as session:
        elsa = a_person(session, "elsa.engels", now=clock.now())

    refused = at_once(
        *(
            doing(database, entering.add, office.organisation_id, elsa, ENTRY, by=by.person_id, now=clock.now())
            for by in (office.manager, office.colleague)
        )
    )

    assert kinds(refused) == [AlreadyMember]
    assert mails(database, "membership-added", elsa) == 1


def test_an_invitation_opened_by_two_at_once_makes_one_member(
    database: Database, clock: FixedClock, office: Office
) -> None:
    wished = Wished("new.one@people.example", "nl", MemberDetails(function="Broker"), {})
    by = office.manager.person_id
    with database.transaction() as session:
        people = [a_person(session, name, now=clock.now()) for name in ("elsa.engels", "frank.foreign")]
        invitations.invite(session, office.organisation_id, wished, by=by, secret=SECRET, now=clock.now())
    link = a_link(database)

    refused = at_once(*(doing(database, entering.take_up, link, by=one, now=clock.now()) for one in people))

    assert kinds(refused) == [InvitationOver]
    with database.reading() as session:
        members = session.scalars(select(MembershipRow).where(MembershipRow.person_id.in_(people))).all()
        assert len(members) == 1
        assert session.scalars(select(InvitationRow)).one().membership_id == members[0].id


def test_an_invitation_accepted_while_it_is_withdrawn_is_one_of_both(
    database: Database, clock: FixedClock, office: Office
) -> None:
    wished = Wished("new.one@people.example", "nl", MemberDetails(function="Broker"), {})
    by = office.manager.person_id
    with database.transaction() as session:
        elsa = a_person(session, "elsa.engels", now=clock.now())
        sent = invitations.invite(session, office.organisation_id, wished, by=by, secret=SECRET, now=clock.now())

    refused = at_once(
        doing(database, entering.take_up, a_link(database), by=elsa, now=clock.now()),
        doing(database, invitations.withdraw, office.organisation_id, sent, by=by, now=clock.now()),
    )

    assert kinds(refused) == [InvitationOver]
    with database.reading() as session:
        is_member = bool(session.scalars(select(MembershipRow).where(MembershipRow.person_id == elsa)).all())
        assert is_member is (session.scalars(select(InvitationRow)).one().state == "accepted")


def test_a_role_that_cannot_be_given_leaves_the_request_as_it_was(
    database: Database, clock: FixedClock, office: Office, waiting: Membership
) -> None:
    entry = Entry(MemberDetails(function="Broker"), is_manager=True, roles={RegistrationId("reg_unknown"): "user"})

    with pytest.raises(ImmoError), database.transaction() as session:
        entering.confirm(session, waiting.id, entry, version=1, by=office.manager.person_id, now=clock.now())

    assert status(database, waiting.id) == MembershipStatus.REQUESTED
    assert mails(database, "membership-confirmed", waiting.person_id) == 0
    with database.reading() as session:
        assert session.get_one(OrganisationRow, office.organisation_id).manager_count == 2


def a_link(database: Database) -> str:
    """Return the secret of the last invitation, as its receiver reads it."""
    with database.reading() as session:
        bodies = session.scalars(select(OutboxRow.body).order_by(OutboxRow.created_at, OutboxRow.id)).all()
    message = MailRequested.from_json(
        [body for body in bodies if body.get("template") == "organisation-invitation"][-1]
    )
    return mail._unsealed(message, SECRET)["secret"]
