"""Who is written to about a membership, and who is not (O3, O14)."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.organisations import employees, enrolment
from core.organisations.errors import NotYours, WrongState
from core.organisations.rules import Membership
from core.organisations.states import MembershipStatus
from tests.support.offices import NO_DETAILS, a_member, a_person, an_office


def written(session: Session) -> list[tuple[str, str]]:
    """Return the kind and the receiver of every mail on its way, in the order of writing."""
    session.flush()
    rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
    return [(r.body["template"], r.body["recipient_person_id"]) for r in rows if "template" in r.body]  # type: ignore[misc]


def an_office_with_a_request(session: Session, clock: FixedClock) -> tuple[Membership, Membership]:
    office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
    bram = a_person(session, "bram.claes", now=clock.now())
    waiting = enrolment.request_membership(
        session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now()
    )
    return office, waiting


def test_a_request_is_mailed_to_the_managers(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office, _ = an_office_with_a_request(session, clock)

        assert written(session) == [("membership-requested", office.person_id)]


def test_whoever_founds_an_organisation_is_not_written_to(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())

        assert written(session) == []


@pytest.mark.parametrize(
    ("act", "template"),
    [(employees.refuse, "membership-refused"), (employees.block, "membership-blocked")],
)
def test_the_answer_is_mailed_to_whoever_asked(
    database: Database, clock: FixedClock, act: Callable[..., Membership], template: str
) -> None:
    with database.transaction() as session:
        office, waiting = an_office_with_a_request(session, clock)

        act(session, waiting.id, by=office.person_id, now=clock.now())

        assert written(session)[1:] == [(template, waiting.person_id)]


def test_each_change_of_a_membership_by_a_manager_is_mailed_to_its_person(
    database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        office, waiting = an_office_with_a_request(session, clock)
        boss, now = office.person_id, clock.now()
        employees.confirm(session, waiting.id, by=boss, details=NO_DETAILS, now=now)
        employees.block(session, waiting.id, by=boss, now=now)
        employees.activate(session, waiting.id, by=boss, now=now)
        employees.promote(session, waiting.id, by=boss, now=now)
        employees.demote(session, waiting.id, by=boss, now=now)
        employees.remove(session, waiting.id, by=boss, now=now)

        assert [template for template, person in written(session) if person == waiting.person_id] == [
            "membership-confirmed",
            "membership-blocked",
            "membership-activated",
            "manager-made",
            "manager-demoted",
            "membership-removed",
        ]


def test_what_somebody_does_about_themselves_is_not_mailed_to_them(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office, waiting = an_office_with_a_request(session, clock)
        employees.confirm(session, waiting.id, by=office.person_id, details=NO_DETAILS, now=clock.now())
        before = len(written(session))

        employees.leave(session, waiting.id, by=waiting.person_id, now=clock.now())

        assert len(written(session)) == before


def test_a_manager_who_was_never_activated_is_not_written_to(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=clock.now(), activated=False)
        office = an_office(session, anna, now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())

        enrolment.request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())

        assert written(session) == []


def test_who_manages_no_longer_hears_of_no_request(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        second = a_member(session, office, a_person(session, "celine.dubois", now=clock.now()), now=clock.now())
        employees.promote(session, second.id, by=office.person_id, now=clock.now())
        employees.demote(session, second.id, by=office.person_id, now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())

        enrolment.request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())

        assert [to for template, to in written(session) if template == "membership-requested"][-1:] == [
            office.person_id
        ]
        assert ("membership-requested", second.person_id) not in written(session)


def test_a_withdrawn_request_is_over_and_the_managers_hear_of_it(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office, waiting = an_office_with_a_request(session, clock)

        with pytest.raises(NotYours):
            employees.withdraw(session, waiting.id, by=office.person_id, now=clock.now())
        after = employees.withdraw(session, waiting.id, by=waiting.person_id, now=clock.now())
        with pytest.raises(WrongState):
            employees.withdraw(session, waiting.id, by=waiting.person_id, now=clock.now())

        assert after.status is MembershipStatus.LEFT
        assert written(session)[1:] == [("membership-withdrawn", office.person_id)]


def test_a_member_neither_withdraws_nor_declines_by_mistake(database: Database, clock: FixedClock) -> None:
    """Both are one press and no question: a membership that is active ends in another way."""
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        member = a_member(session, office, a_person(session, "bram.claes", now=clock.now()), now=clock.now())

        for act in (employees.withdraw, employees.decline):
            with pytest.raises(WrongState):
                act(session, member.id, by=member.person_id, now=clock.now())


def test_an_invitation_and_an_addition_are_mailed_to_the_person(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        celine = a_person(session, "celine.dubois", now=clock.now())
        arguments = {"by": office.person_id, "details": NO_DETAILS, "now": clock.now()}

        invited = enrolment.invite(session, office.organisation_id, bram, **arguments)  # type: ignore[arg-type]
        enrolment.add_member(session, office.organisation_id, celine, **arguments)  # type: ignore[arg-type]
        declined = employees.decline(session, invited.id, by=bram, now=clock.now())

        assert declined.status is MembershipStatus.LEFT
        assert written(session) == [("membership-invited", bram), ("membership-added", celine)]
