"""What the address of a wallet's page asks for: read as people type it, refused where it means nothing."""

from datetime import date

import pytest

from core.wallet.statement_forms import asked, sort_value
from core.wallet.statements import Column, Direction, Filter, Order, Place
from core.wallet.states import TransactionKind, TransactionStatus


def test_an_address_that_asks_for_nothing_is_everything_the_newest_first() -> None:
    found = asked({})

    assert (found.form.value, found.order, found.place) == (Filter(), Order(Column.NUMBER, is_ascending=False), None)


def test_every_filter_is_read_and_counted() -> None:
    found = asked(
        {"number": " 12 ", "from": "2026-11-01", "until": "30/11/2026", "status": "failed", "type": "deposit-bank"}
    )

    day = date(2026, 11, 1), date(2026, 11, 30)
    assert found.form.value == Filter(12, *day, TransactionStatus.FAILED, TransactionKind.DEPOSIT_BANK, None)
    assert found.form.value.count == 5


@pytest.mark.parametrize(
    ("type_", "wanted"),
    [
        ("tool", Filter(kind=TransactionKind.TOOL)),
        ("tool:cadastrefinder", Filter(tool_code="cadastrefinder")),
        ("tool:tool", Filter(tool_code="tool")),
    ],
)
def test_among_the_types_are_the_tools_all_together_and_each(type_: str, wanted: Filter) -> None:
    assert asked({"type": type_}).form.value == wanted


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"number": "12a"}, "number"),
        ({"number": "-1"}, "number"),
        ({"number": "1234567890"}, "number"),
        ({"number": "١٢"}, "number"),
        ({"from": "31/11/2026"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"until": "tomorrow"}, "until"),
        ({"until": "9999-12-31"}, "until"),
        ({"from": "2026-11-02", "until": "2026-11-01"}, "until"),
        ({"status": "lost"}, "status"),
        ({"type": "lottery"}, "type"),
        ({"type": "tool:"}, "type"),
        ({"type": "tool:" + "x" * 65}, "type"),
    ],
)
def test_what_means_nothing_is_said_at_its_field_and_kept(sent: dict[str, str], field: str) -> None:
    form = asked(sent).form

    assert form.value is None
    assert [wrong.field for wrong in form.wrong] == [field]
    assert {name: form.typed[name] for name in sent} == sent


def test_one_day_alone_may_be_asked_for() -> None:
    assert asked({"from": "2026-11-02", "until": "2026-11-02"}).form.value is not None


@pytest.mark.parametrize("order", [Order(column, is_ascending=up) for column in Column for up in (True, False)])
def test_an_order_stands_in_an_address_as_it_is_read(order: Order) -> None:
    assert asked({"sort": sort_value(order)}).order == order


@pytest.mark.parametrize("sort", ["", "-", "balance", "--date", "DATE"])
def test_by_what_is_no_column_nothing_is_sorted(sort: str) -> None:
    assert asked({"sort": sort}).order == Order()


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"after": "7"}, Place(7, Direction.AFTER)),
        ({"before": "7"}, Place(7, Direction.BEFORE)),
        ({"after": "x"}, None),
        ({"after": "99999999999999999999"}, None),
    ],
)
def test_a_place_is_beside_a_number(sent: dict[str, str], place: Place | None) -> None:
    assert asked(sent).place == place
