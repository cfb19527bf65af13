"""The lines of a wallet's page: filtered, sorted by a column, one stretch at a time (W2, W3)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, select
from sqlalchemy.orm import Session

from core.wallet.identifiers import TransactionId, WalletId
from core.wallet.states import TransactionKind, TransactionStatus
from core.wallet.tables import TransactionRow

PAGE = 50


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line; the amount is what the wallet gains, below zero for what it paid."""

    id: TransactionId
    number: int
    at: datetime
    kind: TransactionKind
    status: TransactionStatus
    reason: str | None
    tool_code: str | None
    description: str
    reference: str | None
    amount_cents: int
    balance_before_cents: int
    balance_after_cents: int
    has_receipt: bool


def lines_of(session: Session | Connection, wallet_id: WalletId, *, limit: int = PAGE) -> tuple[StatementLine, ...]:
    """Return the newest lines of a wallet; one statement."""
    statement = _select().where(TransactionRow.wallet_id == wallet_id)
    rows = session.execute(statement.order_by(TransactionRow.number.desc()).limit(limit))
    return tuple(_line(row) for row in rows)


def _select() -> Select[*tuple[object, ...]]:
    line = TransactionRow
    return select(
        *(line.id, line.number, line.at, line.kind, line.status, line.reason, line.tool_code, line.description),
        *(line.reference, line.amount_cents, line.balance_before_cents, line.balance_after_cents),
        line.receipt_number,
    )


def _line(row: Row[*tuple[object, ...]]) -> StatementLine:
    return StatementLine(
        id=TransactionId(row.id),
        number=row.number,
        at=row.at,
        kind=TransactionKind(row.kind),
        status=TransactionStatus(row.status),
        reason=row.reason,
        tool_code=row.tool_code,
        description=row.description,
        reference=row.reference,
        amount_cents=row.amount_cents,
        balance_before_cents=row.balance_before_cents,
        balance_after_cents=row.balance_after_cents,
        has_receipt=row.receipt_number is not None,
    )
