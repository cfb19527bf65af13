"""The date of birth as municipalities word it (eid.md 1.3)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.eid.birth_dates import read_birth_date

FRENCH = ["JAN", "FEV", "MARS", "AVR", "MAI", "JUIN", "JUIL", "AOUT", "SEPT", "OCT", "NOV", "DEC"]
DUTCH = ["JAN", "FEB", "MAAR", "APR", "MEI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEC"]
GERMAN = ["JAN", "FEB", "MÄR", "APR", "MAI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEZ"]


@given(day=st.dates(min_value=date(1900, 1, 1)))
def test_every_day_is_read_in_each_language(day: date) -> None:
    for months in (FRENCH, DUTCH):
        assert read_birth_date(f"{day.day:02} {months[day.month - 1]} {day.year}") == day
        assert read_birth_date(f"{day.day:02} {months[day.month - 1].lower()}  {day.year}") == day
    assert read_birth_date(f"{day.day:02}.{GERMAN[day.month - 1]}.{day.year}") == day


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "1979", "APR 1979", "00 APR 1979", "31 FEB 1979", "12 APRIL 1979"),
        *("16 APR 79X", "16 APR 79", "16 APR 99999", "16-APR-1979", "١٦ APR 1979", "16 APR 1979 1979"),
    ],
)
def test_a_day_that_is_not_known_is_no_day(text: str | None) -> None:
    assert read_birth_date(text) is None


@given(text=st.text(max_size=30))
def test_no_text_is_an_error(text: str) -> None:
    found = read_birth_date(text)

    assert found is None or isinstance(found, date)
