"""Structured messages as the Belgian banks check them, and the QR code of a transfer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wallet.bank import rules

numbers = st.integers(0, 10**10 - 1)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (108068171, "+++010/8068/17183+++"),
        (1, "+++000/0000/00101+++"),
        (97, "+++000/0000/09797+++"),
        (1234567890, "+++123/4567/89002+++"),
    ],
)
def test_check_digits_are_the_remainder_by_97_and_97_where_there_is_none(number: int, written: str) -> None:
    assert rules.shown(rules.reference_of(number)) == written


@given(numbers, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: int, place: int, change: int) -> None:
    reference = rules.reference_of(number)
    wrong = str((int(reference[place]) + change) % 10)

    assert rules.is_right(reference)
    assert not rules.is_right(reference[:place] + wrong + reference[place + 1 :])


@given(numbers, st.integers(0, 8))
def test_two_neighbours_changed_over_are_always_found(number: int, place: int) -> None:
    reference = rules.reference_of(number)
    first, second = reference[place], reference[place + 1]

    swapped = reference[:place] + second + first + reference[place + 2 :]
    assert rules.is_right(swapped) is (first == second)


@given(
    number=numbers,
    around=st.sampled_from(["%s", "+++%s+++", "***%s***", "Wallet %s, bedankt", "%s.", "\n%s\n"]),
    grouped=st.booleans(),
)
def test_a_message_is_found_however_it_is_written(number: int, around: str, *, grouped: bool) -> None:
    reference = rules.reference_of(number)
    written = rules.shown(reference).strip("+") if grouped else reference

    assert rules.within(around % written) == {reference}


@pytest.mark.parametrize(
    "text",
    ["", "010806817184", "9010806817183", "0108068171835", "BE010806817183999", "12/05/2026 factuur 010/8068/1718"],
)
def test_other_digits_are_no_message(text: str) -> None:
    assert rules.within(text) == frozenset()


@given(numbers, st.integers(0, 11), st.integers(1, 9))
def test_a_mistyped_message_leads_to_those_that_it_may_have_been(number: int, place: int, change: int) -> None:
    reference = rules.reference_of(number)
    mistyped = reference[:place] + str((int(reference[place]) + change) % 10) + reference[place + 1 :]

    found = rules.near(mistyped)

    assert reference in found
    assert all(rules.is_right(one) for one in found)


@pytest.mark.parametrize("around", ["+++%s+++", "***%s***", "Wallet +++%s+++, bedankt"])
def test_a_message_that_was_marked_as_one_and_mistyped_is_told_from_other_digits(around: str) -> None:
    assert rules.mistyped(around % "010/8068/17184") == {"010806817184"}
    assert rules.mistyped(around % "010806817184") == {"010806817184"}
    assert rules.mistyped(around % "010/8068/17183") == frozenset()
    assert rules.mistyped("010/8068/17184, factuur 010806817184") == frozenset()


def test_the_banks_own_field_is_read_right_or_wrong() -> None:
    assert rules.digits_of("010806817184") == "010806817184"
    assert rules.digits_of("***010/8068/17183***") == "010806817183"
    assert rules.digits_of("RF18539007547034") is None


def test_the_code_of_a_transfer_has_the_lines_of_epc069_12() -> None:
    code = rules.transfer_code(
        iban="BE71096123456769", bic="GKCCBEBB", holder="Immo-Connect", reference=rules.reference_of(108068171)
    )

    assert code.split("\n") == [
        *("BCD", "002", "1", "SCT", "GKCCBEBB", "Immo-Connect", "BE71096123456769"),
        *("", "", "", "+++010/8068/17183+++"),
    ]
    assert len(code.encode()) <= 331
