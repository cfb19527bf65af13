"""The lines of a wallet: every filter and order, walked page by page both ways, against the same done in Python."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from core.infra.clock import FixedClock, belgian_date
from core.infra.db import Database
from core.wallet import charging, holds
from core.wallet.identifiers import WalletId
from core.wallet.monthly_spending import Spent, months_until, spending_of
from core.wallet.statements import (
    MOST_COUNTED,
    Column,
    Direction,
    Filter,
    Order,
    Place,
    StatementLine,
    count_of,
    lines_of,
)
from core.wallet.states import EntryKind, TransactionKind, TransactionStatus
from core.wallet.tables import TransactionRow
from tests.support import deposits
from tests.support.wallets import a_wallet, an_order

ORDERS = [Order(column, is_ascending=up) for column in Column for up in (True, False)]
KEYS: dict[Column, Callable[[StatementLine], object]] = {
    Column.NUMBER: lambda line: line.number,
    Column.DATE: lambda line: line.at,
    Column.TOOL: lambda line: line.tool_code or "",
    Column.AMOUNT: lambda line: line.amount_cents,
    Column.STATUS: lambda line: line.status.value,
}
TOOLS = ("rentals", "finder")
ALL = 1_000


@pytest.fixture
def wallet(database: Database, clock: FixedClock) -> WalletId:
    """Return a wallet with lines of every state, many of them alike; another wallet has some as well."""
    with database.transaction() as session:
        other, found = (a_wallet(session, cents=5_000, now=clock.now()) for _ in range(2))
        charging.charge(session, an_order(other, cents=100), now=clock.now())
        orders = [replace(an_order(found, cents=100 + 50 * (n % 3)), tool_code=TOOLS[n % 2]) for n in range(12)]
        for order in orders:
            clock.advance(timedelta(hours=9 if order.tool_code == TOOLS[0] else 0))
            charging.charge(session, order, now=clock.now())
        order = orders[0]
        done = charging.charge(session, order, now=clock.now())
        charging.refund(session, done.id, 50, client_id="finder", now=clock.now())
        charging.refuse(session, order, "insufficient-funds", now=clock.now())
        holds.reserve(session, order, life=timedelta(hours=1), now=clock.now())
        deposits.credit(session, found, 700, kind=EntryKind.TOP_UP_ONLINE, reference="o", now=clock.now())
    return found


def everything(session: Session, wallet: WalletId) -> tuple[StatementLine, ...]:
    return lines_of(session, wallet, Filter(), Order(), limit=ALL).lines


def pages(session: Session, wallet: WalletId, wanted: Filter, order: Order) -> list[tuple[StatementLine, ...]]:
    """Walk from the first page to the last, and make sure that the way back shows the same pages."""
    forth, place = [], None
    while True:
        stretch = lines_of(session, wallet, wanted, order, place=place, limit=4)
        forth.append(stretch)
        assert (stretch.earlier is None) == (place is None)
        if stretch.later is None:
            break
        place = stretch.later
    shown = forth[-1]
    for before in reversed(forth[:-1]):
        assert shown.earlier is not None
        shown = lines_of(session, wallet, wanted, order, place=shown.earlier, limit=4)
        assert shown.lines == before.lines
    return [stretch.lines for stretch in forth]


def test_pages_in_every_order_are_the_lines_in_that_order_each_once(database: Database, wallet: WalletId) -> None:
    with database.reading() as session:
        lines = everything(session, wallet)

        for order in ORDERS:
            key = KEYS[order.column]
            expected = sorted(lines, key=lambda line: (key(line), line.number), reverse=not order.is_ascending)
            assert [line for page in pages(session, wallet, Filter(), order) for line in page] == expected, order


def test_every_filter_finds_what_fits_and_counts_it(database: Database, wallet: WalletId) -> None:
    with database.reading() as session:
        lines = everything(session, wallet)
        day = belgian_date(lines[6].at)
        filters: list[tuple[Filter, Callable[[StatementLine], bool]]] = [
            (Filter(number=3), lambda line: line.number == 3),
            (Filter(since=day), lambda line: belgian_date(line.at) >= day),
            (Filter(until=day), lambda line: belgian_date(line.at) <= day),
            (Filter(since=day, until=day), lambda line: belgian_date(line.at) == day),
            (Filter(status=TransactionStatus.PENDING), lambda line: line.status is TransactionStatus.PENDING),
            (Filter(kind=TransactionKind.DEPOSIT_ONLINE), lambda line: line.kind is TransactionKind.DEPOSIT_ONLINE),
            (Filter(tool_code="rentals"), lambda line: line.tool_code == "rentals"),
            (
                Filter(tool_code="rentals", status=TransactionStatus.FAILED),
                lambda line: line.tool_code == "rentals" and line.status is TransactionStatus.FAILED,
            ),
            (Filter(tool_code="no-tool"), lambda _line: False),
        ]

        for wanted, fits in filters:
            expected = [line for line in lines if fits(line)]
            assert bool(expected) == (wanted.tool_code != "no-tool"), wanted
            assert [line for page in pages(session, wallet, wanted, Order()) for line in page] == expected, wanted
            assert count_of(session, wallet, wanted) == len(expected), wanted


def test_a_day_begins_at_midnight_in_brussels(database: Database, clock: FixedClock) -> None:
    moments = [datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)]
    outside = [moments[0] - timedelta(seconds=1), moments[1] + timedelta(seconds=1)]
    with database.transaction() as session:
        found = a_wallet(session, cents=0, now=clock.now())
        for moment in (outside[0], *moments, outside[1]):
            deposits.credit(session, found, 100, kind=EntryKind.TOP_UP_BANK, reference="b", now=moment)

        # Clocks go forward on that Sunday: it has 23 hours.
        day = date(2026, 3, 29)
        stretch = lines_of(session, found, Filter(since=day, until=day), Order())

    assert [line.at for line in reversed(stretch.lines)] == moments


def test_a_place_of_another_wallet_tells_nothing(database: Database, wallet: WalletId, clock: FixedClock) -> None:
    with database.transaction() as session:
        empty = a_wallet(session, cents=0, now=clock.now())

        for order in ORDERS:
            for direction in Direction:
                assert lines_of(session, empty, Filter(), order, place=Place(3, direction)).lines == ()
                assert lines_of(session, wallet, Filter(), order, place=Place(9_999, direction)).lines == ()


def test_no_more_are_counted_than_is_cheap(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        found = a_wallet(session, now=clock.now())
        for most in (MOST_COUNTED, MOST_COUNTED + 1):
            have = count_of(session, found, Filter()) or 0
            session.execute(
                insert(TransactionRow), [_a_row(found, have + 1 + n, clock.now()) for n in range(most - have)]
            )
            session.flush()
            assert count_of(session, found, Filter()) == (most if most == MOST_COUNTED else None)


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_no_order_sorts_what_an_index_has_in_order(database: Database, wallet: WalletId, order: Order) -> None:
    """With a hundred thousand lines that would be the whole page's time."""
    for place in (None, Place(7, Direction.AFTER), Place(7, Direction.BEFORE)):
        with database.reading() as session, sent(database) as statements:
            lines_of(session, wallet, Filter(), order, place=place)

        plan = plan_of(database, *statements[-1])
        assert "temp b-tree" not in plan
        assert "sort" not in plan.replace("sort key", ""), plan


def test_spending_is_what_was_charged_less_what_was_refunded_by_month_of_brussels(
    database: Database, clock: FixedClock
) -> None:
    months = months_until(datetime(2027, 1, 5, tzinfo=UTC), 3)
    in_november, in_january = datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)
    too_early = in_november - timedelta(seconds=1)
    with database.transaction() as session:
        found = a_wallet(session, cents=10_000, now=clock.now())
        charging.charge(session, an_order(found, cents=900), now=too_early)
        done = charging.charge(session, an_order(found, cents=250), now=in_november)
        rentals = replace(an_order(found, cents=400), tool_code="rentals")
        charging.charge(session, rentals, now=in_november)
        charging.refuse(session, rentals, "limit-reached", now=in_november)
        holds.reserve(session, rentals, life=timedelta(hours=1), now=in_november)
        charging.charge(session, an_order(found, cents=30), now=in_january)
        charging.refund(session, done.id, 100, client_id="finder", now=in_january)

        spent = spending_of(session, found, months)

    assert months == (date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1))
    assert set(spent) == {
        Spent(date(2026, 11, 1), "finder", 250),
        Spent(date(2026, 11, 1), "rentals", 400),
        Spent(date(2027, 1, 1), "finder", -70),
    }


def _a_row(wallet: WalletId, number: int, now: datetime) -> dict[str, object]:
    nothing = dict.fromkeys(("amount_cents", "balance_before_cents", "balance_after_cents"), 0)
    line = {"id": f"txn_{number}", "wallet_id": wallet, "number": number, "at": now, "description": ""}
    return {**line, "kind": TransactionKind.TOOL, "status": TransactionStatus.FAILED, **nothing}


@contextmanager
def sent(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Yield a list to which each statement is added as it goes to the driver, with its parameters."""
    statements: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        statements.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def plan_of(database: Database, statement: str, parameters: Any) -> str:
    """Return how the database would go about a statement if the table were large."""
    with database.reading() as session:
        connection = session.connection()
        if not database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            connection.exec_driver_sql("SET LOCAL enable_sort = off")
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        return str(connection.exec_driver_sql(f"{explain} {statement}", parameters).all()).lower()
