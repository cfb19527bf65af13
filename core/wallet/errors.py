"""Refusals of the wallet."""

from core.infra.errors import Conflict, NotFound, RuleError


class InvalidAmount(RuleError):
    """An amount is a whole number of cents above zero and within bounds."""

    code = "invalid-amount"


class InsufficientFunds(RuleError):
    """The wallet holds less than is needed; both figures are in `details`, for its owner alone."""

    code = "insufficient-funds"

    def __init__(self, *, balance_cents: int, needed_cents: int) -> None:
        self.balance_cents = balance_cents
        self.needed_cents = needed_cents
        super().__init__(balance_cents=balance_cents, needed_cents=needed_cents)


class WalletFrozen(RuleError):
    """A payment was taken back after it was spent: nothing goes out until the balance is made up."""

    code = "wallet-frozen"


class LimitReached(RuleError):
    """A manager's limit does not let this much be spent; both figures are for the wallet's owner alone."""

    code = "limit-reached"

    def __init__(self, *, limit_cents: int, left_cents: int) -> None:
        self.limit_cents = limit_cents
        self.left_cents = left_cents
        super().__init__(limit_cents=limit_cents, left_cents=left_cents)


class IdempotencyKeyReused(RuleError):
    """The key was used for something else before."""

    code = "idempotency-key-reused"


class ReferenceUsed(Conflict):
    """The tool used this reference for another charge or hold."""

    code = "reference-used"


class HoldOver(RuleError):
    """The hold was captured, voided or has expired; `status` says which."""

    code = "hold-over"


class CaptureTooLarge(RuleError):
    """More than was held cannot be captured."""

    code = "capture-too-large"


class RefundTooLarge(RuleError):
    """More than was charged, less what was refunded before, cannot be refunded."""

    code = "refund-too-large"


class UnknownWallet(NotFound):
    """There is no such wallet, or it is not yours."""

    code = "not-found"
