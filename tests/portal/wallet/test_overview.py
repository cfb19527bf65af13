"""The wallet's own page: the balance, the transactions with all that W2 asks for, the filter, the pages."""

from core.wallet.states import EntryKind
from tests.portal.wallet.world import Office
from tests.support.html_page import Element, Page
from tests.support.statements import counted


def rows(page: Page) -> dict[str, Element]:
    """Return the lines of the table by number, in their order."""
    return {row.attributes["data-number"]: row for row in page.all("tr") if "data-number" in row.attributes}


def cells(row: Element) -> dict[str, str]:
    """Return what stands in a line, by column."""
    inside = (child for child in row.content if isinstance(child, Element))
    return {cell.attributes["class"].split()[0].removeprefix("at-"): cell.text for cell in inside}


def cents(row: Element) -> tuple[int, ...]:
    """Return amount, balance before and balance after."""
    return tuple(int(cell.attributes["data-cents"]) for cell in row.walk() if "data-cents" in cell.attributes)


def test_an_unused_wallet_says_what_comes_and_how(office: Office) -> None:
    page = office.look()

    assert page.one("#balance").attributes["data-cents"] == "0"
    assert page.one("#recharge").attributes["href"] == f"{office.url}/recharge"
    assert page.one(".empty-state").text.startswith("No transactions yet")
    assert not page.has("#transactions") and not page.has("#filter") and not page.has("#export")


def test_lines_show_all_columns_and_what_failed_or_is_open_moves_nothing(office: Office) -> None:
    office.deposit(100_00)
    charged = office.charge(2_50)
    office.refund(charged.id, 50)
    office.refuse(500_00, "insufficient-funds")
    office.hold(12_00)

    page = office.look()

    found = rows(page)
    assert list(found) == ["5", "4", "3", "2", "1"]
    assert {number: row.attributes["data-status"] for number, row in found.items()} == {
        **dict.fromkeys("123", "succeeded"),
        "4": "failed",
        "5": "pending",
    }
    assert cents(found["1"]) == (100_00, 0, 100_00)
    assert cents(found["2"]) == (-2_50, 100_00, 97_50)
    assert cents(found["3"]) == (50, 97_50, 98_00)
    assert cents(found["4"]) == (-500_00, 98_00, 98_00)
    assert cents(found["5"]) == (-12_00, 98_00, 98_00)
    line = cells(found["2"])
    assert (line["tool"], line["description"], line["amount"]) == ("finder", "Search of a parcel", "-€2.50")
    assert cells(found["3"])["description"] == "Refund by a tool: Search of a parcel"
    assert "The balance was too low." in cells(found["4"])["description"]
    assert {number: any(cell.tag == "a" for cell in row.walk()) for number, row in found.items()} == {
        **dict.fromkeys("123", True),
        **dict.fromkeys("45", False),
    }
    # What is held is not there to be spent, and is not gone either.
    assert page.one("#balance").attributes["data-cents"] == "8600"
    assert "€12.00" in page.one("#held").text and "€98.00" in page.one("#held").text


def test_a_wallet_that_owes_says_so(office: Office) -> None:
    office.deposit(50_00, kind=EntryKind.TOP_UP_ONLINE)
    office.charge(40_00)
    office.take_back(50_00)

    page = office.look()

    assert page.one("#balance").text == "-€40.00"
    assert page.has("#frozen")


def test_filter_narrows_says_so_and_is_cleared(office: Office) -> None:
    office.deposit(100_00)
    for tool in ("finder", "rentals", "finder"):
        office.charge(2_50, tool=tool)
    office.refuse(500_00, "limit-reached")
    browser = office.browser()

    def numbers(query: str) -> list[str]:
        return list(rows(office.look(query, browser=browser)))

    assert numbers("?type=tool:finder") == ["5", "4", "2"]
    assert numbers("?type=deposit-bank") == ["1"]
    assert numbers("?status=failed") == ["5"]
    assert numbers("?number=3") == ["3"]
    assert numbers("?type=tool:finder&status=succeeded&sort=number") == ["2", "4"]
    narrowed = office.look("?type=tool:finder&status=succeeded&from=2001-01-01", browser=browser)
    assert "3 filters" in narrowed.text
    assert narrowed.one("#clear-filters").attributes["href"] == office.url
    assert narrowed.one("option[value=tool:finder]").attributes.keys() >= {"selected"}
    assert "2 transactions" in narrowed.one("#export").text
    nothing = office.look("?number=99", browser=browser)
    assert nothing.status == 200 and not nothing.has("#transactions") and not nothing.has("#export")
    assert not office.look(browser=browser).has("#clear-filters")


def test_what_is_wrong_with_a_filter_is_said_at_the_field_and_stays_typed(office: Office) -> None:
    office.deposit(100_00)

    page = office.look("?number=<b>&from=2026-02-02&until=2026-02-01&status=failed")

    assert page.status == 422
    assert page.one("#number").attributes["value"] == "<b>"
    assert page.one("#number").attributes["aria-invalid"] == "true"
    assert page.has("#number-error") and page.has("#until-error") and not page.has("#from-error")
    assert page.one("option[value=failed]").attributes.keys() >= {"selected"}
    assert not page.has("#transactions") and page.has("#clear-filters")


def test_heads_sort_and_pages_follow_keeping_the_filter(office: Office) -> None:
    office.deposit(500_00)
    for number in range(60):
        office.charge(1_00 + number)
    browser = office.browser()

    dearest = office.look("?type=tool&sort=amount", browser=browser)
    first = rows(dearest)
    last = office.look(dearest.one("#later").attributes["href"].removeprefix(office.url), browser=browser)
    again = rows(office.look(last.one("#earlier").attributes["href"].removeprefix(office.url), browser=browser))

    assert list(first) == [str(number) for number in range(61, 11, -1)]
    assert list(rows(last)) == [str(number) for number in range(11, 1, -1)]
    assert list(again) == list(first)
    assert not dearest.has("#earlier") and not last.has("#later")
    heads = {head.attributes.get("aria-sort") for head in dearest.all("th") if "aria-sort" in head.attributes}
    assert heads == {"ascending"}
    turned = dearest.one("#sort-amount").attributes["href"]
    assert "type=tool" in turned and "sort=-amount" in turned
    assert dearest.one("input[name=sort]").attributes["value"] == "amount"


def test_the_page_asks_the_database_a_fixed_number_of_times(office: Office) -> None:
    office.deposit(500_00)
    browser, asked = office.browser(), []
    for charges in (1, 30):
        for _ in range(charges):
            office.charge(1_00)
        with counted(office.portal.services.database) as statements:
            office.look("?status=succeeded", browser=browser)
        asked.append(len(statements))

    assert asked[0] == asked[1]
    assert asked[0] <= 6
