"""Use cases on memberships, on the real database; the ways themselves are in test_rules.py."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import ImmoError, NotFound
from core.infra.outbox import OutboxRow
from core.organisations import employees, records
from core.organisations.enrolment import invite, request_membership
from core.organisations.errors import LastManager, NotManager
from core.organisations.identifiers import MembershipId
from core.organisations.rules import MemberDetails, Membership
from core.organisations.states import MembershipStatus, MembershipType
from core.organisations.tables import MembershipRow, OrganisationRow
from tests.support.offices import NO_DETAILS, a_member, a_person, an_office


def two_managers(database: Database, clock: FixedClock) -> tuple[Membership, Membership]:
    with database.transaction() as session:
        anna = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_member(session, anna, a_person(session, "bram.claes", now=clock.now()), now=clock.now())
        second = employees.promote(session, bram.id, by=anna.person_id, now=clock.now())
    return anna, second


def test_confirmed_member_has_the_data_the_manager_entered(database: Database, clock: FixedClock) -> None:
    details = MemberDetails(MembershipType.EMPLOYEE, "Bediende", "bram@office.example", "+32 3 555 00 00")
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        waiting = request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())

        employees.confirm(session, waiting.id, by=office.person_id, details=details, now=clock.now())

    with database.reading() as session:
        member = records.live_of(session, bram, office.organisation_id)
        assert member is not None
        assert member.status is MembershipStatus.ACTIVE
        assert member.details == details


def test_every_change_is_recorded_and_announced(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        member = a_member(session, office, a_person(session, "bram.claes", now=clock.now()), now=clock.now())

        employees.block(session, member.id, by=office.person_id, now=clock.now())

    with database.reading() as session:
        deed = session.scalars(select(AuditRow).where(AuditRow.action == "membership-blocked")).one()
        assert (deed.actor_id, deed.subject_id) == (office.person_id, member.person_id)
        announced = [
            row.body for row in session.scalars(select(OutboxRow)) if row.body.get("reason") == "membership-blocked"
        ]
        assert [body["person_id"] for body in announced] == [member.person_id]
        assert announced[0]["organisation_id"] == office.organisation_id
        assert announced[0]["registration_id"] is None


def test_refused_act_changes_and_announces_nothing(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        member = a_member(session, office, a_person(session, "bram.claes", now=clock.now()), now=clock.now())
        before = len(session.scalars(select(OutboxRow)).all())

    with pytest.raises(NotManager), database.transaction() as session:
        employees.block(session, office.id, by=member.person_id, now=clock.now())

    with database.reading() as session:
        assert session.get_one(MembershipRow, office.id).status == MembershipStatus.ACTIVE
        assert len(session.scalars(select(OutboxRow)).all()) == before


def test_manager_of_another_office_has_no_say(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        member = a_member(session, office, a_person(session, "bram.claes", now=clock.now()), now=clock.now())
        other = an_office(session, a_person(session, "celine.dubois", now=clock.now()), number=2, now=clock.now())

        with pytest.raises(NotManager):
            employees.block(session, member.id, by=other.person_id, now=clock.now())


def test_unknown_membership_is_not_found(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=clock.now())
        with pytest.raises(NotFound):
            employees.block(session, MembershipId("mem_unknown"), by=anna, now=clock.now())


def test_blocked_member_can_be_let_in_again(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        member = a_member(session, office, a_person(session, "bram.claes", now=clock.now()), now=clock.now())
        employees.block(session, member.id, by=office.person_id, now=clock.now())

        again = employees.activate(session, member.id, by=office.person_id, now=clock.now())

    assert again.status is MembershipStatus.ACTIVE


def test_invitation_is_accepted_by_the_person_invited(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        invited = invite(
            session, office.organisation_id, bram, by=office.person_id, details=NO_DETAILS, now=clock.now()
        )

        member = employees.accept(session, invited.id, by=bram, now=clock.now())

    assert member.status is MembershipStatus.ACTIVE


def test_request_expires_without_an_actor(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        waiting = request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())

        assert employees.expire(session, waiting.id, now=clock.now()).status is MembershipStatus.LEFT

    with database.reading() as session:
        assert session.scalars(select(AuditRow).where(AuditRow.action == "membership-expired")).one().actor_id is None


def test_last_manager_stays(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())

        with pytest.raises(LastManager):
            employees.leave(session, office.id, by=office.person_id, now=clock.now())
        with pytest.raises(LastManager):
            employees.demote(session, office.id, by=office.person_id, now=clock.now())


def test_one_of_two_managers_may_leave(database: Database, clock: FixedClock) -> None:
    anna, bram = two_managers(database, clock)

    with database.transaction() as session:
        employees.leave(session, anna.id, by=anna.person_id, now=clock.now())

    with database.reading() as session:
        assert session.get_one(OrganisationRow, bram.organisation_id).manager_count == 1


def test_database_keeps_the_last_manager_whatever_the_code_does(database: Database, clock: FixedClock) -> None:
    anna, _ = two_managers(database, clock)

    with pytest.raises(LastManager), database.transaction() as session:
        session.get_one(OrganisationRow, anna.organisation_id).manager_count = 0


@pytest.mark.parametrize("act", [employees.demote, employees.leave], ids=["demote", "leave"])
def test_two_managers_going_at_once_leave_one(
    database: Database, clock: FixedClock, act: Callable[..., Membership]
) -> None:
    """Both look, both see two managers, both go: one of them must not get through (O7)."""
    managers = two_managers(database, clock)
    start = threading.Barrier(2)
    refused: list[ImmoError] = []

    def go(manager: Membership) -> None:
        start.wait()
        try:
            with database.transaction() as session:
                act(session, manager.id, by=manager.person_id, now=clock.now())
        except ImmoError as error:
            refused.append(error)

    threads = [threading.Thread(target=go, args=(manager,)) for manager in managers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [type(error) for error in refused] == [LastManager]
    with database.reading() as session:
        left = session.scalars(select(MembershipRow).where(MembershipRow.is_manager)).all()
        assert len(left) == 1
        assert session.get_one(OrganisationRow, managers[0].organisation_id).manager_count == 1


def test_two_managers_demoting_each_other_leave_one(database: Database, clock: FixedClock) -> None:
    anna, bram = two_managers(database, clock)
    start = threading.Barrier(2)
    refused: list[ImmoError] = []

    def go(actor: Membership, target: Membership) -> None:
        start.wait()
        try:
            with database.transaction() as session:
                employees.demote(session, target.id, by=actor.person_id, now=clock.now())
        except ImmoError as error:
            refused.append(error)

    threads = [threading.Thread(target=go, args=pair) for pair in ((anna, bram), (bram, anna))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # Whoever comes second is no manager any more.
    assert [type(error) for error in refused] == [NotManager]
