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


class TopUpStatus(StrEnum):
    """Where an online payment stands; FLAGGED: what was paid is not what was asked for."""

    INTENDED = "intended"
    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FLAGGED = "flagged"


class PaymentEvent(StrEnum):
    """What the provider does to a payment that the ledger follows, each by its own name once."""

    PAID = "paid"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund-failed"
    CHARGED_BACK = "charged-back"
    CHARGEBACK_REVERSED = "chargeback-reversed"


class BankFormat(StrEnum):
    """The two forms in which Belgian banks give statements."""

    CODA = "coda"
    CAMT_053 = "camt.053"


class BankEntryStatus(StrEnum):
    """What became of a bank's entry: credited by its message, waiting, booked by hand, given back, or none of ours."""

    CREDITED = "credited"
    WAITING = "waiting"
    BOOKED = "booked"
    RETURNED = "returned"
    NOT_OURS = "not-ours"


class InvoiceKind(StrEnum):
    """What is sold, and what is taken back after it was invoiced."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


class InvoiceStatus(StrEnum):
    """Where an invoice stands on its way to the customer's access point."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    NOT_REACHABLE = "not-reachable"
