"""Files for a spreadsheet: nothing is taken for a formula, and numbers are numbers where the file is opened."""

import csv
import io
from decimal import Decimal

import pytest

from core.infra.sheets import BEGIN, Separator, lines, safe_cell, sheet


@pytest.mark.parametrize("cell", ["=1+1", "+32", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1"])
def test_no_text_is_a_formula(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"
    assert f"'{cell[0]}".encode() in sheet([("line", cell)])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Search,=HYPERLINK(A1)", "Search,'=HYPERLINK(A1)"),
        ("Search; @SUM(A1)", "Search; '@SUM(A1)"),
        ('a,"=1+1"', 'a,"\'=1+1"'),
        (",=1+1", ",'=1+1"),
        ("a\t+1,-1", "a\t'+1,'-1"),
        (" =1+1", "' =1+1"),
    ],
)
def test_nothing_is_a_formula_where_a_spreadsheet_of_another_region_cuts(written: str, shown: str) -> None:
    assert safe_cell(written) == shown


def test_other_texts_stay_as_they_are() -> None:
    assert safe_cell("Rue de l'Église 1-3, 2e (a=b), x@y.be") == "Rue de l'Église 1-3, 2e (a=b), x@y.be"
    assert sheet([("1", "An; Peeters"), ("", "é")]) == '1;"An; Peeters"\r\n;é\r\n'.encode("utf-8-sig")


@pytest.mark.parametrize(
    ("separator", "written"),
    [(Separator.SEMICOLON, b"7;-2,50;a,b\r\n"), (Separator.COMMA, b'7,-2.50,"a,b"\r\n')],
)
def test_a_number_below_zero_is_a_number_and_no_formula(separator: Separator, written: bytes) -> None:
    assert lines([(7, Decimal("-2.50"), "a,b")], separator) == written


@pytest.mark.parametrize("separator", Separator)
def test_what_somebody_wrote_stays_one_cell(separator: Separator) -> None:
    written = 'a;b,c "d"\r\n=e'

    read = csv.reader(io.StringIO(lines([(written, "f")], separator).decode(), newline=""), delimiter=separator.value)

    assert list(read) == [['a;b,c "d"\r\n\'=e', "f"]]


def test_a_sheet_begins_with_the_mark_by_which_excel_knows_its_letters() -> None:
    assert sheet([("é",)]).startswith(BEGIN)
