"""Telephone numbers: what people type becomes E.164 (ITU-T), and is read in groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.detail_errors import InvalidDetail, Problem
from core.people.phone_numbers import phone_for_reading, require_phone_number, same_number

MOBILES = st.integers(50_000_000, 99_999_999).map(lambda number: f"4{number}")
LINES = st.from_regex(r"\A([1-35-9][0-9]{7}|4[23][0-9]{6})\Z")
FOREIGN = st.tuples(st.sampled_from(["31", "33", "352", "49", "1"]), st.integers(10_000_000, 999_999_999)).map(
    lambda parts: f"+{parts[0]}{parts[1]}"
)
PUNCTUATION = st.sampled_from(["", " ", ".", "/", "-", "\u00a0", "\u2011"])


@st.composite
def spread(draw: st.DrawFn, digits: str) -> str:
    return "".join(digit + draw(PUNCTUATION) for digit in digits)


@given(st.data(), MOBILES | LINES, st.sampled_from(["0", "+32", "0032", "+32(0)"]))
def test_belgian_number_is_the_same_however_it_is_written(data: st.DataObject, digits: str, prefix: str) -> None:
    typed = prefix + data.draw(spread(digits))

    assert require_phone_number(typed) == f"+32{digits}"


@given(MOBILES.map("+32{}".format) | LINES.map("+32{}".format) | FOREIGN)
def test_what_is_shown_is_taken_back_as_the_same_number(number: str) -> None:
    shown = phone_for_reading(number)

    assert require_phone_number(shown) == number
    assert same_number(shown, number)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+32470550122", "+32 470 55 01 22"),
        ("+3235550110", "+32 3 555 01 10"),
        ("+3281550210", "+32 81 55 02 10"),
        ("+3242221100", "+32 4 222 11 00"),
        ("+31205550110", "+31205550110"),
        ("ask Anna", "ask Anna"),
    ],
)
def test_belgian_numbers_are_read_in_groups(number: str, shown: str) -> None:
    assert phone_for_reading(number) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "1", "470550122", "0470 55 01 2", "0470 55 01 222", "032 555 01 10 11", "+32 1", "+0 555 01 10 11", "00",
        "+1234567", "+1234567890123456", "0470 55 01 22 ext. 3", "+٣٢٤٧٠٥٥٠١٢٢", "+32 400 00 00 00", "tel:+3235550110",
    ],
)  # fmt: skip
def test_what_cannot_be_dialled_is_refused(typed: str) -> None:
    with pytest.raises(InvalidDetail) as refused:
        require_phone_number(typed)

    assert refused.value.problem is Problem.PHONE_NUMBER


@given(st.text(max_size=30))
def test_anything_typed_is_a_number_or_refused(typed: str) -> None:
    try:
        number = require_phone_number(typed)
    except InvalidDetail:
        return
    assert number[0] == "+" and number[1:].isdigit() and number.isascii() and 9 <= len(number) <= 16
    assert require_phone_number(number) == number


def test_no_number_is_another_than_any() -> None:
    assert same_number(None, None)
    assert not same_number(None, "+3235550110")
    assert not same_number("+3235550110", "+3235550111")
