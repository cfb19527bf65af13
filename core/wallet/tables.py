"""The ledger: wallets, journal entries and their postings, holds, transactions, idempotent calls.

Entries and postings are append-only. Triggers on both databases refuse what rules say: an entry
that does not sum to zero, a posting added to an entry that is there, a change of either
(`migrations/versions`). Balances on the wallet's row are a cache that `proof.py` proves.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment, explain, one_of
from core.wallet.errors import ReferenceUsed
from core.wallet.states import EntryKind, HoldStatus, TransactionKind, TransactionStatus

_Account = String(80)
_Code = String(64)
_Reference = String(100)


class WalletRow(Base):
    """An organisation's wallet (W1), and what stands on it after its last posting."""

    __tablename__ = "wallet"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Identifier, ForeignKey("organisation.id"))
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    opened_at: Mapped[datetime] = mapped_column(Moment)
    balance_cents: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    held_cents: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # A chargeback took more than there was: only then may the balance be below zero.
    is_frozen: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Counters of what is numbered per wallet; the row is locked when they grow, so there are no gaps.
    postings: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    transactions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    receipt_year: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    receipts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # Its managers are told when it falls below this, and when they last were; None: never.
    warn_below_cents: Mapped[int | None] = mapped_column(BigInteger, default=25_00, server_default="2500")
    warned_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("organisation_id"),
        CheckConstraint("balance_cents >= 0 OR is_frozen", name="balance"),
        CheckConstraint("held_cents >= 0", name="held"),
    )


class EntryRow(Base):
    """The head of a journal entry; it is inserted after its postings, which it closes."""

    __tablename__ = "ledger_entry"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)
    # Who has posted anything is anonymised and never removed; client and tool stay known when they are gone.
    done_by: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id"))
    client_id: Mapped[str | None] = mapped_column(String(100))
    tool_code: Mapped[str | None] = mapped_column(_Code)
    reference: Mapped[str | None] = mapped_column(_Reference)
    # The entry that this one corrects, refunds, captures or voids.
    about_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("ledger_entry.id"))

    __table_args__ = (
        one_of("kind", EntryKind),
        Index("ix_ledger_entry_done_by", "done_by"),
        Index("ix_ledger_entry_about_id", "about_id"),
    )


class PostingRow(Base):
    """One side of an entry; those of a wallet are numbered and say what stood there afterwards."""

    __tablename__ = "ledger_posting"

    entry_id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    account: Mapped[str] = mapped_column(_Account)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    wallet_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("wallet.id"))
    sequence: Mapped[int | None] = mapped_column(Integer)
    balance_after_cents: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("amount_cents <> 0", name="amount"),
        CheckConstraint(
            "(wallet_id IS NULL) = (sequence IS NULL) AND (wallet_id IS NULL) = (balance_after_cents IS NULL)",
            name="numbered",
        ),
        # Checked at the commit: the entry comes last.
        ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], deferrable=True, initially="DEFERRED"),
        UniqueConstraint("wallet_id", "sequence"),
        Index("ix_ledger_posting_account", "account"),
    )


class TransactionRow(Base):
    """A line of the wallet's page (W2): also of what failed, which has neither entry nor receipt.

    `number` counts within the wallet, `receipt_number` within wallet and year.
    """

    __tablename__ = "wallet_transaction"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    wallet_id: Mapped[str] = mapped_column(Identifier, ForeignKey("wallet.id"))
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(16))
    # Why it failed; a code.
    reason: Mapped[str | None] = mapped_column(_Code)
    tool_code: Mapped[str | None] = mapped_column(_Code)
    client_id: Mapped[str | None] = mapped_column(String(100))
    done_by: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id"))
    description: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str | None] = mapped_column(_Reference)
    # What it changes on the wallet: below zero for what is paid.
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    refunded_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    balance_before_cents: Mapped[int] = mapped_column(BigInteger)
    balance_after_cents: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("ledger_entry.id"))
    receipt_year: Mapped[int | None] = mapped_column(SmallInteger)
    receipt_number: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        one_of("kind", TransactionKind),
        one_of("status", TransactionStatus),
        CheckConstraint("status = 'succeeded' OR (entry_id IS NULL AND receipt_number IS NULL)", name="settled"),
        CheckConstraint("(receipt_year IS NULL) = (receipt_number IS NULL)", name="receipt"),
        CheckConstraint("refunded_cents BETWEEN 0 AND abs(amount_cents)", name="refunded"),
        UniqueConstraint("wallet_id", "number"),
        UniqueConstraint("wallet_id", "receipt_year", "receipt_number"),
        # One for each column by which the page sorts, beside the number (core/wallet/statements.py).
        Index("ix_wallet_transaction_at", "wallet_id", "at", "number"),
        Index("ix_wallet_transaction_tool_code", "wallet_id", func.coalesce(tool_code, ""), "number"),
        Index("ix_wallet_transaction_amount_cents", "wallet_id", "amount_cents", "number"),
        Index("ix_wallet_transaction_status", "wallet_id", "status", "number"),
        # What is no use of a tool is rare, and a filter finds it.
        Index("ix_wallet_transaction_kind", "wallet_id", "kind", "number"),
        Index("ix_wallet_transaction_done_by", "done_by"),
        # A tool's reference names one charge or hold, whether it succeeded or is open.
        Index(
            "uq_wallet_transaction_reference",
            "client_id",
            "reference",
            unique=True,
            postgresql_where=text("status <> 'failed' AND kind = 'tool'"),
            sqlite_where=text("status <> 'failed' AND kind = 'tool'"),
        ),
    )


class HoldRow(Base):
    """Money set aside for a tool until it captures or voids it, or the time is over."""

    __tablename__ = "wallet_hold"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    wallet_id: Mapped[str] = mapped_column(Identifier, ForeignKey("wallet.id"))
    transaction_id: Mapped[str] = mapped_column(Identifier, ForeignKey("wallet_transaction.id"))
    client_id: Mapped[str] = mapped_column(String(100))
    tool_code: Mapped[str] = mapped_column(_Code)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    captured_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    status: Mapped[str] = mapped_column(String(16), default=HoldStatus.HELD)
    entry_id: Mapped[str] = mapped_column(Identifier, ForeignKey("ledger_entry.id"))
    held_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        one_of("status", HoldStatus),
        CheckConstraint("captured_cents BETWEEN 0 AND amount_cents", name="captured"),
        CheckConstraint("(status = 'held') = (resolved_at IS NULL)", name="resolved"),
        Index("ix_wallet_hold_expires_at", "expires_at", "id", postgresql_where=text("status = 'held'")),
    )


class IdempotentCallRow(Base):
    """A call that a client named by a key: what it asked, as a digest, and what it was answered."""

    __tablename__ = "idempotent_call"

    client_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None] = mapped_column(SmallInteger)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    called_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_idempotent_call_called_at", "called_at"),)


explain("uq_wallet_transaction_reference", ReferenceUsed)
explain("wallet_transaction.client_id, wallet_transaction.reference", ReferenceUsed)
