"""Money on its way through the payment provider: top-ups, what the provider did to them, settlements."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment, one_of
from core.wallet.states import PaymentEvent, TopUpStatus

_PaymentId = String(100)
_Provider = String(20)
_TO_BE_ASKED = text("ask_at IS NOT NULL")


class TopUpRow(Base):
    """An online payment for a wallet (W6): intended here first, then asked for at the provider.

    `transaction_id` is its line on the wallet's page, pending until the provider says how it ended.
    """

    __tablename__ = "top_up"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    wallet_id: Mapped[str] = mapped_column(Identifier, ForeignKey("wallet.id"))
    transaction_id: Mapped[str] = mapped_column(Identifier, ForeignKey("wallet_transaction.id"))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(16))
    # Why it is flagged: a code for the operators.
    reason: Mapped[str | None] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(_Provider)
    payment_id: Mapped[str | None] = mapped_column(_PaymentId)
    # How the payer paid, in the provider's word.
    method: Mapped[str | None] = mapped_column(String(30))
    # In which language the provider's pages and our mails are.
    language: Mapped[str] = mapped_column(String(2))
    done_by: Mapped[str] = mapped_column(Identifier, ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    # When the provider is asked next: at once where a webhook came, after a while where none did.
    ask_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    refunded_cents: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    charged_back_cents: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")

    __table_args__ = (
        one_of("status", TopUpStatus),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("(status IN ('intended', 'open')) = (closed_at IS NULL)", name="closed"),
        UniqueConstraint("transaction_id"),
        UniqueConstraint("provider", "payment_id"),
        Index("ix_top_up_wallet_id", "wallet_id", "created_at"),
        Index("ix_top_up_done_by", "done_by"),
        Index("ix_top_up_ask_at", "ask_at", "id", postgresql_where=_TO_BE_ASKED, sqlite_where=_TO_BE_ASKED),
    )


class PaymentEventRow(Base):
    """What the provider did to a payment and the ledger followed, each once: paid, refunded, charged back.

    `event_id` is the provider's name of the refund or chargeback, or of the payment itself.
    """

    __tablename__ = "payment_event"

    provider: Mapped[str] = mapped_column(_Provider, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    event_id: Mapped[str] = mapped_column(_PaymentId, primary_key=True)
    top_up_id: Mapped[str] = mapped_column(Identifier, ForeignKey("top_up.id"))
    entry_id: Mapped[str] = mapped_column(Identifier, ForeignKey("ledger_entry.id"))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        one_of("kind", PaymentEvent),
        UniqueConstraint("entry_id"),
        Index("ix_payment_event_top_up_id", "top_up_id"),
    )


class SettlementRow(Base):
    """What the provider paid out to our bank account: payments less its fees."""

    __tablename__ = "payment_settlement"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    provider: Mapped[str] = mapped_column(_Provider)
    settlement_id: Mapped[str] = mapped_column(_PaymentId)
    # What stands on our bank account after it, and what the provider kept.
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    fees_cents: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[str] = mapped_column(String(100))
    settled_at: Mapped[datetime] = mapped_column(Moment)
    entry_id: Mapped[str] = mapped_column(Identifier, ForeignKey("ledger_entry.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("provider", "settlement_id"), UniqueConstraint("entry_id"))
