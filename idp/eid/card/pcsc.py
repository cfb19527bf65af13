"""Readers and cards through PC/SC, by pyscard's thinnest layer: return codes here, `CardProblem` outside.

Cards are opened shared and always left powered: whoever unpowers one ends the sessions of other programs
(eid.md 6.7). pyscard is imported when it is first needed, so that the rest runs on machines without it.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from idp.eid.card.problems import CardProblem, Problem

_BUSY_TRIES = 3
_BUSY_PAUSE_SECONDS = 0.4

_SHARING_VIOLATION = 0x8010000B
_CARD_WAS_RESET = 0x80100068
_NO_READERS = 0x8010002E
_PROBLEMS = {
    0x8010001D: Problem.NO_SERVICE,
    0x8010001E: Problem.NO_SERVICE,
    _NO_READERS: Problem.NO_READER,
    0x80100009: Problem.NO_READER,
    0x80100017: Problem.NO_READER,
    0x8010000C: Problem.NO_CARD,
    0x80100066: Problem.UNSUPPORTED_CARD,
    0x80100067: Problem.CARD_REMOVED,
    0x80100069: Problem.CARD_REMOVED,
    _CARD_WAS_RESET: Problem.CARD_BUSY,
    _SHARING_VIOLATION: Problem.CARD_BUSY,
    0x8010000F: Problem.UNSUPPORTED_CARD,
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A reader, whether a card is in it, and a mark that differs after each insertion and removal."""

    reader: str
    has_card: bool
    mark: int


class Card:
    """A connection to the card of one reader."""

    def __init__(self, scard: Any, handle: int, protocol: int) -> None:
        self._scard = scard
        self._handle = handle
        self._header = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1

    def transmit(self, command: bytes) -> bytes:
        """Send one command and return what came back; raise `CardProblem` when the card is gone."""
        code, answer = self._scard.SCardTransmit(self._handle, self._header, list(command))
        _require(self._scard, code, removed=Problem.CARD_REMOVED)
        return _bytes(answer)

    def control(self, number: int, content: bytes = b"") -> bytes:
        """Send a command to the reader itself (PC/SC part 10); raise `CardProblem` when it knows none."""
        code, answer = self._scard.SCardControl(self._handle, self._scard.SCARD_CTL_CODE(number), list(content))
        _require(self._scard, code, removed=Problem.CARD_REMOVED)
        return _bytes(answer)

    def control_code(self, code_number: int, content: bytes) -> bytes:
        """Send a command that the reader itself named by its whole code."""
        code, answer = self._scard.SCardControl(self._handle, code_number, list(content))
        _require(self._scard, code, removed=Problem.CARD_REMOVED)
        return _bytes(answer)


class Service:
    """The machine's smart-card service; open it by `service`, and use it in one thread."""

    def __init__(self, scard: Any, context: int) -> None:
        self._scard = scard
        self._context = context

    def slots(self) -> tuple[Slot, ...]:
        """Return the readers with what lies in them; raise `CardProblem` when the service has gone."""
        code, readers = self._scard.SCardListReaders(self._context, [])
        if _number(code) == _NO_READERS or (code == self._scard.SCARD_S_SUCCESS and not readers):
            return ()
        _require(self._scard, code)
        asked = [(reader, self._scard.SCARD_STATE_UNAWARE) for reader in readers]
        code, states = self._scard.SCardGetStatusChange(self._context, 0, asked)
        _require(self._scard, code)
        return tuple(
            # The upper half of a state counts insertions and removals.
            Slot(reader, bool(state & self._scard.SCARD_STATE_PRESENT), state >> 16)
            for reader, state, _atr in states
        )

    @contextmanager
    def card(self, reader: str) -> Iterator[Card]:
        """Have the card of a reader for ourselves until the block ends; raise `CardProblem`."""
        scard = self._scard
        handle, protocol = self._connect(reader)
        try:
            _require(scard, scard.SCardBeginTransaction(handle), removed=Problem.CARD_REMOVED)
            try:
                yield Card(scard, handle, protocol)
            finally:
                scard.SCardEndTransaction(handle, scard.SCARD_LEAVE_CARD)
        finally:
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)

    def _connect(self, reader: str) -> tuple[int, int]:
        scard = self._scard
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        for left in reversed(range(_BUSY_TRIES)):
            code, handle, protocol = scard.SCardConnect(self._context, reader, scard.SCARD_SHARE_SHARED, protocols)
            if _number(code) != _SHARING_VIOLATION or not left:
                _require(scard, code)
                return handle, protocol
            time.sleep(_BUSY_PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")


@contextmanager
def service() -> Iterator[Service]:
    """Open the smart-card service; raise `CardProblem` with NO_SERVICE, or MIDDLEWARE_MISSING without pyscard."""
    try:
        # Not on every machine, and never needed for software cards.
        from smartcard import scard  # noqa: PLC0415
    except ImportError:
        raise CardProblem(Problem.MIDDLEWARE_MISSING) from None
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if code != scard.SCARD_S_SUCCESS:
        raise CardProblem(Problem.NO_SERVICE)
    try:
        yield Service(scard, context)
    finally:
        scard.SCardReleaseContext(context)


def _require(scard: Any, code: int, *, removed: Problem = Problem.FAILED) -> None:
    """Raise `CardProblem` unless a call succeeded; `removed` is what a code means that we do not know."""
    if code != scard.SCARD_S_SUCCESS:
        raise CardProblem(_PROBLEMS.get(_number(code), removed))


def _number(code: int) -> int:
    # Some systems hand it over as a negative number.
    return code & 0xFFFFFFFF


def _bytes(values: Sequence[int]) -> bytes:
    return bytes(value & 0xFF for value in values)
