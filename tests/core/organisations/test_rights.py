"""The table "Rights" of organisations.md, row by row."""

import pytest

from core.organisations.rights import Right, Standing, may, standing_of
from core.organisations.states import MembershipStatus

M, E, W, I, B, S = Standing  # noqa: E741

# Page or action, and everybody who may.
TABLE = {
    Right.SEE_NAME: {M, E, W, I},
    Right.SEE_DATA: {M, E},
    Right.EDIT_DATA: {M},
    Right.SEE_EMPLOYEES: {M, E},
    Right.MANAGE_EMPLOYEES: {M},
    Right.EDIT_OWN_DETAILS: {M, E, W},
    Right.LEAVE: {M, E, W, I, B},
    Right.SEE_TOOLS: {M, E},
    Right.REGISTER_TOOL: {M, E},
    Right.ASK_FOR_ACCESS: {E},
    Right.MANAGE_ACCESS: {M},
    Right.SEE_HISTORY: {M},
    Right.SEE_OWN_HISTORY: {M, E, W, I, B},
    Right.SEE_WALLET: {M, E},
    Right.RECHARGE_WALLET: {M, E},
    Right.MANAGE_WALLET: {M},
}


def test_each_right_is_of_those_whom_the_table_names() -> None:
    assert {right: {standing for standing in Standing if may(standing, right)} for right in Right} == TABLE


def test_what_a_manager_took_away_is_gone_for_an_employee_and_not_for_a_manager() -> None:
    taken = {Right.SEE_WALLET}

    assert not may(Standing.EMPLOYEE, Right.SEE_WALLET, taken=taken)
    assert may(Standing.EMPLOYEE, Right.RECHARGE_WALLET, taken=taken)
    assert may(Standing.MANAGER, Right.SEE_WALLET, taken=taken)


@pytest.mark.parametrize(
    ("status", "is_manager", "expected"),
    [
        (MembershipStatus.ACTIVE, True, Standing.MANAGER),
        (MembershipStatus.ACTIVE, False, Standing.EMPLOYEE),
        (MembershipStatus.REQUESTED, False, Standing.WAITING),
        (MembershipStatus.INVITED, False, Standing.INVITED),
        (MembershipStatus.BLOCKED, False, Standing.BLOCKED),
        (MembershipStatus.REFUSED, False, Standing.STRANGER),
        (MembershipStatus.LEFT, False, Standing.STRANGER),
        (None, False, Standing.STRANGER),
    ],
)
def test_a_membership_says_how_its_holder_stands(
    status: MembershipStatus | None, *, is_manager: bool, expected: Standing
) -> None:
    assert standing_of(status, is_manager=is_manager) is expected
