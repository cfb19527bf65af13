"""What is sent to a card, taken apart: short commands of ISO 7816-4 as T=0 carries them."""

from dataclasses import dataclass


class StatusWord(Exception):
    """How a command ends other than well; `value` is what the card answers."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code:04X}")
        self.value = code.to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `expected` is how many bytes are asked for (256 where the length byte is 0)."""

    cls: int
    instruction: int
    p1: int
    p2: int
    data: bytes
    expected: int

    @classmethod
    def parse(cls, sent: bytes) -> "Command":
        """Take a command apart; raises `StatusWord` 6700 where its lengths do not fit."""
        if len(sent) < 4:
            raise StatusWord(0x6700)
        (first, instruction, p1, p2), body = sent[:4], sent[4:]
        if len(body) <= 1:
            return cls(first, instruction, p1, p2, b"", (body[0] or 256) if body else 0)
        length, data = body[0], body[1 : 1 + body[0]]
        rest = body[1 + length :]
        if len(data) != length or len(rest) > 1:
            raise StatusWord(0x6700)
        return cls(first, instruction, p1, p2, data, (rest[0] or 256) if rest else 0)
