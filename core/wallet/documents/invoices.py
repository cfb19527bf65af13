"""Invoices and credit notes as they are kept: the next number, what was made, where it stands (W13).

A document is written once and never changed; only where it stands on its way to the customer is.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.wallet.documents import open_lines
from core.wallet.documents.invoice_content import InvoiceContent
from core.wallet.documents.rules import Draft, number_of
from core.wallet.documents.tables import InvoiceCounterRow, InvoiceRow
from core.wallet.identifiers import InvoiceId, WalletId
from core.wallet.states import InvoiceKind, InvoiceStatus


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """A document in a list."""

    id: InvoiceId
    kind: InvoiceKind
    number: str
    month: date
    issued_on: date
    paid_cents: int
    status: InvoiceStatus
    sent_at: datetime | None


def open_year(session: Session, seller: str, year: int) -> None:
    """Make the counter of a seller's year where there is none; of two at once, one raises `Conflict`."""
    if session.get(InvoiceCounterRow, (seller, year)) is None:
        session.add(InvoiceCounterRow(seller=seller, year=year, last=0))


def is_done(session: Session, seller: str, *, until: date) -> bool:
    """Tell whether everything before the first day of a month has been invoiced."""
    done = (InvoiceCounterRow.seller == seller) & (InvoiceCounterRow.done_until >= until)
    return bool(session.scalar(select(exists().where(done))))


class Numbers:
    """The next numbers of a seller's year, which nobody else takes before this transaction ends."""

    def __init__(self, session: Session, seller: str, year: int) -> None:
        self._row = session.get_one(InvoiceCounterRow, (seller, year), with_for_update=True, populate_existing=True)

    def take(self) -> tuple[int, str]:
        """Return the next number, and how it is written."""
        self._row.last += 1
        return self._row.last, number_of(self._row.year, self._row.last)

    def done(self, *, until: date) -> None:
        """Keep that everything before the first day of a month has been invoiced."""
        self._row.done_until = until


def store(
    session: Session, wallet_id: WalletId, draft: Draft, content: InvoiceContent, xml: bytes, *, sequence: int
) -> InvoiceId:
    """Keep a document and which lines stand on it; raises `Conflict` where a line stands on another one."""
    row = InvoiceRow(
        id=InvoiceId(new_id("inv")),
        kind=content.kind.value,
        seller=content.seller.number,
        year=content.issued_on.year,
        sequence=sequence,
        number=content.number,
        wallet_id=wallet_id,
        month=content.month,
        issued_on=content.issued_on,
        language=content.language,
        net_cents=content.totals.net_cents,
        vat_cents=content.totals.vat_cents,
        gross_cents=content.totals.paid_cents,
        content=content.to_json(),
        xml=xml,
        about_id=draft.about_id,
        status=InvoiceStatus.QUEUED.value,
    )
    session.add(row)
    session.flush()
    open_lines.take_up(session, draft.transaction_ids, InvoiceId(row.id))
    return InvoiceId(row.id)


def invoices_of(session: Session, wallet_id: WalletId) -> tuple[InvoiceFacts, ...]:
    """Return a wallet's documents, the newest first: a few for each month."""
    return _listed(session, InvoiceRow.wallet_id == wallet_id)


def invoices_issued(session: Session, *, since: date, status: InvoiceStatus | None = None) -> tuple[InvoiceFacts, ...]:
    """Return the documents issued since a day, of all wallets, for operators."""
    of_status = () if status is None else (InvoiceRow.status == status.value,)
    return _listed(session, InvoiceRow.issued_on >= since, *of_status)


def content_of(session: Session, wallet_id: WalletId, invoice_id: str) -> InvoiceContent:
    """Return what a document of this wallet says; raises `NotFound`."""
    return InvoiceContent.from_json(_row(session, wallet_id, invoice_id).content)


def xml_of(session: Session, wallet_id: WalletId, invoice_id: str) -> tuple[str, bytes]:
    """Return the number of a document of this wallet and its electronic form; raises `NotFound`."""
    row = _row(session, wallet_id, invoice_id)
    return row.number, row.xml


def preceding(session: Session, invoice_id: InvoiceId) -> tuple[str, date]:
    """Return number and date of an invoice that a credit note is about."""
    row = session.get_one(InvoiceRow, invoice_id)
    return row.number, row.issued_on


def _row(session: Session, wallet_id: WalletId, invoice_id: str) -> InvoiceRow:
    mine = (InvoiceRow.id == invoice_id, InvoiceRow.wallet_id == wallet_id)
    row = session.scalars(select(InvoiceRow).where(*mine)).one_or_none()
    if row is None:
        raise NotFound(invoice=invoice_id)
    return row


def _listed(session: Session, *wanted: ColumnElement[bool]) -> tuple[InvoiceFacts, ...]:
    columns = (InvoiceRow.id, InvoiceRow.kind, InvoiceRow.number, InvoiceRow.month)
    more = (InvoiceRow.issued_on, InvoiceRow.gross_cents, InvoiceRow.status, InvoiceRow.sent_at)
    newest_first = (InvoiceRow.year.desc(), InvoiceRow.sequence.desc())
    rows = session.execute(select(*columns, *more).where(*wanted).order_by(*newest_first))
    return tuple(
        InvoiceFacts(
            id=InvoiceId(row.id),
            kind=InvoiceKind(row.kind),
            number=row.number,
            month=row.month,
            issued_on=row.issued_on,
            paid_cents=row.gross_cents,
            status=InvoiceStatus(row.status),
            sent_at=row.sent_at,
        )
        for row in rows
    )
