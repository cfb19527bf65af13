"""What was spent from a wallet, by tool and month: what was charged less what was refunded."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Connection, case, func, select
from sqlalchemy.orm import Session

from core.infra.clock import BRUSSELS, belgian_date
from core.wallet.identifiers import WalletId
from core.wallet.states import TransactionKind, TransactionStatus
from core.wallet.tables import TransactionRow

_COUNTED = (TransactionKind.TOOL.value, TransactionKind.REFUND.value)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one tool cost in one month of Brussels, named by its first day; below zero where more was refunded."""

    month: date
    tool_code: str
    cents: int


def months_until(now: datetime, count: int) -> tuple[date, ...]:
    """Return the first days of so many months, the present one last."""
    today = belgian_date(now)
    present = 12 * today.year + today.month - 1
    return tuple(date(number // 12, number % 12 + 1, 1) for number in range(present - count + 1, present + 1))


def spending_of(session: Session | Connection, wallet_id: WalletId, months: tuple[date, ...]) -> tuple[Spent, ...]:
    """Return what was spent in these months, one after another and up to now; one statement, in no order.

    It reads every line of these months: for a page of its own, and none that is opened often.
    """
    line = TransactionRow.__table__.c
    starts = [datetime.combine(month, time(), tzinfo=BRUSSELS) for month in months]
    ends = zip(starts[1:], range(len(starts)), strict=False)
    month = case(*((line.at < end, number) for end, number in ends), else_=len(starts) - 1).label("month")
    rows = session.execute(
        select(month, line.tool_code, func.sum(-line.amount_cents).label("cents"))
        .where(
            line.wallet_id == wallet_id,
            line.at >= starts[0],
            line.status == TransactionStatus.SUCCEEDED.value,
            line.kind.in_(_COUNTED),
        )
        .group_by("month", line.tool_code)
    )
    return tuple(Spent(months[row.month], row.tool_code or "", int(row.cents)) for row in rows)
