"""What managers and operators keep an eye on: limits of who may spend how much, and reconciliations."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from core.infra.db import Base, Identifier, Moment


class LimitRow(Base):
    """What may be spent from a wallet (W11): by one employee or all, in one tool or all.

    `subject` is person and tool in one word, so that one limit stands for each of them.
    """

    __tablename__ = "wallet_limit"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    wallet_id: Mapped[str] = mapped_column(Identifier, ForeignKey("wallet.id"))
    subject: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[str | None] = mapped_column(Identifier, ForeignKey("person.id"))
    tool_code: Mapped[str | None] = mapped_column(String(64))
    # Of one charge; and of all charges and open holds of a Belgian calendar month.
    per_charge_cents: Mapped[int | None] = mapped_column(BigInteger)
    per_month_cents: Mapped[int | None] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        CheckConstraint("per_charge_cents IS NOT NULL OR per_month_cents IS NOT NULL", name="limits"),
        CheckConstraint("per_charge_cents >= 0 AND per_month_cents >= 0", name="amounts"),
        Unique("wallet_id", "subject"),
        Index("ix_wallet_limit_person_id", "person_id"),
    )


class ReconciliationRow(Base):
    """What a day's comparison of provider, bank and ledger found; an empty list means that all agree.

    `balances` is what stood on each account then: of wallets and holds the sum, in cents by name.
    """

    __tablename__ = "reconciliation"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(Moment)
    balances: Mapped[dict[str, int]] = mapped_column(JSON)
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
