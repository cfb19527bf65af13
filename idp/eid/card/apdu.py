"""One command to a chip and its answer, with what the old transport protocol asks of us (ISO 7816-4, eid.md 1.6)."""

from collections.abc import Callable
from dataclasses import dataclass

from idp.eid.card.problems import CardProblem, Problem

# Sends one command and returns what came back, status word included; raises `CardProblem` when the card is gone.
Transmit = Callable[[bytes], bytes]

OK = 0x9000
FILE_NOT_FOUND = 0x6A82
BLOCKED = 0x6983
_GET_RESPONSE = bytes.fromhex("00C00000")
# 256 bytes of a signature come in two parts at most; whoever sends more is no card.
_MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What a card answered; `status` is its two last bytes as one number."""

    status: int
    content: bytes

    @property
    def is_ok(self) -> bool:
        """Tell whether the command was done."""
        return self.status == OK


def exchange(transmit: Transmit, command: bytes) -> Answer:
    """Send a command and return the whole answer: right lengths are repeated, waiting bytes are fetched."""
    answer = _send(transmit, command)
    if answer.status >> 8 == 0x6C:
        answer = _send(transmit, command[:-1] + bytes((answer.status & 0xFF,)))
    content = answer.content
    for _ in range(_MOST_PARTS):
        if answer.status >> 8 != 0x61:
            return Answer(answer.status, content)
        answer = _send(transmit, _GET_RESPONSE + bytes((answer.status & 0xFF,)))
        content += answer.content
    raise CardProblem(Problem.FAILED)


def require(answer: Answer) -> bytes:
    """Return the answer's content; raise `CardProblem` where the command was refused."""
    if not answer.is_ok:
        raise problem_of(answer.status)
    return answer.content


def problem_of(status: int) -> CardProblem:
    """Return what a refusal means to the user."""
    if status & 0xFFF0 == 0x63C0:
        tries = status & 0xF
        return CardProblem(Problem.PIN_WRONG, tries=tries) if tries else CardProblem(Problem.PIN_BLOCKED, tries=0)
    match status:
        case 0x6983:
            return CardProblem(Problem.PIN_BLOCKED, tries=0)
        case 0x6400:
            return CardProblem(Problem.TIMEOUT)
        case 0x6401:
            return CardProblem(Problem.CANCELLED)
        case 0x6403:
            return CardProblem(Problem.PIN_FORMAT)
        case 0x6D00 | 0x6E00:
            return CardProblem(Problem.UNSUPPORTED_CARD)
        case _:
            return CardProblem(Problem.FAILED)


def _send(transmit: Transmit, command: bytes) -> Answer:
    answer = transmit(command)
    if len(answer) < 2:
        # Every card answers at least how it went; some readers report a card that is pulled out like this.
        raise CardProblem(Problem.CARD_REMOVED)
    return Answer(int.from_bytes(answer[-2:], "big"), answer[:-2])
