"""What can be posted, and the states of holds and transactions."""

from enum import StrEnum


class EntryKind(StrEnum):
    """What a journal entry records; `organisations.md` and `wallet.md` name them alike."""

    TOP_UP_ONLINE = "top-up-online"
    TOP_UP_BANK = "top-up-bank"
    CHARGE = "charge"
    HOLD = "hold"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    TRANSFER = "transfer"
    PAY_OUT = "pay-out"
    CHARGEBACK = "chargeback"
    SETTLEMENT = "settlement"
    UNMATCHED = "unmatched"
    CORRECTION = "correction"


class TransactionKind(StrEnum):
    """What a line of a wallet's page is, as its filter offers it (W3)."""

    TOOL = "tool"
    DEPOSIT_ONLINE = "deposit-online"
    DEPOSIT_BANK = "deposit-bank"
    TRANSFER = "transfer"
    REFUND = "refund"
    PAY_OUT = "pay-out"
    CHARGEBACK = "chargeback"
    CORRECTION = "correction"


class TransactionStatus(StrEnum):
    """Whether it succeeded, failed, or is still open: a hold, a payment on its way (W2)."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class HoldStatus(StrEnum):
    """Where a hold stands; it is resolved once, by any of the three ways."""

    HELD = "held"
    CAPTURED = "captured"
    VOIDED = "voided"
    EXPIRED = "expired"
