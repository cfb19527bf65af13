"""National numbers: which are ones, and that they show themselves nowhere (E8; eid.md 4.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.infra.sealing import Unreadable
from core.infra.secret import Secret
from core.people.national_number import InvalidNationalNumber, NationalNumber, NumberKeys

OLD, NEW = ("2025", Secret("o" * 40)), ("2026", Secret("n" * 40))
NUMBERS = st.integers(0, 999_999_999).flatmap(
    lambda first: st.sampled_from(("", "2")).map(
        lambda century: f"{first:09d}{97 - int(f'{century}{first:09d}') % 97:02d}"
    )
)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("01050399864", "01050399864"),
        ("71715100070", "71715100070"),
        ("85061512390", "85061512390"),
        ("85.06.15-123.90", "85061512390"),
        (" 85 06 15 123 90 ", "85061512390"),
    ],
)
def test_a_number_is_known_by_its_check_digits_alone(text: str, digits: str) -> None:
    assert NationalNumber.parse(text).reveal() == digits


@given(digits=NUMBERS)
def test_every_number_with_right_check_digits_is_one(digits: str) -> None:
    assert NationalNumber.parse(digits).reveal() == digits


@given(digits=NUMBERS, place=st.integers(0, 10), other=st.integers(1, 9))
def test_a_digit_that_is_wrong_is_found_in_all_but_one_of_a_hundred(digits: str, place: int, other: int) -> None:
    """Two centuries are tried: what is wrong in one may by chance be right in the other."""
    wrong = digits[:place] + str((int(digits[place]) + other) % 10) + digits[place + 1 :]
    first, last = wrong[:9], int(wrong[9:])
    is_by_chance = any(97 - int(century + first) % 97 == last for century in ("", "2"))

    if is_by_chance:
        assert NationalNumber.parse(wrong).reveal() == wrong
    else:
        with pytest.raises(InvalidNationalNumber):
            NationalNumber.parse(wrong)


@pytest.mark.parametrize(
    "text",
    ["", "8506151239", "850615123901", "85061512391", "85061512300", "8506151239a", "٨٥٠٦١٥١٢٣٩٠", "PNOBE-85061512390"],
)
def test_what_is_no_number_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidNationalNumber) as refused:
        NationalNumber.parse(text)

    assert not text or text not in repr((refused.value, refused.value.details))


def test_a_number_shows_itself_nowhere() -> None:
    number = NationalNumber.parse("85061512390")

    for shown in (str(number), repr(number), f"{number}", f"{number!r}", str([number])):
        assert "85061512390" not in shown


def test_numbers_are_compared_by_their_digits() -> None:
    one, same, other = (NationalNumber.parse(text) for text in ("85061512390", "85.06.15-123.90", "71715100070"))

    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != "85061512390"


@given(digits=NUMBERS)
def test_a_closed_number_is_opened_again_and_says_nothing_itself(digits: str) -> None:
    number, keys = NationalNumber.parse(digits), NumberKeys((NEW, OLD))

    closed = keys.close(number)

    assert keys.open(closed) == number
    assert closed.key_id == "2026"
    assert digits not in repr(closed)
    assert closed.digest == keys.digests(number)[0]


def test_the_same_number_is_never_sealed_alike_and_always_found_alike() -> None:
    number, keys = NationalNumber.parse("85061512390"), NumberKeys((NEW,))

    first, second = keys.close(number), keys.close(number)

    assert first.sealed != second.sealed
    assert first.digest == second.digest


def test_after_a_rotation_earlier_numbers_are_read_and_found() -> None:
    number = NationalNumber.parse("85061512390")
    before = NumberKeys((OLD,)).close(number)
    rotated = NumberKeys((NEW, OLD))

    assert rotated.open(before) == number
    assert before.digest in rotated.digests(number)
    assert rotated.close(number).digest != before.digest


def test_without_its_key_a_number_is_lost() -> None:
    before = NumberKeys((OLD,)).close(NationalNumber.parse("85061512390"))

    with pytest.raises(Unreadable):
        NumberKeys((NEW,)).open(before)


def test_a_card_s_number_and_a_person_s_are_digested_apart() -> None:
    """Else the digest of the one would find the other."""
    keys = NumberKeys((NEW, OLD))

    assert set(keys.card_digests("85061512390")).isdisjoint(keys.digests(NationalNumber.parse("85061512390")))
    assert len(set(keys.card_digests("592000000196"))) == 2
