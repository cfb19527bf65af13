"""Rows of an extract: what is kept of each, and that no content whatever does anything but be read or refused."""

import io
from collections.abc import Mapping
from contextlib import suppress
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.companies.csv_rows import CsvFile
from core.companies.errors import ExtractRefused
from core.companies.lines import ADDRESS, ALL, CONTACT, DENOMINATION, ENTERPRISE, Part, gone, lines
from core.companies.numbers import BadNumber, check_digits, enterprise_number, ten_digits
from core.companies.values import text
from tests.support.companies import HEADERS, as_csv, company_number, written

ONE = written(company_number(1))


class InMemory:
    """An archive of one file."""

    has_checksums = True

    def __init__(self, content: bytes) -> None:
        self._content = content

    @property
    def sizes(self) -> Mapping[str, int]:
        return {"x.csv": len(self._content)}

    def open(self, _name: str) -> BinaryIO:
        return io.BytesIO(self._content)


def kept(part: Part, *rows: tuple[str, ...]) -> list[tuple[str | None, ...] | None]:
    file = CsvFile(InMemory(as_csv(HEADERS[part.name], rows)), "x.csv")
    return [cells for _number, cells in lines(part, file)]


def test_the_form_as_it_is_read_counts_before_the_one_of_the_statutes() -> None:
    rows = [(ONE, "AC", "000", "2", "014", form, "01-01-2020") for form in ("610", "")]

    assert [cells and cells[2] for cells in kept(ENTERPRISE, *rows)] == ["610", "014"]


def test_an_extract_without_the_younger_column_is_read() -> None:
    header = tuple(name for name in HEADERS["enterprise"] if name != "JuridicalFormCAC")
    content = as_csv(header, [(ONE, "AC", "000", "2", "014", "01-01-2020")])

    ((_number, cells),) = lines(ENTERPRISE, CsvFile(InMemory(content), "x.csv"))

    assert cells == ("active", "legal_person", "014", "2020-01-01")


def test_names_are_kept_by_language_and_sort() -> None:
    rows = [(ONE, language, "001", "A") for language in "12340"] + [(ONE, "2", "002", "B"), (ONE, "1", "003", "C")]

    assert [cells and cells[0] for cells in kept(DENOMINATION, *rows)] == [
        *("name_fr", "name_nl", "name_de", "name_en", "name_other"),
        *("abbreviation", "commercial_name"),
    ]
    assert kept(DENOMINATION, (ONE, "2", "004", "Bijkantoor"), (ONE, "2", "001", " ")) == [None, None]


@pytest.mark.parametrize(
    ("value", "address"),
    [(" Info@Bakker.example ", "Info@Bakker.example"), ("bakker.example", None), ("a b@c.be", None)],
)
def test_an_address_that_is_none_is_left_out(value: str, address: str | None) -> None:
    (cells,) = kept(CONTACT, (ONE, "ENT", "EMAIL", value))

    assert cells == (None if address is None else (address,))


@pytest.mark.parametrize("row", [("EST", "EMAIL"), ("ENT", "TEL"), ("ENT", "WEB")])
def test_other_contacts_are_left(row: tuple[str, str]) -> None:
    assert kept(CONTACT, (ONE, *row, "info@bakker.example")) == [None]


def test_an_address_keeps_its_parts_in_both_languages() -> None:
    place = ("9000", "Gent", "Gand", "Veldstraat", "Rue des Champs", "12", "A")

    assert kept(ADDRESS, (ONE, "REGO", "", "", *place, "", "")) == [place]


def test_rows_of_others_than_enterprises_are_passed_over() -> None:
    rows = [("2.000.000.339", "2", "003", "Winkel"), ("9.000.006.626", "2", "004", "Bijkantoor")]

    assert kept(DENOMINATION, *rows) == []


@given(st.integers(min_value=0, max_value=19_999_999))
def test_a_number_survives_being_written_and_read(first: int) -> None:
    first_eight = f"{first:08d}"
    number = first_eight + check_digits(first_eight)

    read = enterprise_number(written(number))

    assert read is not None
    assert ten_digits(read) == number


@given(st.text(max_size=20))
def test_nothing_else_is_a_number(other: str) -> None:
    try:
        found = enterprise_number(other)
    except BadNumber:
        return
    assert other.count(".") == 2 if found is not None else other.count(".") == 3


@given(part=st.sampled_from(ALL), content=st.binary(max_size=400), with_header=st.booleans())
def test_any_content_is_read_or_refused(part: Part, content: bytes, *, with_header: bool) -> None:
    head = as_csv(HEADERS[part.name], ()) if with_header else b""

    for read in (lines, gone):
        with suppress(ExtractRefused):
            list(read(part, CsvFile(InMemory(head + content), "x.csv")))


@given(st.text(max_size=60).filter(lambda one: "\0" not in one))
def test_a_text_is_tidied_once_and_can_be_stored(written_text: str) -> None:
    tidy = text(written_text)

    assert text(tidy) == tidy
    assert tidy.isprintable() or not tidy
    assert "  " not in tidy
