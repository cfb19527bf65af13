"""Who may ask for, decide and withdraw a dangerous act. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from core.people.identifiers import PersonId
from core.staff.errors import ApprovalOver, AskerNotStaff, LastOperator, NotStaff, SamePerson
from core.staff.states import ApprovalState, StaffRole

# Long enough for a weekend, short enough that whoever decides still finds the reason.
LIFE = timedelta(days=3)


class Decision(StrEnum):
    """What somebody does with a request that is open."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it lies there; `asked_by` is None when that account is gone."""

    state: ApprovalState
    role: StaffRole
    asked_by: PersonId | None
    expires_at: datetime


def is_open(request: Request, now: datetime) -> bool:
    """Tell whether there is still something to decide."""
    return request.state is ApprovalState.OPEN and now < request.expires_at


def decide(
    request: Request,
    decision: Decision,
    *,
    by: PersonId,
    roles: Collection[StaffRole],
    asker_roles: Collection[StaffRole],
    now: datetime,
) -> ApprovalState:
    """Return what becomes of a request; raise for whoever may not decide so.

    `roles` are those that `by` holds now, `asker_roles` those of whoever asked. Who asked never
    approves or refuses, whatever roles came and went meanwhile: they withdraw, also without the role.
    Nobody approves what was asked for by somebody who has lost the role since; anybody else may refuse it.
    """
    if not is_open(request, now):
        raise ApprovalOver(state=request.state.value)
    is_asker = by == request.asked_by
    match decision:
        case Decision.WITHDRAW:
            if not is_asker:
                raise NotStaff(decision=decision.value)
            return ApprovalState.WITHDRAWN
        case Decision.REFUSE:
            _require_second_person(request, roles, is_asker=is_asker)
            return ApprovalState.REFUSED
        case Decision.APPROVE:
            _require_second_person(request, roles, is_asker=is_asker)
            if request.asked_by is None or request.role not in asker_roles:
                raise AskerNotStaff(role=request.role.value)
            return ApprovalState.APPROVED
        case unreachable:
            assert_never(unreachable)


def require_another(role: StaffRole, holders: Collection[PersonId], leaving: PersonId) -> None:
    """Raise `LastOperator` where nobody would be left who can give roles."""
    if role is StaffRole.OPERATOR and set(holders) <= {leaving}:
        raise LastOperator


def _require_second_person(request: Request, roles: Collection[StaffRole], *, is_asker: bool) -> None:
    if is_asker:
        raise SamePerson
    if request.role not in roles:
        raise NotStaff(role=request.role.value)
