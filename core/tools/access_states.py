"""What a manager sees of one member and one registration: the four states of T3. Pure.

The decision itself is that of `rules.py`; here it gets the words of the access table.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.people.assurance import Acr
from core.tools.context import Reason
from core.tools.rules import evaluate, evaluate_needs
from core.tools.situation import Situation
from core.tools.states import AccessStatus

_SEPARATOR = ":"


class AccessState(StrEnum):
    """How a member stands to a registration, as the access table says it.

    INVALID: they lack what the usage needs, whether or not they have a role.
    """

    NO_USER = "no-user"
    USER = "user"
    BLOCKED = "blocked"
    INVALID = "invalid"


class JudgedAccess(NamedTuple):
    """A state; `role` where one is given, also while it is of no use.

    `reason` is what the person lacks (INVALID). `closed` is why a context that has a role is shut
    all the same: the registration rests, the account is not complete.
    """

    state: AccessState
    role: str | None = None
    reason: Reason | None = None
    closed: Reason | None = None

    @property
    def may_get_role(self) -> bool:
        """Tell whether a manager may give a role: only to those who bring what is needed (T5)."""
        return self.reason is None


class Decided(NamedTuple):
    """What a manager has decided about a member: nothing, a role, or to block. Written as one word."""

    status: AccessStatus | None = None
    role: str | None = None

    @property
    def word(self) -> str:
        """Return the word that forms carry: `none`, `blocked`, or `role:` with the code of the role."""
        match self.status:
            case None:
                return "none"
            case AccessStatus.BLOCKED:
                return "blocked"
            case AccessStatus.GRANTED:
                return f"role{_SEPARATOR}{self.role}"

    @classmethod
    def of(cls, status: str | None, role: str | None) -> "Decided":
        """Return what the database says; a role that is kept for somebody who is blocked counts for nothing."""
        found = None if status is None else AccessStatus(status)
        return cls(found, role if found is AccessStatus.GRANTED else None)

    @classmethod
    def read(cls, word: str) -> "Decided | None":
        """Return what such a word says; None for any other."""
        kind, _, role = word.partition(_SEPARATOR)
        match kind, role:
            case "none", "":
                return cls()
            case "blocked", "":
                return cls(AccessStatus.BLOCKED)
            case "role", str() if role:
                return cls(AccessStatus.GRANTED, role)
            case _:
                return None


def judge(situation: Situation, *, now: datetime) -> JudgedAccess:
    """Return how a member stands to a registration now.

    Whether their sign-in is strong enough is left out: they can be stepped up, or helped to.
    """
    reason = evaluate_needs(situation, now=now).reason
    if situation.access is AccessStatus.BLOCKED:
        return JudgedAccess(AccessState.BLOCKED, reason=reason)
    if reason is not None:
        return JudgedAccess(AccessState.INVALID, situation.role, reason)
    if situation.role is None:
        return JudgedAccess(AccessState.NO_USER)
    closed = evaluate(situation, reachable=Acr.HIGH, now=now).reason
    return JudgedAccess(AccessState.USER, situation.role, closed=closed)
