"""What wallets keep about a person, for whoever asks what is kept about them (GDPR article 15)."""

from typing import Any

from sqlalchemy import Select, select

from core.wallet.control.tables import LimitRow
from core.wallet.tables import TransactionRow


def payments_of(person_id: str) -> Select[*tuple[Any, ...]]:
    """Select the lines that a person caused on any wallet: not what was left on it, which is the organisation's."""
    return (
        select(
            *(TransactionRow.at, TransactionRow.kind, TransactionRow.status, TransactionRow.tool_code),
            *(TransactionRow.description, TransactionRow.amount_cents),
        )
        .where(TransactionRow.done_by == person_id)
        .order_by(TransactionRow.id)
    )


def limits_of(person_id: str) -> Select[*tuple[Any, ...]]:
    """Select the limits that were set for a person."""
    return (
        select(LimitRow.tool_code, LimitRow.per_charge_cents, LimitRow.per_month_cents, LimitRow.changed_at)
        .where(LimitRow.person_id == person_id)
        .order_by(LimitRow.id)
    )
