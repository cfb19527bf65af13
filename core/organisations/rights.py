"""Who may see or do what in an organisation: the one table of O12. Pure.

Pages, API and tests ask it. What changes something is decided once more by `rules.py`, inside the
transaction: a right that was shown a minute ago may be gone.
"""

from collections.abc import Collection
from enum import StrEnum

from core.organisations.states import MembershipStatus


class Standing(StrEnum):
    """What a person is in an organisation now."""

    MANAGER = "manager"
    EMPLOYEE = "employee"
    WAITING = "waiting"
    INVITED = "invited"
    BLOCKED = "blocked"
    STRANGER = "stranger"


class Right(StrEnum):
    """A page or an action; what concerns only oneself is named so."""

    SEE_NAME = "see-name"
    SEE_DATA = "see-data"
    EDIT_DATA = "edit-data"
    SEE_EMPLOYEES = "see-employees"
    MANAGE_EMPLOYEES = "manage-employees"
    EDIT_OWN_DETAILS = "edit-own-details"
    LEAVE = "leave"
    SEE_TOOLS = "see-tools"
    REGISTER_TOOL = "register-tool"
    ASK_FOR_ACCESS = "ask-for-access"
    MANAGE_ACCESS = "manage-access"
    SEE_HISTORY = "see-history"
    SEE_OWN_HISTORY = "see-own-history"
    SEE_WALLET = "see-wallet"
    RECHARGE_WALLET = "recharge-wallet"
    MANAGE_WALLET = "manage-wallet"


_ALL = frozenset(Standing)
_MANAGER = frozenset({Standing.MANAGER})
_MEMBERS = frozenset({Standing.MANAGER, Standing.EMPLOYEE})
_CONCERNED = _ALL - {Standing.STRANGER}

_WHO: dict[Right, frozenset[Standing]] = {
    Right.SEE_NAME: _MEMBERS | {Standing.WAITING, Standing.INVITED},
    Right.SEE_DATA: _MEMBERS,
    Right.EDIT_DATA: _MANAGER,
    Right.SEE_EMPLOYEES: _MEMBERS,
    Right.MANAGE_EMPLOYEES: _MANAGER,
    # While they wait: their own request.
    Right.EDIT_OWN_DETAILS: _MEMBERS | {Standing.WAITING},
    # To leave, to withdraw a request, to decline an invitation; also out of a place where one is blocked.
    Right.LEAVE: _CONCERNED,
    Right.SEE_TOOLS: _MEMBERS,
    Right.REGISTER_TOOL: _MEMBERS,
    Right.ASK_FOR_ACCESS: frozenset({Standing.EMPLOYEE}),
    Right.MANAGE_ACCESS: _MANAGER,
    Right.SEE_HISTORY: _MANAGER,
    Right.SEE_OWN_HISTORY: _CONCERNED,
    Right.SEE_WALLET: _MEMBERS,
    Right.RECHARGE_WALLET: _MEMBERS,
    # Transfers, limits, who may do what with it.
    Right.MANAGE_WALLET: _MANAGER,
}
_STANDINGS = {
    MembershipStatus.REQUESTED: Standing.WAITING,
    MembershipStatus.INVITED: Standing.INVITED,
    MembershipStatus.BLOCKED: Standing.BLOCKED,
}


def may(standing: Standing, right: Right, *, taken: Collection[Right] = ()) -> bool:
    """Tell whether somebody who stands so may see or do this.

    `taken` is what a manager took away from one employee; nothing is taken from a manager.
    """
    return standing in _WHO[right] and (standing is Standing.MANAGER or right not in taken)


def standing_of(status: MembershipStatus | None, *, is_manager: bool) -> Standing:
    """Return how the holder of a membership stands; None: there is none."""
    if status is MembershipStatus.ACTIVE:
        return Standing.MANAGER if is_manager else Standing.EMPLOYEE
    return Standing.STRANGER if status is None else _STANDINGS.get(status, Standing.STRANGER)
