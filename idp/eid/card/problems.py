"""What can go wrong beside the card, by the codes that the page knows (eid.md 8).

The values are those of `idp.eid.problems`, which this program, installed at its user's, does not have.
"""

from enum import StrEnum


class Problem(StrEnum):
    """What the page is told; its words are the page's."""

    PERMISSION_DENIED = "permission-denied"
    NOT_PAIRED = "not-paired"
    MIDDLEWARE_MISSING = "middleware-missing"
    NO_SERVICE = "no-service"
    NO_READER = "no-reader"
    NO_CARD = "no-card"
    UNSUPPORTED_CARD = "unsupported-card"
    CERTIFICATE_MISSING = "certificate-missing"
    PIN_WRONG = "pin-wrong"
    PIN_LAST_TRY = "pin-last-try"
    PIN_FORMAT = "pin-format"
    PIN_BLOCKED = "pin-blocked"
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"
    CARD_REMOVED = "card-removed"
    CARD_BUSY = "card-busy"
    FAILED = "failed"


class CardProblem(Exception):
    """An operation did not succeed; `tries` are the entries of a PIN that are left, where the card tells."""

    def __init__(self, problem: Problem, *, tries: int | None = None) -> None:
        self.problem = problem
        self.tries = tries
        super().__init__(problem.value)
