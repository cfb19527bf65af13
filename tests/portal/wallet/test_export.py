"""The transactions as a file: what is filtered, whole, and as Excel reads it in each language."""

import csv
import io

import pytest
from werkzeug.test import TestResponse

from tests.portal.wallet.world import Office
from tests.support.html_page import Page


def fetch(office: Office, end: str, language: str = "en") -> TestResponse:
    answer = office.browser().get(f"{office.url}/export.csv{end}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer


def read(answer: TestResponse, delimiter: str) -> list[list[str]]:
    assert answer.data.startswith(b"\xef\xbb\xbf")
    text = answer.data.decode("utf-8-sig")
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def link(page: Page, id_: str) -> str:
    return page.one(id_).attributes["href"]


@pytest.mark.parametrize(("language", "delimiter", "point"), [("nl", ";", ","), ("fr", ";", ","), ("en", ",", ".")])
def test_file_opens_in_excel_in_the_language_of_the_page(
    office: Office, language: str, delimiter: str, point: str
) -> None:
    office.deposit(1_234_50)
    office.charge(2_50, description="Recherche «été»; rue, n° 1")

    answer = fetch(office, "", language)

    header, charge, deposit = read(answer, delimiter)
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="wallet-')
    assert len({len(header), len(charge), len(deposit)}) == 1
    assert charge[0] == "2" and charge[2] == "finder" and charge[4] == "Recherche «été»; rue, n° 1"
    assert [charge[6], charge[8], charge[9]] == [f"-2{point}50", f"1234{point}50", f"1232{point}00"]
    assert deposit[6] == f"1234{point}50"


def test_no_text_of_a_tool_becomes_a_formula_and_amounts_stay_numbers(office: Office) -> None:
    office.deposit(100_00)
    texts = ['=HYPERLINK("http://x")', "+1", "-1", "@x", "\t=1", "\r=1"]
    for text in texts:
        office.charge(1_00, description=text)

    lines = read(fetch(office, "?type=tool&sort=number", "nl"), ";")[1:]

    assert [line[4] for line in reversed(lines)] == [f"'{text}" for text in texts]
    assert {line[6] for line in lines} == {"-1,00"}


def test_file_has_what_the_filter_leaves_and_every_line_of_it(office: Office) -> None:
    office.deposit(100_00)
    office.charge(1_00, tool="rentals")
    office.fill_up(2_500)
    page = office.look("?type=tool:rentals")

    whole = read(fetch(office, ""), ",")[1:]
    narrowed = read(fetch(office, link(page, "#export").partition("export.csv")[2]), ",")[1:]

    assert [int(line[0]) for line in whole] == list(range(2_502, 0, -1))
    assert [line[0] for line in narrowed] == ["2"]
    assert "1 transaction " in page.one("#export").text
    assert "2502 transactions" in office.look().one("#export").text
    # More than are counted.
    assert not any(sign.isdigit() for sign in office.look("?status=failed").one("#export").text)


def test_whose_excel_has_another_region_takes_the_other_file(office: Office) -> None:
    office.deposit(100_00)

    english, dutch = office.look(), office.look(language="nl")

    other_english = fetch(office, link(english, "#export-other").partition("export.csv")[2], "en")
    other_dutch = fetch(office, link(dutch, "#export-other").partition("export.csv")[2], "nl")
    assert read(other_english, ";")[1][6] == "100,00"
    assert read(other_dutch, ",")[1][6] == "100.00"


def test_a_wrong_filter_has_no_file(office: Office) -> None:
    assert office.browser().get(f"{office.url}/export.csv?number=x").status_code == 400
