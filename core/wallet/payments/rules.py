"""What follows from what the provider says about a payment. Pure.

A payment is judged by its amount, its currency and our reference in it, whoever announced it. What
has been concluded stays: an older answer that comes late changes nothing.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from core.wallet.payments.provider import Payment, PaymentStatus, Taken
from core.wallet.states import PaymentEvent, TopUpStatus

CURRENCY = "EUR"
# The provider keeps a reference for an hour; until then asking twice for a payment is asking once.
RECOVERABLE_FOR = timedelta(minutes=45)
_SOONEST, _LATEST = timedelta(minutes=1), timedelta(hours=6)
_UNDOING = {
    PaymentEvent.REFUNDED: PaymentEvent.REFUND_FAILED,
    PaymentEvent.CHARGED_BACK: PaymentEvent.CHARGEBACK_REVERSED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a top-up stands by what the provider says; `reason` is why it is flagged."""

    status: TopUpStatus
    reason: str | None = None


def judge(payment: Payment, *, reference: str, amount_cents: int) -> Verdict:
    """Compare a payment with what was asked for.

    One that differs is flagged, unless nothing was paid and never will be.
    """
    status = _status(payment.status)
    if status not in {TopUpStatus.OPEN, TopUpStatus.PAID}:
        return Verdict(status)
    if payment.reference != reference:
        return Verdict(TopUpStatus.FLAGGED, "reference-differs")
    if payment.amount.currency != CURRENCY:
        return Verdict(TopUpStatus.FLAGGED, "currency-differs")
    if payment.amount.cents != amount_cents:
        return Verdict(TopUpStatus.FLAGGED, "amount-differs")
    return Verdict(status)


def moves(current: TopUpStatus, to: TopUpStatus) -> bool:
    """Tell whether a top-up goes on to another status; money that comes after all is still money."""
    match current:
        case TopUpStatus.INTENDED | TopUpStatus.OPEN:
            return to is not current
        case TopUpStatus.FAILED | TopUpStatus.CANCELLED | TopUpStatus.EXPIRED:
            return to in {TopUpStatus.PAID, TopUpStatus.FLAGGED}
        case TopUpStatus.PAID | TopUpStatus.FLAGGED:
            return False
        case unreachable:
            assert_never(unreachable)


def due(taken: Collection[Taken], known: Collection[tuple[PaymentEvent, str]]) -> Iterator[tuple[PaymentEvent, Taken]]:
    """Yield what the ledger has not followed yet, each thing that was taken before its undoing.

    What was undone before it was ever followed never was: nothing moved.
    """
    for one in taken:
        undoing = _UNDOING[one.kind]
        is_known = (one.kind, one.id) in known
        if not is_known and not one.is_undone:
            yield one.kind, one
        if is_known and one.is_undone and (undoing, one.id) not in known:
            yield undoing, one


def ask_again_at(created_at: datetime, now: datetime) -> datetime:
    """Return when the provider is asked next about a payment of which nothing is heard: ever more seldom."""
    return now + min(max(now - created_at, _SOONEST), _LATEST)


def _status(status: PaymentStatus) -> TopUpStatus:
    match status:
        case PaymentStatus.OPEN | PaymentStatus.PENDING | PaymentStatus.AUTHORIZED:
            return TopUpStatus.OPEN
        case PaymentStatus.PAID:
            return TopUpStatus.PAID
        case PaymentStatus.FAILED:
            return TopUpStatus.FAILED
        case PaymentStatus.CANCELED:
            return TopUpStatus.CANCELLED
        case PaymentStatus.EXPIRED:
            return TopUpStatus.EXPIRED
        case unreachable:
            assert_never(unreachable)
