"""The lines of a wallet's page: filtered, sorted by a column, one stretch at a time (W2, W3).

Each column by which they can be sorted has its index on the table, so that a page costs the same
with a hundred lines and with a hundred thousand (keyset paging both ways).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, func, literal_column, select, tuple_
from sqlalchemy.orm import Session

from core.infra.clock import BRUSSELS
from core.wallet.identifiers import TransactionId, WalletId
from core.wallet.states import TransactionKind, TransactionStatus
from core.wallet.tables import TransactionRow

PAGE = 50
# Counting more than these would cost more than the page itself.
MOST_COUNTED = 1_000


class Column(StrEnum):
    """By what lines are sorted; lines that are alike in it are sorted by their number."""

    NUMBER = "number"
    DATE = "date"
    TOOL = "tool"
    AMOUNT = "amount"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Order:
    """In which order lines come: the newest first, unless it is said otherwise."""

    column: Column = Column.NUMBER
    is_ascending: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """What the lines are narrowed down to; the days are those of Brussels, both included."""

    number: int | None = None
    since: date | None = None
    until: date | None = None
    status: TransactionStatus | None = None
    kind: TransactionKind | None = None
    tool_code: str | None = None

    @property
    def count(self) -> int:
        """Return how many filters are set."""
        set_ = (self.number, self.since, self.until, self.status, self.kind, self.tool_code)
        return sum(value is not None for value in set_)


class Direction(StrEnum):
    """Which way a stretch lies from the place where it begins."""

    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the order a stretch begins: beside the line with this number."""

    number: int
    direction: Direction


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


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some lines; `earlier` and `later` lead to those beside them in the order, None where there are none."""

    lines: tuple[StatementLine, ...]
    earlier: Place | None
    later: Place | None


def lines_of(
    session: Session | Connection,
    wallet_id: WalletId,
    wanted: Filter,
    order: Order,
    *,
    place: Place | None = None,
    limit: int = PAGE,
) -> Stretch:
    """Return a stretch of the lines that fit the filter; one statement.

    A place whose line is not this wallet's has nothing beside it.
    """
    backwards = place is not None and place.direction is Direction.BEFORE
    line, is_ascending = TransactionRow.__table__, order.is_ascending is not backwards
    statement = _select(line).where(*_narrowed(line, wallet_id, wanted))
    if place is not None:
        statement = statement.where(_beyond(line, wallet_id, order.column, place.number, is_ascending=is_ascending))
    keys = _keys(line, order.column)
    statement = statement.order_by(*(key.asc() if is_ascending else key.desc() for key in keys))
    rows = session.execute(statement.limit(limit + 1)).all()
    more, shown = len(rows) > limit, rows[:limit]
    found = tuple(_line(row) for row in (reversed(shown) if backwards else shown))
    if not found:
        return Stretch((), None, None)
    has_earlier, has_later = (more, True) if backwards else (place is not None, more)
    return Stretch(
        found,
        Place(found[0].number, Direction.BEFORE) if has_earlier else None,
        Place(found[-1].number, Direction.AFTER) if has_later else None,
    )


def count_of(session: Session | Connection, wallet_id: WalletId, wanted: Filter) -> int | None:
    """Return how many lines fit the filter; None where there are more than `MOST_COUNTED`."""
    line = TransactionRow.__table__
    some = select(line.c.id).where(*_narrowed(line, wallet_id, wanted)).limit(MOST_COUNTED + 1).subquery()
    count = session.execute(select(func.count()).select_from(some)).scalar_one()
    return None if count > MOST_COUNTED else count


def _select(line: FromClause) -> Select[*tuple[object, ...]]:
    c = line.c
    return select(
        *(c.id, c.number, c.at, c.kind, c.status, c.reason, c.tool_code, c.description, c.reference),
        *(c.amount_cents, c.balance_before_cents, c.balance_after_cents, c.receipt_number),
    )


def _narrowed(line: FromClause, wallet_id: WalletId, wanted: Filter) -> Iterator[ColumnElement[bool]]:
    c = line.c
    yield c.wallet_id == wallet_id
    if wanted.number is not None:
        yield c.number == wanted.number
    if wanted.since is not None:
        yield c.at >= _midnight(wanted.since)
    if wanted.until is not None:
        yield c.at < _midnight(wanted.until + timedelta(days=1))
    if wanted.status is not None:
        yield c.status == wanted.status.value
    if wanted.kind is not None:
        yield c.kind == wanted.kind.value
    if wanted.tool_code is not None:
        yield _tool(line) == wanted.tool_code


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=BRUSSELS)


def _tool(line: FromClause) -> ColumnElement[str]:
    # To the letter as the index has it; no tool has an empty code.
    return func.coalesce(line.c.tool_code, literal_column("''"))


def _keys(
    line: FromClause, column: Column
) -> tuple[ColumnElement[str] | ColumnElement[int] | ColumnElement[datetime], ...]:
    c = line.c
    match column:
        case Column.NUMBER:
            return (c.number,)
        case Column.DATE:
            return (c.at, c.number)
        case Column.TOOL:
            return (_tool(line), c.number)
        case Column.AMOUNT:
            return (c.amount_cents, c.number)
        case Column.STATUS:
            return (c.status, c.number)


def _beyond(
    line: FromClause, wallet_id: WalletId, column: Column, number: int, *, is_ascending: bool
) -> ColumnElement[bool]:
    at = TransactionRow.__table__.alias("at")
    begins = (
        select(key).where(at.c.wallet_id == wallet_id, at.c.number == number).scalar_subquery()
        for key in _keys(at, column)
    )
    here, there = tuple_(*_keys(line, column)), tuple_(*begins)
    return here > there if is_ascending else here < there


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
