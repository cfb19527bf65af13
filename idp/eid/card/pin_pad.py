"""Readers with keys of their own: the PIN goes from them to the card and never through this machine (eid.md 1.7)."""

import struct
from typing import Protocol

from idp.eid.card import apdu
from idp.eid.card.problems import CardProblem

_GET_FEATURES = 3400
_VERIFY_DIRECT = 0x06
_TIMEOUT_SECONDS = 30
_FORMAT = 0x89
_BLOCK = 0x47
_LENGTH = 0x04
_LONGEST, _SHORTEST = 12, 4
_ENDED_BY_KEY = 0x02
_MESSAGE_OF_THE_READER = 0xFF
_VERIFY = bytes.fromhex("002000010820FFFFFFFFFFFFFF")


class Reader(Protocol):
    """What a reader itself is told, beside the card in it (PC/SC part 10)."""

    def control(self, number: int, content: bytes = b"") -> bytes:
        """Send a command by its number; raise `CardProblem` where the reader knows none."""

    def control_code(self, code_number: int, content: bytes) -> bytes:
        """Send a command by the code that the reader itself named."""


def verify_code(reader: Reader) -> int | None:
    """Return the reader's own code of the command that asks for a PIN; None for a reader without keys."""
    try:
        features = reader.control(_GET_FEATURES)
    except CardProblem:
        # Readers without features of their own refuse the question.
        return None
    while len(features) >= 6:
        tag, length = features[0], features[1]
        if tag == _VERIFY_DIRECT and length == 4:
            return int.from_bytes(features[2:6], "big")
        features = features[2 + length :]
    return None


def verify_on_pad(reader: Reader, code: int) -> None:
    """Let the reader ask for the PIN and show it to the card; raise `CardProblem` as the card or its user refuses."""
    answer = reader.control_code(code, verify_structure())
    status = int.from_bytes(answer[-2:], "big") if len(answer) >= 2 else 0
    if status != apdu.OK:
        raise apdu.problem_of(status)


def verify_structure() -> bytes:
    """Return PIN_VERIFY of PC/SC part 10 with the command that the PIN is filled into."""
    head = struct.pack("<5BH", _TIMEOUT_SECONDS, _TIMEOUT_SECONDS, _FORMAT, _BLOCK, _LENGTH, _SHORTEST << 8 | _LONGEST)
    message = struct.pack("<BBHB3x", _ENDED_BY_KEY, _MESSAGE_OF_THE_READER, 0, 0)
    return head + message + struct.pack("<L", len(_VERIFY)) + _VERIFY
