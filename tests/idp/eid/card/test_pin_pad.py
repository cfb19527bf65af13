"""Readers with keys of their own, as PC/SC part 10 describes them; none could be tried."""

import pytest

from idp.eid.card import pin_pad
from idp.eid.card.problems import CardProblem, Problem

CODE = 0x42330006


class Pad:
    """A reader with keys; `answer` is what the card says to the PIN that was typed."""

    def __init__(self, features: bytes | None, answer: bytes = b"\x90\x00") -> None:
        self.features = features
        self.answer = answer
        self.received: list[tuple[int, bytes]] = []

    def control(self, number: int, content: bytes = b"") -> bytes:
        assert (number, content) == (3400, b"")
        if self.features is None:
            raise CardProblem(Problem.FAILED)
        return self.features

    def control_code(self, code_number: int, content: bytes) -> bytes:
        self.received.append((code_number, content))
        return self.answer


def feature(tag: int, code: int) -> bytes:
    return bytes((tag, 4)) + code.to_bytes(4, "big")


@pytest.mark.parametrize(
    ("features", "code"),
    [
        (feature(0x06, CODE), CODE),
        (feature(0x12, 1) + feature(0x06, CODE) + feature(0x07, 2), CODE),
        (b"\x12\x00" + feature(0x06, CODE), CODE),
        (feature(0x12, 1), None),
        (b"", None),
        (b"\x06\x04\x42", None),
        (None, None),
    ],
)
def test_a_reader_says_by_itself_whether_it_has_keys(features: bytes | None, code: int | None) -> None:
    assert pin_pad.verify_code(Pad(features)) == code


def test_the_reader_is_told_what_to_fill_in() -> None:
    pad = Pad(None)

    pin_pad.verify_on_pad(pad, CODE)

    times, layout, digits, end = "1E1E", "894704", "0C04", "02"
    message, command = "FF" + "0000" + "00" + "000000", "002000010820FFFFFFFFFFFFFF"
    assert pad.received == [(CODE, bytes.fromhex(times + layout + digits + end + message + "0D000000" + command))]


@pytest.mark.parametrize(
    ("answer", "problem", "tries"),
    [
        ("63C2", Problem.PIN_WRONG, 2),
        ("63C0", Problem.PIN_BLOCKED, 0),
        ("6983", Problem.PIN_BLOCKED, 0),
        ("6400", Problem.TIMEOUT, None),
        ("6401", Problem.CANCELLED, None),
        ("6403", Problem.PIN_FORMAT, None),
        ("6B80", Problem.FAILED, None),
        ("", Problem.FAILED, None),
    ],
)
def test_what_the_user_did_at_the_reader_is_told(answer: str, problem: Problem, tries: int | None) -> None:
    with pytest.raises(CardProblem) as caught:
        pin_pad.verify_on_pad(Pad(None, bytes.fromhex(answer)), CODE)

    assert (caught.value.problem, caught.value.tries) == (problem, tries)
