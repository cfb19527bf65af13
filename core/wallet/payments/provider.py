"""What a payment provider says and is asked, in words of our own: values and one protocol.

Nothing here knows which provider it is; `mollie.py` is the one that we use.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.infra.errors import RuleError
from core.wallet.states import PaymentEvent


class PaymentRefused(RuleError):
    """The provider will not take a payment on these terms; asking again is useless."""

    code = "payment-refused"


class PaymentStatus(StrEnum):
    """Where a payment stands at the provider; from the first three nothing can be concluded yet."""

    OPEN = "open"
    PENDING = "pending"
    AUTHORIZED = "authorized"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in hundredths of a currency."""

    currency: str
    cents: int


@dataclass(frozen=True, slots=True)
class Order:
    """A payment to be asked for. `reference` names it for ever: asked twice, it is one payment.

    The payer comes back to `return_url`; that something has happened is told at `announce_url`.
    """

    reference: str
    amount_cents: int
    description: str
    return_url: str
    announce_url: str
    language: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What the provider took back of a payment, REFUNDED or CHARGED_BACK; `is_undone`: and gave back."""

    kind: PaymentEvent
    id: str
    amount_cents: int
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the provider has it now; `reference` is that of our order.

    `checkout_url` is where it is paid, as long as it can be.
    """

    id: str
    status: PaymentStatus
    amount: Amount
    reference: str | None
    method: str | None
    checkout_url: str | None
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the provider paid out to our bank account after it kept its fees; `reference` is on the statement."""

    id: str
    reference: str
    amount_cents: int
    fees_cents: int
    settled_at: datetime


class Provider(Protocol):
    """A payment provider. Each method raises `Unavailable` where it does not answer as agreed."""

    @property
    def name(self) -> str:
        """Return under which name its payments are kept."""
        ...

    def begin(self, order: Order) -> Payment:
        """Ask for a payment, or for the one that was begun under this reference; raises `PaymentRefused`."""
        ...

    def payment(self, payment_id: str) -> Payment:
        """Return a payment as it stands now."""
        ...

    def settlements(self) -> tuple[Settlement, ...]:
        """Return what was paid out to us, the newest first."""
        ...
