from datetime import timedelta

import pytest

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.organisations import employees
from core.organisations.enrolment import add_member, invite, request_membership
from core.organisations.errors import BlockedHere
from core.organisations.joining import find_organisation, waiting_memberships
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from tests.support.offices import NO_DETAILS, a_company, a_member, a_person, an_office
from tests.support.statements import counted

NUMBER = a_company().company_number


def test_a_stranger_learns_name_and_number(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())

        found = find_organisation(session, NUMBER, bram)

        assert found is not None
        assert (found.id, found.name, found.company_number) == (office.organisation_id, "Immo Test BV", NUMBER)
        assert (found.membership, found.membership_id, found.takes_requests) == (None, None, True)
        assert find_organisation(session, a_company(2).company_number, bram) is None


@pytest.mark.parametrize("status", [status for status in MembershipStatus if status.is_live])
def test_whoever_is_something_there_is_told_what(
    database: Database, clock: FixedClock, status: MembershipStatus
) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        member = a_member(session, office, a_person(session, "bram.claes", now=clock.now()), now=clock.now())
        session.get_one(MembershipRow, member.id).status = status
        session.flush()

        found = find_organisation(session, NUMBER, member.person_id)

        assert found is not None and (found.membership, found.membership_id) == (status, member.id)


def test_whoever_left_or_was_refused_may_ask_again(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        for _ in range(2):
            waiting = request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())
            employees.refuse(session, waiting.id, by=office.person_id, now=clock.now())

        found = find_organisation(session, NUMBER, bram)

        assert found is not None and found.membership is None


def test_leaving_undoes_no_block_until_a_manager_lets_them_in(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        waiting = request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())
        employees.block(session, waiting.id, by=office.person_id, now=clock.now())
        employees.leave(session, waiting.id, by=bram, now=clock.now())

        found = find_organisation(session, NUMBER, bram)
        with pytest.raises(BlockedHere):
            request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())
        clock.advance(timedelta(minutes=1))
        added = add_member(
            session, office.organisation_id, bram, by=office.person_id, details=NO_DETAILS, now=clock.now()
        )
        employees.leave(session, added.id, by=bram, now=clock.now())
        again = find_organisation(session, NUMBER, bram)

    assert found is not None and (found.membership, found.membership_id) == (MembershipStatus.BLOCKED, None)
    assert again is not None and again.membership is None


@pytest.mark.parametrize(
    ("status", "takes_requests"),
    [(OrganisationStatus.ACTIVE, True), (OrganisationStatus.OWNERLESS, True), (OrganisationStatus.CLOSING, False)],
)
def test_an_organisation_that_stops_takes_no_requests(
    database: Database, clock: FixedClock, status: OrganisationStatus, *, takes_requests: bool
) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        session.get_one(OrganisationRow, office.organisation_id).status = status
        session.flush()

        found = find_organisation(session, NUMBER, office.person_id)

        assert found is not None and found.takes_requests is takes_requests


def test_what_waits_is_listed_with_the_managers_in_one_statement(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        bram = a_person(session, "bram.claes", now=clock.now())
        for number in range(5):
            office = an_office(
                session, a_person(session, f"manager.{number}", now=clock.now()), number=number, now=clock.now()
            )
            for name in ("a", "b"):
                colleague = a_person(session, f"{name}.colleague{number}", now=clock.now())
                member = a_member(session, office, colleague, now=clock.now())
                if name == "a":
                    employees.promote(session, member.id, by=office.person_id, now=clock.now())
            if number == 4:
                invite(session, office.organisation_id, bram, by=office.person_id, details=NO_DETAILS, now=clock.now())
            else:
                request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())

    with counted(database) as asked, database.connection() as connection:
        waiting = waiting_memberships(connection, bram)

    assert len(asked) == 1
    assert [one.is_invitation for one in waiting] == [False, False, False, False, True]
    assert [one.managers for one in waiting] == [
        (f"A.Colleague{number} Peeters", f"Manager.{number} Peeters") for number in range(5)
    ]
    assert {one.wait.asked_at for one in waiting} == {clock.now()}


def test_what_was_answered_or_closed_waits_no_longer(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        waiting = request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())
        assert [one.id for one in waiting_memberships(session, bram)] == [waiting.id]

        session.get_one(OrganisationRow, office.organisation_id).status = OrganisationStatus.CLOSED
        session.flush()
        assert waiting_memberships(session, bram) == ()

        session.get_one(OrganisationRow, office.organisation_id).status = OrganisationStatus.ACTIVE
        employees.confirm(session, waiting.id, by=office.person_id, details=NO_DETAILS, now=clock.now())
        assert waiting_memberships(session, bram) == ()
