"""Following what the provider does to a payment: paid, refunded, charged back, and any of it undone.

Each of these moves money once, whoever hears of it and however often: the wallet is locked, and what
was posted is looked up behind the lock.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.log import ERROR, WARNING, event
from core.wallet import ledger, rules, transactions
from core.wallet.identifiers import EntryId, WalletId
from core.wallet.ledger import About, Locked
from core.wallet.payments.provider import Payment, Taken
from core.wallet.payments.rules import due, judge, moves
from core.wallet.payments.tables import PaymentEventRow, TopUpRow
from core.wallet.payments.topups import Asked, behind_the_lock, fail
from core.wallet.rules import Entry
from core.wallet.states import EntryKind, PaymentEvent, TopUpStatus, TransactionKind
from core.wallet.tables import TransactionRow, WalletRow
from core.wallet.transactions import Line

_LINES = {
    PaymentEvent.REFUNDED: TransactionKind.PAY_OUT,
    PaymentEvent.REFUND_FAILED: TransactionKind.PAY_OUT,
    PaymentEvent.CHARGED_BACK: TransactionKind.CHARGEBACK,
    PaymentEvent.CHARGEBACK_REVERSED: TransactionKind.CHARGEBACK,
}
_UNDONE = {
    PaymentEvent.REFUND_FAILED: PaymentEvent.REFUNDED,
    PaymentEvent.CHARGEBACK_REVERSED: PaymentEvent.CHARGED_BACK,
}


@dataclass(frozen=True, slots=True)
class Happened:
    """What became known of a payment just now, for those who are to hear of it."""

    event: PaymentEvent
    amount_cents: int


def follow(session: Session, question: Asked, payment: Payment, *, now: datetime) -> tuple[Happened, ...]:
    """Post what the provider's answer means and was not posted yet, and return what that was.

    A payment that is not what was asked for is flagged and never credited.
    """
    locked = ledger.lock(session, [question.wallet_id])
    row = behind_the_lock(session, question.id)
    if row.payment_id not in {None, payment.id}:
        # Somebody else was answered first; whatever this payment is, nobody was sent to pay it.
        event("payment_stray", WARNING, top_up_id=row.id, payment_id=payment.id)
        return ()
    row.payment_id, row.method = payment.id, payment.method
    happened = _conclude(session, locked, row, payment, now)
    if row.status == TopUpStatus.PAID:
        known = {(PaymentEvent(kind), event_id) for kind, event_id in _events(session, row)}
        happened += [_take(session, locked, row, kind, taken, now) for kind, taken in due(payment.taken, known)]
    if row.closed_at is not None and row.ask_at == question.ask_at:
        # Announced anew while the provider answered: then it is asked again.
        row.ask_at = None
    return tuple(happened)


def _conclude(session: Session, locked: Locked, row: TopUpRow, payment: Payment, now: datetime) -> list[Happened]:
    verdict = judge(payment, reference=row.id, amount_cents=row.amount_cents)
    if not moves(TopUpStatus(row.status), verdict.status):
        return []
    match verdict.status:
        case TopUpStatus.OPEN:
            row.status = TopUpStatus.OPEN
        case TopUpStatus.PAID:
            return [_credit(session, locked, row, payment.id, now)]
        case ended:
            if ended is TopUpStatus.FLAGGED:
                event("payment_flagged", ERROR, top_up_id=row.id, payment_id=payment.id, reason=verdict.reason)
            fail(session, locked[WalletId(row.wallet_id)], row, ended, verdict.reason, now=now)
    return []


def _credit(session: Session, locked: Locked, row: TopUpRow, payment_id: str, now: datetime) -> Happened:
    wallet_id = WalletId(row.wallet_id)
    entry = rules.top_up_entry(EntryKind.TOP_UP_ONLINE, wallet_id, row.amount_cents)
    entry_id = ledger.post(session, entry, About(row.done_by, reference=payment_id), locked=locked, now=now)
    line = session.get_one(TransactionRow, row.transaction_id)
    line.reference, line.reason = payment_id, None
    transactions.settle(locked[wallet_id], line, entry_id, amount_cents=row.amount_cents, now=now)
    row.status, row.reason, row.closed_at = TopUpStatus.PAID, None, now
    happened = Happened(PaymentEvent.PAID, row.amount_cents)
    return _record(session, row, happened, payment_id, entry_id, now=now)


def _take(session: Session, locked: Locked, row: TopUpRow, kind: PaymentEvent, taken: Taken, now: datetime) -> Happened:
    wallet = locked[WalletId(row.wallet_id)]
    entry, change = _entry(session, wallet, row, kind, taken)
    entry_id = ledger.post(session, entry, About(reference=taken.id), locked=locked, now=now)
    line = Line(_LINES[kind], change, description="", reference=taken.id)
    transactions.settled(session, wallet, line, entry_id, now=now)
    if taken.kind is PaymentEvent.REFUNDED:
        row.refunded_cents -= change
    else:
        row.charged_back_cents -= change
    return _record(session, row, Happened(kind, taken.amount_cents), taken.id, entry_id, now=now)


def _entry(session: Session, wallet: WalletRow, row: TopUpRow, kind: PaymentEvent, taken: Taken) -> tuple[Entry, int]:
    """Return the entry of what was taken or given back, and what the wallet gains by it."""
    if kind in _UNDONE:
        first = session.get_one(PaymentEventRow, (row.provider, _UNDONE[kind], taken.id))
        return rules.given_back_entry(ledger.entry_of(session, first.entry_id)), first.amount_cents
    # The money has left us already. Where the wallet cannot give it, it is owed, as after a chargeback.
    is_covered = wallet.balance_cents >= taken.amount_cents
    is_refund = kind is PaymentEvent.REFUNDED and is_covered
    make = rules.repaid_entry if is_refund else rules.chargeback_entry
    return make(WalletId(row.wallet_id), taken.amount_cents), -taken.amount_cents


def _record(
    session: Session, row: TopUpRow, happened: Happened, event_id: str, entry_id: EntryId, *, now: datetime
) -> Happened:
    session.add(
        PaymentEventRow(
            provider=row.provider,
            kind=happened.event,
            event_id=event_id,
            top_up_id=row.id,
            entry_id=entry_id,
            amount_cents=happened.amount_cents,
            at=now,
        )
    )
    session.flush()
    return happened


def _events(session: Session, row: TopUpRow) -> list[tuple[str, str]]:
    rows = session.execute(
        select(PaymentEventRow.kind, PaymentEventRow.event_id).where(PaymentEventRow.top_up_id == row.id)
    )
    return [(kind, event_id) for kind, event_id in rows]
