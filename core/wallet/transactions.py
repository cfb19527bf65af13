"""The lines of a wallet's page: one for each event, also for what failed or is still open (W2).

The balance that a line shows is all that is on the wallet, what is set aside included: a hold is
pending and changes nothing yet. So the lines that succeeded form a chain in the order of their
receipts, each beginning where the one before it ended.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.infra.clock import belgian_date
from core.infra.ids import new_id
from core.infra.kept_query import KeptChange
from core.wallet.identifiers import EntryId, TransactionId
from core.wallet.states import TransactionKind, TransactionStatus
from core.wallet.tables import TransactionRow, WalletRow

_LINE = KeptChange(insert(TransactionRow))
_NOTHING_MORE: dict[str, object] = {
    "refunded_cents": 0,
    **dict.fromkeys(("settled_at", "reason", "entry_id", "receipt_year", "receipt_number")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says; the amount is what the wallet gains, below zero for what it pays."""

    kind: TransactionKind
    amount_cents: int
    description: str
    tool_code: str | None = None
    client_id: str | None = None
    person_id: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A line that was written: its number on the wallet's page, and what stands there after it."""

    id: TransactionId
    number: int
    amount_cents: int
    balance_after_cents: int


def settled(session: Session, wallet: WalletRow, line: Line, entry_id: EntryId, *, now: datetime) -> Written:
    """Write the line of something that succeeded, with the next receipt; the wallet is locked and posted to.

    Raises as every writing of a line does, `ReferenceUsed` for a reference that its tool used before.
    """
    year, number = _next_receipt(wallet, now)
    receipt = {"entry_id": entry_id, "settled_at": now, "receipt_year": year, "receipt_number": number}
    before = _total(wallet) - line.amount_cents
    return _write(session, wallet, line, TransactionStatus.SUCCEEDED, before=before, now=now, **receipt)


def opened(session: Session, wallet: WalletRow, line: Line, *, now: datetime) -> Written:
    """Write the line of something that is still open; the wallet is locked, and posted to if it is a hold."""
    return _write(session, wallet, line, TransactionStatus.PENDING, before=_total(wallet), now=now)


def failed(session: Session, wallet: WalletRow, line: Line, reason: str, *, now: datetime) -> Written:
    """Write the line of something that was refused: nothing moved, so there is no receipt."""
    before = _total(wallet)
    return _write(
        session, wallet, line, TransactionStatus.FAILED, before=before, now=now, reason=reason, settled_at=now
    )


def settle(wallet: WalletRow, row: TransactionRow, entry_id: EntryId, *, amount_cents: int, now: datetime) -> None:
    """Let an open line have succeeded with this amount, after its entry was posted."""
    row.status, row.entry_id, row.settled_at = TransactionStatus.SUCCEEDED, entry_id, now
    row.amount_cents = amount_cents
    row.balance_after_cents = _total(wallet)
    row.balance_before_cents = _total(wallet) - amount_cents
    row.receipt_year, row.receipt_number = _next_receipt(wallet, now)


def fail(wallet: WalletRow, row: TransactionRow, reason: str, *, now: datetime) -> None:
    """Let an open line have come to nothing."""
    row.status, row.reason, row.settled_at = TransactionStatus.FAILED, reason, now
    row.balance_before_cents = row.balance_after_cents = _total(wallet)


def _write(
    session: Session,
    wallet: WalletRow,
    line: Line,
    status: TransactionStatus,
    *,
    before: int,
    now: datetime,
    **more: object,
) -> Written:
    wallet.transactions += 1
    transaction_id, after = TransactionId(new_id("txn")), _total(wallet)
    values = {
        "id": transaction_id,
        "wallet_id": wallet.id,
        "number": wallet.transactions,
        "at": now,
        "kind": line.kind.value,
        "status": status.value,
        "tool_code": line.tool_code,
        "client_id": line.client_id,
        "done_by": line.person_id,
        "description": line.description,
        "reference": line.reference,
        "amount_cents": line.amount_cents,
        "balance_before_cents": before,
        "balance_after_cents": after,
    }
    _LINE.make(session, _NOTHING_MORE | values | more)
    return Written(transaction_id, wallet.transactions, line.amount_cents, after)


def _total(wallet: WalletRow) -> int:
    return wallet.balance_cents + wallet.held_cents


def _next_receipt(wallet: WalletRow, now: datetime) -> tuple[int, int]:
    """Return the Belgian year and the next number of a receipt in it, which is taken by this."""
    year = belgian_date(now).year
    if wallet.receipt_year != year:
        wallet.receipt_year, wallet.receipts = year, 0
    wallet.receipts += 1
    return year, wallet.receipts
