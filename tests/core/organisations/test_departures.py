"""What becomes of an organisation when the account of a member goes (O7)."""

import pytest

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.organisations import departures, employees, rules
from core.organisations.enrolment import request_membership
from core.organisations.errors import WrongState
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rules import MemberDetails, Membership
from core.organisations.states import MembershipStatus, MembershipType, Succession
from core.people.identifiers import PersonId
from tests.support.offices import a_member, a_person, an_office

ORGANISATION = OrganisationId("org_1")
DETAILS = MemberDetails(MembershipType.EMPLOYEE, "sells houses", "anna@office.example", "+32 3 555 01 10")


def a_membership(status: MembershipStatus = MembershipStatus.ACTIVE, *, manages: bool = False) -> Membership:
    return Membership(
        MembershipId("mem_1"), ORGANISATION, PersonId("usr_1"), status, is_manager=manages, details=DETAILS
    )


@pytest.mark.parametrize(
    ("manages", "managers", "colleagues", "expected"),
    [
        (False, 1, 3, Succession.GOES_ON),
        (False, 0, 0, Succession.GOES_ON),
        (True, 2, 1, Succession.GOES_ON),
        (True, 2, 0, Succession.GOES_ON),
        (True, 1, 1, Succession.NEEDS_MANAGER),
        (True, 1, 0, Succession.ENDS),
    ],
)
def test_last_manager_decides_about_the_organisation(
    expected: Succession, managers: int, colleagues: int, *, manages: bool
) -> None:
    membership = a_membership(manages=manages)

    assert rules.succession(membership, managers=managers, colleagues=colleagues) is expected


@pytest.mark.parametrize("status", [status for status in MembershipStatus if status.is_live])
def test_every_membership_that_binds_ends_with_the_account(status: MembershipStatus) -> None:
    """What kind of member it was stays; what the person wrote about themselves does not."""
    after = rules.depart(a_membership(status))

    assert after.status is MembershipStatus.LEFT
    assert not after.is_manager
    assert after.details == MemberDetails(MembershipType.EMPLOYEE)


@pytest.mark.parametrize("status", [status for status in MembershipStatus if not status.is_live])
def test_what_is_over_ends_no_second_time(status: MembershipStatus) -> None:
    with pytest.raises(WrongState):
        rules.depart(a_membership(status))


def test_only_active_colleagues_count(database: Database, clock: FixedClock) -> None:
    """Whoever waits, was blocked or has left keeps nobody, and is nobody's colleague."""
    now = clock.now()
    with database.transaction() as session:
        anna, bram, carla = (a_person(session, f"{name}.member", now=now) for name in ("anna", "bram", "carla"))
        office = an_office(session, anna, now=now)
        blocked = a_member(session, office, bram, now=now)
        employees.block(session, blocked.id, by=anna, now=now)
        request_membership(session, office.organisation_id, by=carla, details=MemberDetails(), now=now)

        (alone,) = departures.departures(session, anna)
        employees.activate(session, blocked.id, by=anna, now=now)
        (with_colleague,) = departures.departures(session, anna)

    assert alone.succession is Succession.ENDS
    assert with_colleague.succession is Succession.NEEDS_MANAGER
