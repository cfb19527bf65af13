"""What the bank says: files, statements and their entries, and the structured message of each wallet."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    text,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment, explain, one_of
from core.wallet.bank.errors import BankFileWaits, StatementRepeated
from core.wallet.states import BankEntryStatus, BankFormat

_Iban = String(34)
_WAITS = text("status = 'waiting'")
_FIRST = text("follows_id IS NULL")


class PaymentReferenceRow(Base):
    """The structured message of a wallet: twelve digits, for ever its own, never used again."""

    __tablename__ = "payment_reference"

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)
    wallet_id: Mapped[str] = mapped_column(Identifier, ForeignKey("wallet.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Unique("wallet_id"),)


class BankFileRow(Base):
    """A file of the bank that was read whole; the same bytes a second time do nothing."""

    __tablename__ = "bank_file"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    format: Mapped[str] = mapped_column(String(16))
    # None where a command or a job brought it.
    brought_by: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="SET NULL"))
    read_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (one_of("format", BankFormat), Unique("digest"), Index("ix_bank_file_brought_by", "brought_by"))


class BankUploadRow(Base):
    """A file of the bank that one person brought, unbooked; gone once a second one decided, or can no longer."""

    __tablename__ = "bank_upload"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    brought_by: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id", ondelete="SET NULL"))
    brought_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Unique("digest"), Index("ix_bank_upload_brought_by", "brought_by"))


class BankStatementRow(Base):
    """A statement of one of our accounts; it begins where the one before it ended, which no other one follows."""

    __tablename__ = "bank_statement"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    file_id: Mapped[str] = mapped_column(Identifier, ForeignKey("bank_file.id"))
    # None for the first one of an account.
    follows_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("bank_statement.id"))
    iban: Mapped[str] = mapped_column(_Iban)
    # The bank's own name of it, and its number where the bank counts.
    statement_id: Mapped[str] = mapped_column(String(64))
    sequence: Mapped[int | None] = mapped_column(Integer)
    opening_cents: Mapped[int] = mapped_column(BigInteger)
    closing_cents: Mapped[int] = mapped_column(BigInteger)
    # All that came in, by which the same statement in the other form is known again.
    credited_cents: Mapped[int] = mapped_column(BigInteger)
    opened_on: Mapped[date] = mapped_column(Date)
    closed_on: Mapped[date] = mapped_column(Date)

    __table_args__ = (
        Unique("iban", "statement_id"),
        Unique("follows_id"),
        Index("ix_bank_statement_file_id", "file_id"),
        Index("uq_bank_statement_first", "iban", unique=True, postgresql_where=_FIRST, sqlite_where=_FIRST),
        Index("ix_bank_statement_iban", "iban", "closed_on", "id"),
    )


class BankEntryRow(Base):
    """A booked entry of a statement, and what became of it in the ledger; `key` makes it count once."""

    __tablename__ = "bank_entry"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    statement_id: Mapped[str] = mapped_column(Identifier, ForeignKey("bank_statement.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    key: Mapped[str] = mapped_column(String(64))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    booked_on: Mapped[date] = mapped_column(Date)
    bank_reference: Mapped[str | None] = mapped_column(String(64))
    # Who paid: kept as long as the books are, because money is given back to nobody else.
    counterparty_name: Mapped[str | None] = mapped_column(String(140))
    counterparty_iban: Mapped[str | None] = mapped_column(_Iban)
    # The twelve digits as they came, right or wrong, and what was written freely.
    structured: Mapped[str | None] = mapped_column(String(12))
    message: Mapped[str | None] = mapped_column(String(280))
    status: Mapped[str] = mapped_column(String(16))
    # Why it waits: a code.
    reason: Mapped[str | None] = mapped_column(String(64))
    wallet_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("wallet.id"))
    # Its first entry in the ledger, and the one that ended its waiting.
    entry_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("ledger_entry.id"))
    settled_by_entry_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("ledger_entry.id"))
    settled_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        one_of("status", BankEntryStatus),
        CheckConstraint("amount_cents <> 0", name="amount"),
        CheckConstraint("(status = 'waiting') = (settled_at IS NULL)", name="settled"),
        Unique("statement_id", "position"),
        Unique("key"),
        Index("ix_bank_entry_waiting", "id", postgresql_where=_WAITS, sqlite_where=_WAITS),
        Index("ix_bank_entry_counterparty_iban", "counterparty_iban"),
        Index("ix_bank_entry_wallet_id", "wallet_id"),
    )


for _constraint in (
    *("uq_bank_file_digest", "bank_file.digest", "uq_bank_statement_follows_id", "bank_statement.follows_id"),
    *("uq_bank_statement_first", "bank_statement.iban", "uq_bank_entry_key", "bank_entry.key"),
    *("uq_bank_statement_iban_statement_id", "bank_statement.iban, bank_statement.statement_id"),
):
    explain(_constraint, StatementRepeated)
for _constraint in ("uq_bank_upload_digest", "bank_upload.digest"):
    explain(_constraint, BankFileWaits)
