"""Proves invoices by the ledger: numbers without gaps, amounts of what stands on them, and the VAT that is owed."""

from collections.abc import Iterator

from sqlalchemy import Connection, case, func, select
from sqlalchemy.orm import Session

from core.wallet import accounts
from core.wallet.documents.tables import InvoiceCounterRow, InvoicedTransactionRow, InvoiceRow
from core.wallet.states import InvoiceKind
from core.wallet.tables import PostingRow, TransactionRow

# What was looked at, of what, and the two figures.
Found = tuple[str, str, int, int]

_SIGN = case((InvoiceRow.kind == InvoiceKind.INVOICE.value, 1), else_=-1)


def differences(session: Session | Connection) -> Iterator[Found]:
    """Yield what does not agree."""
    yield from _numbers(session)
    yield from _amounts(session)
    yield from _vat(session)


def _numbers(session: Session | Connection) -> Iterator[Found]:
    ours = (InvoiceRow.seller == InvoiceCounterRow.seller) & (InvoiceRow.year == InvoiceCounterRow.year)
    rows = session.execute(
        select(InvoiceCounterRow.seller, InvoiceCounterRow.year, InvoiceCounterRow.last)
        .add_columns(func.count(InvoiceRow.id), func.coalesce(func.max(InvoiceRow.sequence), 0))
        .outerjoin(InvoiceRow, ours)
        .group_by(InvoiceCounterRow.seller, InvoiceCounterRow.year, InvoiceCounterRow.last)
    )
    for seller, year, last, documents, highest in rows:
        if not last == documents == highest:
            yield "invoice numbers", f"{seller} {year}", last, documents


def _amounts(session: Session | Connection) -> Iterator[Found]:
    stands_on = InvoicedTransactionRow.invoice_id == InvoiceRow.id
    # A line says what the wallet gained: less than nothing for what an invoice sells.
    summed = -_SIGN * func.coalesce(func.sum(TransactionRow.amount_cents), 0)
    rows = session.execute(
        select(InvoiceRow.number, InvoiceRow.gross_cents, summed)
        .outerjoin(InvoicedTransactionRow, stands_on)
        .outerjoin(TransactionRow, TransactionRow.id == InvoicedTransactionRow.transaction_id)
        .group_by(InvoiceRow.id, InvoiceRow.number, InvoiceRow.gross_cents, InvoiceRow.kind)
        .having(InvoiceRow.gross_cents != summed)
    )
    for number, gross, lines in rows:
        yield "invoice", number, int(gross), int(lines)


def _vat(session: Session | Connection) -> Iterator[Found]:
    """Compare what the ledger owes with what documents say, and with what stands on none yet."""
    is_vat = PostingRow.account == accounts.VAT_DUE
    owed = session.scalar(select(func.coalesce(func.sum(PostingRow.amount_cents), 0)).where(is_vat))
    said = session.scalar(select(func.coalesce(func.sum(_SIGN * InvoiceRow.vat_cents), 0)))
    still_open = session.scalar(
        select(func.coalesce(func.sum(PostingRow.amount_cents), 0))
        .join(TransactionRow, TransactionRow.entry_id == PostingRow.entry_id)
        .outerjoin(InvoicedTransactionRow, InvoicedTransactionRow.transaction_id == TransactionRow.id)
        .where(is_vat, InvoicedTransactionRow.invoice_id.is_(None))
    )
    if int(owed or 0) != int(said or 0) + int(still_open or 0):
        yield "VAT due", "ledger", int(owed or 0), int(said or 0) + int(still_open or 0)
