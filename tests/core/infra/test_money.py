"""Amounts are read as people type them and written as their language does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.infra.money import euros, parse_euros, whole_euros

SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("language", "written"),
    [("nl", f"€{SPACE}1.234,50"), ("fr", f"1{chr(0x202F)}234,50{SPACE}€"), ("en", "€1,234.50"), ("de", "€1,234.50")],
)
def test_an_amount_is_written_as_its_language_does(language: str, written: str) -> None:
    assert euros(1_234_50, language) == written


@pytest.mark.parametrize(
    ("language", "written"), [("nl", f"€{SPACE}1.200"), ("fr", f"1{chr(0x202F)}200{SPACE}€"), ("en", "€1,200")]
)
def test_whole_euros_have_no_cents(language: str, written: str) -> None:
    assert whole_euros(1_200, language) == written


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        *(("75", 75_00), ("75,5", 75_50), ("75.05", 75_05), (" € 50 ", 50_00), ("1.234,50", 1_234_50)),
        *(("1,234.50", 1_234_50), ("1 234,50", 1_234_50), ("1.234", 1_234_00), ("0,01", 1), ("0", 0)),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed: str, cents: int) -> None:
    assert parse_euros(typed) == cents


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ten",
        "-5",
        "1e3",
        "5,123456",
        "1.23.4",
        "12.34,5.6",
        "²",
        "5,,5",
        "9" * 10,
        "1.000.000.000",
        "1" + ".000" * 2_000,
    ],
)
def test_what_is_no_amount_is_not_guessed(typed: str) -> None:
    assert parse_euros(typed) is None


@given(st.integers(0, 999_999_99), st.sampled_from(["nl", "fr", "en"]))
def test_what_we_write_can_be_typed_again(cents: int, language: str) -> None:
    assert parse_euros(euros(cents, language)) == cents
