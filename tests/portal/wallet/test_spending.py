"""What each tool costs a month: the table says what the chart draws."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.wallet.chart import HEIGHT, chart
from tests.portal.wallet.world import Office
from tests.support.html_page import Page

AMOUNTS = st.lists(st.lists(st.integers(-10_000, 10_000_000), min_size=3, max_size=3), min_size=1, max_size=12)


def cents_of(page: Page) -> list[int]:
    table = page.one("#spending").walk()
    return [int(cell.attributes["data-cents"]) for cell in table if "data-cents" in cell.attributes]


def test_nothing_spent_says_what_will_stand_here(office: Office) -> None:
    office.deposit(100_00)

    page = office.look("/spending")

    assert not page.has("#spending") and not page.has("#spending-chart")
    assert "Nothing was spent" in page.one(".empty-state").text


def test_table_and_chart_say_the_same(office: Office) -> None:
    office.deposit(100_00)
    charged = office.charge(10_00)
    office.charge(4_00, tool="rentals")
    office.refund(charged.id, 1_00)
    office.refuse(3_00, "insufficient-funds")

    page = office.look("/spending")

    cents = [
        int(cell.attributes["data-cents"]) for cell in page.one("#spending").walk() if "data-cents" in cell.attributes
    ]
    assert cents == [9_00, 4_00, 13_00]
    titles = [title.text for title in page.one("#spending-chart").walk() if title.tag == "title"]
    assert titles[0] == "Spending by tool and month"
    assert [title.rpartition(": ")[2] for title in titles[1:]] == ["€9.00", "€4.00"]
    assert "€13.00" in page.one(".lead").text
    month = next(link for link in page.one("#spending").walk() if link.tag == "a")
    there = office.look(month.attributes["href"].removeprefix(office.url))
    assert there.status == 200 and "2 filters" in there.text and there.has("#transactions")


def test_many_tools_share_the_last_colour(office: Office) -> None:
    office.deposit(100_00)
    for number in range(7):
        office.charge(7_00 - number, tool=f"tool-{number}")

    page = office.look("/spending")

    heads = [
        head.text for head in page.one("#spending").walk() if head.tag == "th" and head.attributes["scope"] == "col"
    ]
    assert heads == ["Month", "tool-0", "tool-1", "tool-2", "tool-3", "Other tools", "Total"]
    cents = [
        int(cell.attributes["data-cents"]) for cell in page.one("#spending").walk() if "data-cents" in cell.attributes
    ]
    assert cents == [700, 699, 698, 697, 696 + 695 + 694, sum(range(694, 701))]


@settings(max_examples=60)
@given(AMOUNTS)
def test_bars_stand_on_each_other_inside_the_chart_as_high_as_their_amounts(months: list[list[int]]) -> None:
    drawn = chart(months)

    top = drawn.lines[-1].euros * 100
    assert [line.euros for line in drawn.lines] == [0, top // 200, top // 100]
    assert len(drawn.middles) == len(months)
    for bar in drawn.bars:
        assert abs(bar.height - months[bar.month][bar.series] * (HEIGHT - drawn.lines[-1].y) / top) < 0.02
        assert bar.y >= drawn.lines[-1].y - 0.02 and bar.x >= 0 and bar.x + bar.width <= 100
        assert abs(bar.x + bar.width / 2 - drawn.middles[bar.month]) < 0.02
    for below, above in pairwise(drawn.bars):
        if below.month == above.month:
            assert abs(below.y - (above.y + above.height)) < 0.03
    assert {(bar.month, bar.series) for bar in drawn.bars} == {
        (month, series) for month, cents in enumerate(months) for series, one in enumerate(cents) if one > 0
    }
