"""The lines of a wallet's page: one for each event, also for what failed or is still open (W2).

The balance that a line shows is all that is on the wallet, what is set aside included: a hold is
pending and changes nothing yet. So the lines that succeeded form a chain in the order of their
receipts, each beginning where the one before it ended.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.infra.clock import belgian_date
from core.infra.ids import new_id
from core.wallet.identifiers import EntryId, TransactionId
from core.wallet.states import TransactionKind, TransactionStatus
from core.wallet.tables import TransactionRow, WalletRow


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


def settled(session: Session, wallet: WalletRow, line: Line, entry_id: EntryId, *, now: datetime) -> TransactionRow:
    """Write the line of something that succeeded, with the next receipt; the wallet is locked and posted to."""
    row = _row(wallet, line, _total(wallet) - line.amount_cents, TransactionStatus.SUCCEEDED, now)
    row.balance_after_cents, row.entry_id, row.settled_at = _total(wallet), entry_id, now
    _allot_receipt(wallet, row, now)
    return _add(session, row)


def opened(session: Session, wallet: WalletRow, line: Line, *, now: datetime) -> TransactionRow:
    """Write the line of something that is still open; the wallet is locked, and posted to if it is a hold."""
    row = _row(wallet, line, _total(wallet), TransactionStatus.PENDING, now)
    return _add(session, row)


def failed(session: Session, wallet: WalletRow, line: Line, reason: str, *, now: datetime) -> TransactionRow:
    """Write the line of something that was refused: nothing moved, so there is no receipt."""
    row = _row(wallet, line, _total(wallet), TransactionStatus.FAILED, now)
    row.reason, row.settled_at = reason, now
    return _add(session, row)


def settle(wallet: WalletRow, row: TransactionRow, entry_id: EntryId, *, amount_cents: int, now: datetime) -> None:
    """Let an open line have succeeded with this amount, after its entry was posted."""
    row.status, row.entry_id, row.settled_at = TransactionStatus.SUCCEEDED, entry_id, now
    row.amount_cents = amount_cents
    row.balance_after_cents = _total(wallet)
    row.balance_before_cents = _total(wallet) - amount_cents
    _allot_receipt(wallet, row, now)


def fail(wallet: WalletRow, row: TransactionRow, reason: str, *, now: datetime) -> None:
    """Let an open line have come to nothing."""
    row.status, row.reason, row.settled_at = TransactionStatus.FAILED, reason, now
    row.balance_before_cents = row.balance_after_cents = _total(wallet)


def _row(wallet: WalletRow, line: Line, before: int, status: TransactionStatus, now: datetime) -> TransactionRow:
    wallet.transactions += 1
    return TransactionRow(
        id=TransactionId(new_id("txn")),
        wallet_id=wallet.id,
        number=wallet.transactions,
        at=now,
        kind=line.kind,
        status=status,
        tool_code=line.tool_code,
        client_id=line.client_id,
        done_by=line.person_id,
        description=line.description,
        reference=line.reference,
        amount_cents=line.amount_cents,
        balance_before_cents=before,
        balance_after_cents=before,
    )


def _total(wallet: WalletRow) -> int:
    return wallet.balance_cents + wallet.held_cents


def _allot_receipt(wallet: WalletRow, row: TransactionRow, now: datetime) -> None:
    """Give a line the next number of its year; the year is the Belgian one."""
    year = belgian_date(now).year
    if wallet.receipt_year != year:
        wallet.receipt_year, wallet.receipts = year, 0
    wallet.receipts += 1
    row.receipt_year, row.receipt_number = year, wallet.receipts


def _add(session: Session, row: TransactionRow) -> TransactionRow:
    session.add(row)
    session.flush()
    return row
