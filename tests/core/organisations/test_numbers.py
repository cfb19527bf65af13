import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.organisations.errors import InvalidCompanyNumber
from core.organisations.numbers import check_digits, normalise, shown

first_eights = st.integers(min_value=1, max_value=19_999_999).map(lambda number: f"{number:08d}")


@pytest.mark.parametrize("number", ["0866381630", "0403019261", "0100001060", "0100002050"])
def test_known_numbers_are_valid(number: str) -> None:
    assert normalise(number) == number


@pytest.mark.parametrize(
    "text", ["BE0403.019.261", "BE 0403 019 261", "0403/019/261", "403019261", " 0403-019-261 ", "be0403019261"]
)
def test_punctuation_and_older_forms_are_tolerated(text: str) -> None:
    assert normalise(text) == "0403019261"


@pytest.mark.parametrize(
    "text",
    ["", "0866381631", "2403019261", "04030192611", "04030192", "abcdefghij", "0400008600", "0" * 10, "0" * 50],
)
def test_what_is_no_company_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidCompanyNumber):
        normalise(text)


def test_a_remainder_of_zero_gives_97() -> None:
    assert check_digits("04000086") == "97"
    assert normalise("0400008697") == "0400008697"


@given(first_eights)
def test_number_survives_being_shown_and_read(first_eight: str) -> None:
    number = first_eight + check_digits(first_eight)

    assert normalise(shown(number)) == number


@given(first_eights, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_found(first_eight: str, place: int, step: int) -> None:
    number = first_eight + check_digits(first_eight)
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]

    with pytest.raises(InvalidCompanyNumber):
        normalise(wrong)


@given(first_eights, st.integers(0, 8))
def test_swapped_neighbours_are_found(first_eight: str, place: int) -> None:
    number = first_eight + check_digits(first_eight)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    if swapped != number:
        with pytest.raises(InvalidCompanyNumber):
            normalise(swapped)


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = normalise(text)
    except InvalidCompanyNumber:
        return
    assert len(number) == 10
    assert number.isdecimal()
