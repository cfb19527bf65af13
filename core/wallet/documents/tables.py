"""Documents about what happened on a wallet, frozen when they were made: receipts and invoices."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment, one_of
from core.wallet.states import InvoiceKind, InvoiceStatus

_Language = String(2)
_Digest = String(64)


class ReceiptRow(Base):
    """A receipt's content as it was first shown in a language (W5), and the digest of the file made of it."""

    __tablename__ = "wallet_receipt"

    transaction_id: Mapped[str] = mapped_column(Identifier, ForeignKey("wallet_transaction.id"), primary_key=True)
    language: Mapped[str] = mapped_column(_Language, primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(_Digest)
    made_at: Mapped[datetime] = mapped_column(Moment)


class InvoiceRow(Base):
    """An invoice or credit note of one organisation and month (W13); its number has no gaps in seller and year."""

    __tablename__ = "invoice"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    # The company number of whoever sells.
    seller: Mapped[str] = mapped_column(String(20))
    year: Mapped[int] = mapped_column(SmallInteger)
    sequence: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(String(30))
    wallet_id: Mapped[str] = mapped_column(Identifier, ForeignKey("wallet.id"))
    # The first day of the month.
    month: Mapped[date] = mapped_column(Date)
    issued_on: Mapped[date] = mapped_column(Date)
    language: Mapped[str] = mapped_column(_Language)
    # What was paid is net and VAT, and at times a cent of rounding.
    net_cents: Mapped[int] = mapped_column(BigInteger)
    vat_cents: Mapped[int] = mapped_column(BigInteger)
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    # What its page, its file and the electronic invoice are made of.
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    # The invoice that a credit note is about.
    about_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("invoice.id"))
    status: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    # What the access point answered, as it came.
    response: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        one_of("kind", InvoiceKind),
        one_of("status", InvoiceStatus),
        Unique("seller", "year", "sequence"),
        Unique("seller", "number"),
        Index("ix_invoice_wallet_id", "wallet_id", "month"),
        Index("ix_invoice_status", "status", "id"),
    )


class InvoicedTransactionRow(Base):
    """A line of a wallet that a month's documents took up, once: on an invoice or a credit note.

    It stands on none where a charge was given back altogether before it was invoiced.
    """

    __tablename__ = "invoiced_transaction"

    transaction_id: Mapped[str] = mapped_column(Identifier, ForeignKey("wallet_transaction.id"), primary_key=True)
    invoice_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("invoice.id"))

    __table_args__ = (Index("ix_invoiced_transaction_invoice_id", "invoice_id"),)


class InvoiceCounterRow(Base):
    """The last number of a seller's year; the row is locked while the next one is taken.

    Everything before `done_until`, the first day of a month, has been invoiced.
    """

    __tablename__ = "invoice_counter"

    seller: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    last: Mapped[int] = mapped_column(Integer, default=0)
    done_until: Mapped[date | None] = mapped_column(Date)
