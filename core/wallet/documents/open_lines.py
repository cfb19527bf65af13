"""Which lines of a wallet stand on no invoice or credit note yet; each is taken up once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, exists, insert, select
from sqlalchemy.orm import Session, aliased

from core.infra.clock import belgian_date
from core.wallet.documents.rules import OpenLine
from core.wallet.documents.tables import InvoicedTransactionRow
from core.wallet.identifiers import InvoiceId, TransactionId, WalletId
from core.wallet.states import TransactionKind, TransactionStatus
from core.wallet.tables import EntryRow, TransactionRow

# What tools earned changes by these alone; corrections by operators never touch it.
_INVOICED = (TransactionKind.TOOL.value, TransactionKind.REFUND.value)


def wallets_with_some(session: Session, *, before: datetime) -> tuple[WalletId, ...]:
    """Return the wallets of which something settled before a moment stands on no document."""
    found = select(TransactionRow.wallet_id).where(_is_open(before)).distinct().order_by(TransactionRow.wallet_id)
    return tuple(WalletId(wallet_id) for wallet_id in session.scalars(found))


def of_wallet(session: Session, wallet_id: WalletId, *, before: datetime) -> tuple[tuple[date, OpenLine], ...]:
    """Return a wallet's charges, and what was given back of charges, that stand on no document, the oldest first.

    Each comes with the first day of the month in which it settled. Raises `ValueError` for what gives
    back from no charge.
    """
    mine = (TransactionRow.wallet_id == wallet_id, _is_open(before))
    rows = session.execute(
        select(TransactionRow.id, TransactionRow.kind, TransactionRow.tool_code, TransactionRow.amount_cents)
        .add_columns(TransactionRow.settled_at, EntryRow.about_id)
        .join(EntryRow, EntryRow.id == TransactionRow.entry_id)
        .where(*mine)
        .order_by(TransactionRow.settled_at, TransactionRow.number)
    ).all()
    given_back = (
        select(EntryRow.about_id)
        .join(TransactionRow, TransactionRow.entry_id == EntryRow.id)
        .where(*mine, TransactionRow.kind == TransactionKind.REFUND.value)
    )
    charges = _charges_of(session, wallet_id, given_back)
    lines = []
    for row in rows:
        own = _Charge(TransactionId(row.id), row.tool_code or "", None)
        charge = own if row.kind == TransactionKind.TOOL else charges.get(row.about_id or "")
        if charge is None:
            raise ValueError(f"{row.id} gives back from no charge")
        assert row.settled_at is not None
        line = OpenLine(own.id, charge.tool_code, -row.amount_cents, charge.id, charge.invoice_id)
        lines.append((belgian_date(row.settled_at).replace(day=1), line))
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class _Charge:
    """A charge, and the invoice on which it stands."""

    id: TransactionId
    tool_code: str
    invoice_id: InvoiceId | None


def _charges_of(session: Session, wallet_id: WalletId, entries: Select[str | None]) -> dict[str, _Charge]:
    """Return the charges of a wallet that these entries are."""
    charged, stands_on = aliased(TransactionRow), aliased(InvoicedTransactionRow)
    rows = session.execute(
        select(charged.entry_id, charged.id, charged.tool_code, stands_on.invoice_id)
        .outerjoin(stands_on, stands_on.transaction_id == charged.id)
        .where(charged.wallet_id == wallet_id, charged.kind == TransactionKind.TOOL.value)
        .where(charged.entry_id.in_(entries))
    )
    return {
        str(row.entry_id): _Charge(
            TransactionId(row.id), row.tool_code or "", None if row.invoice_id is None else InvoiceId(row.invoice_id)
        )
        for row in rows
    }


def take_up(session: Session, transaction_ids: Collection[TransactionId], invoice_id: InvoiceId | None) -> None:
    """Keep on which document lines stand; None: they came to nothing before there was one."""
    rows = [{"transaction_id": transaction_id, "invoice_id": invoice_id} for transaction_id in transaction_ids]
    session.execute(insert(InvoicedTransactionRow), rows)


def _is_open(before: datetime) -> ColumnElement[bool]:
    return (
        (TransactionRow.status == TransactionStatus.SUCCEEDED.value)
        & TransactionRow.kind.in_(_INVOICED)
        & (TransactionRow.settled_at < before)
        & ~exists().where(InvoicedTransactionRow.transaction_id == TransactionRow.id)
    )
