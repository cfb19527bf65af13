"""The membership machine of organisations.md, way by way and as a whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.infra.errors import RuleError
from core.organisations import rules
from core.organisations.errors import BlockedHere, DemoteFirst, LastManager, NotManager, NotYours, WrongState
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rules import MemberDetails, Membership
from core.organisations.states import MembershipStatus, MembershipType
from core.people.identifiers import PersonId

TODAY = date(2026, 11, 2)
OFFICE = OrganisationId("org_1")
ANNA = PersonId("usr_anna")
BRAM = PersonId("usr_bram")
STATUSES = tuple(MembershipStatus)
DETAILS = MemberDetails(type=MembershipType.EMPLOYEE, function="Clerk")


def a_membership(status: MembershipStatus, *, is_manager: bool = False, person: PersonId = BRAM) -> Membership:
    return Membership(MembershipId(f"mem_{person}"), OFFICE, person, status, is_manager=is_manager)


MANAGER = a_membership(MembershipStatus.ACTIVE, is_manager=True, person=ANNA)

Act = Callable[[Membership, Membership], Membership]
BY_MANAGER: dict[str, Act] = {
    "confirm": lambda member, by: rules.confirm(member, by=by, details=DETAILS, today=TODAY),
    "refuse": lambda member, by: rules.refuse(member, by=by),
    "block": lambda member, by: rules.block(member, by=by),
    "activate": lambda member, by: rules.activate(member, by=by, today=TODAY),
    "remove": lambda member, by: rules.remove(member, by=by),
    "promote": lambda member, by: rules.promote(member, by=by, is_disputed=False),
    "demote": lambda member, by: rules.demote(member, by=by, managers=2, is_disputed=False),
    "invite": lambda member, by: rules.invite(member.id, member.person_id, by=by, details=DETAILS),
    "add": lambda member, by: rules.add(member.id, member.person_id, by=by, details=DETAILS, today=TODAY),
}
BY_ONESELF: dict[str, Act] = {
    "accept": lambda member, by: rules.accept(member, by=by.person_id, today=TODAY),
    "leave": lambda member, by: rules.leave(member, by=by.person_id, managers=2),
}
ALL = BY_MANAGER | BY_ONESELF | {"expire": lambda member, _by: rules.expire(member)}
CREATING = {"invite", "add"}

M = MembershipStatus
WAYS = {
    "confirm": {M.REQUESTED: M.ACTIVE},
    "refuse": {M.REQUESTED: M.REFUSED},
    "block": {M.REQUESTED: M.BLOCKED, M.ACTIVE: M.BLOCKED},
    "activate": {M.BLOCKED: M.ACTIVE},
    "remove": {M.INVITED: M.LEFT, M.ACTIVE: M.LEFT, M.BLOCKED: M.LEFT},
    "promote": {M.ACTIVE: M.ACTIVE},
    "demote": {M.ACTIVE: M.ACTIVE},
    "accept": {M.INVITED: M.ACTIVE},
    "leave": {M.INVITED: M.LEFT, M.REQUESTED: M.LEFT, M.ACTIVE: M.LEFT, M.BLOCKED: M.LEFT},
    "expire": {M.INVITED: M.LEFT, M.REQUESTED: M.LEFT},
}


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("status", STATUSES)
def test_machine_has_these_ways_and_no_others(name: str, status: MembershipStatus) -> None:
    member = a_membership(status)
    by = member if name in BY_ONESELF else MANAGER

    if status in WAYS[name]:
        assert ALL[name](member, by).status is WAYS[name][status]
    else:
        with pytest.raises(WrongState):
            ALL[name](member, by)


@pytest.mark.parametrize("name", BY_MANAGER)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    "by",
    [
        a_membership(MembershipStatus.ACTIVE, person=ANNA),
        *(a_membership(status, is_manager=True, person=ANNA) for status in STATUSES if status is not M.ACTIVE),
    ],
    ids=lambda by: f"{by.status.value}{'-manager' if by.is_manager else ''}",
)
def test_only_an_active_manager_acts_on_others(name: str, status: MembershipStatus, by: Membership) -> None:
    with pytest.raises(NotManager):
        BY_MANAGER[name](a_membership(status), by)


@pytest.mark.parametrize("name", sorted(set(BY_MANAGER) - CREATING))
def test_manager_of_another_organisation_has_no_say(name: str) -> None:
    foreign = replace(MANAGER, organisation_id=OrganisationId("org_2"))

    with pytest.raises(NotManager):
        BY_MANAGER[name](a_membership(MembershipStatus.REQUESTED), foreign)


@pytest.mark.parametrize("name", BY_ONESELF)
@pytest.mark.parametrize("status", STATUSES)
def test_nobody_accepts_or_leaves_for_another(name: str, status: MembershipStatus) -> None:
    with pytest.raises(NotYours):
        BY_ONESELF[name](a_membership(status), MANAGER)


@pytest.mark.parametrize("name", ["block", "remove"])
def test_manager_is_demoted_before_being_blocked_or_removed(name: str) -> None:
    with pytest.raises(DemoteFirst):
        BY_MANAGER[name](a_membership(MembershipStatus.ACTIVE, is_manager=True), MANAGER)


def test_last_manager_neither_leaves_nor_is_demoted() -> None:
    with pytest.raises(LastManager):
        rules.leave(MANAGER, by=ANNA, managers=1)
    with pytest.raises(LastManager):
        rules.demote(MANAGER, by=MANAGER, managers=1, is_disputed=False)


def test_who_leaves_is_no_manager_any_more() -> None:
    assert rules.leave(MANAGER, by=ANNA, managers=2).is_manager is False


def test_founder_is_an_active_manager_since_today() -> None:
    founder = rules.found(MembershipId("mem_1"), OFFICE, ANNA, details=DETAILS, today=TODAY)

    assert founder.is_manager_of(OFFICE)
    assert founder.since == TODAY


def test_since_is_the_first_active_day_and_stays() -> None:
    first = rules.confirm(a_membership(M.REQUESTED), by=MANAGER, details=DETAILS, today=TODAY)
    blocked = rules.block(first, by=MANAGER)

    again = rules.activate(blocked, by=MANAGER, today=date(2027, 1, 1))

    assert again.since == TODAY


def test_confirming_keeps_what_the_manager_entered() -> None:
    confirmed = rules.confirm(a_membership(M.REQUESTED), by=MANAGER, details=DETAILS, today=TODAY)

    assert confirmed.details == DETAILS


@given(
    st.sampled_from((M.REQUESTED, M.INVITED)),
    st.lists(st.tuples(st.sampled_from(sorted(ALL)), st.booleans()), max_size=12),
)
def test_nobody_becomes_active_without_a_manager(start: MembershipStatus, acts: list[tuple[str, bool]]) -> None:
    """Whatever is tried in whatever order: an invitation was a manager's act, all else needs one."""
    member = a_membership(start)
    blessed = start is M.INVITED
    for name, with_manager in acts:
        try:
            after = ALL[name](member, MANAGER if with_manager else member)
        except RuleError:
            continue
        blessed = blessed or with_manager
        member = after
        assert member.status is not M.ACTIVE or blessed
        assert not member.is_manager or member.status is M.ACTIVE


def test_whoever_accepts_an_invitation_is_active_and_no_manager() -> None:
    """O8: the manager said yes when the mail was sent, so a request of the same person is answered by it."""
    waiting = a_membership(M.REQUESTED)

    new = rules.take_up(MembershipId("mem_new"), OFFICE, BRAM, present=None, details=DETAILS, today=TODAY)
    answered = rules.take_up(MembershipId("mem_new"), OFFICE, BRAM, present=waiting, details=DETAILS, today=TODAY)

    assert (new.id, new.status, new.since, new.details, new.is_manager) == ("mem_new", M.ACTIVE, TODAY, DETAILS, False)
    assert (answered.id, answered.status, answered.details) == (waiting.id, M.ACTIVE, DETAILS)


@pytest.mark.parametrize(
    ("status", "refused"),
    [(M.BLOCKED, BlockedHere), (M.ACTIVE, WrongState), (M.LEFT, WrongState), (M.REFUSED, WrongState)],
)
def test_an_invitation_undoes_no_block_and_changes_no_member(status: M, refused: type[RuleError]) -> None:
    present = a_membership(status)

    with pytest.raises(refused):
        rules.take_up(MembershipId("mem_new"), OFFICE, BRAM, present=present, details=DETAILS, today=TODAY)


@pytest.mark.parametrize("status", [status for status in STATUSES if status.is_live])
def test_leaving_is_remembered_of_whoever_is_blocked_only(status: M) -> None:
    assert rules.leave(a_membership(status), by=BRAM, managers=2).left_while_blocked is (status is M.BLOCKED)


def test_whoever_left_while_blocked_neither_asks_nor_uses_an_older_invitation() -> None:
    new = MembershipId("mem_new")

    with pytest.raises(BlockedHere):
        rules.request(new, OFFICE, BRAM, details=DETAILS, left_blocked=True)
    with pytest.raises(BlockedHere):
        rules.take_up(new, OFFICE, BRAM, present=None, details=DETAILS, today=TODAY, left_blocked=True)


@pytest.mark.parametrize("status", [M.REQUESTED, M.ACTIVE, M.BLOCKED, M.INVITED])
def test_a_manager_describes_everybody_and_others_themselves_without_the_type(status: M) -> None:
    member = replace(a_membership(status), details=MemberDetails(MembershipType.TRAINEE, "old"))
    said = MemberDetails(MembershipType.MANAGER, "new", "a@x.example", "+3235550110")

    assert rules.describe(member, said, by=MANAGER).details == said
    if status in (M.REQUESTED, M.ACTIVE):
        assert rules.describe(member, said, by=member).details == replace(said, type=MembershipType.TRAINEE)
    else:
        with pytest.raises(WrongState):
            rules.describe(member, said, by=member)
    for other in (None, a_membership(M.ACTIVE, person=PersonId("usr_carl"))):
        with pytest.raises(NotManager):
            rules.describe(member, said, by=other)
