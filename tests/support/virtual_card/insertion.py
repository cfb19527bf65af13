"""Puts a virtual card into the virtual reader: the card's side of the vpcd protocol (eid.md 6.5)."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from tests.support.virtual_card.chip import Chip

_POWER_OFF, _POWER_ON, _RESET, _ATR = 0, 1, 2, 4
_FAILED = b"\x6f\x00"


class Insertion:
    """A card in a reader until `remove` is called; `before` is told of each command and may pull the card out."""

    def __init__(self, reader: Path, chip: Chip, *, before: Callable[["Insertion", bytes], None] | None = None) -> None:
        self.chip = chip
        self._before = before
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(reader))
        chip.reset()
        self._thread = threading.Thread(target=self._serve, name="virtual card", daemon=True)
        self._thread.start()

    def remove(self) -> None:
        """Pull the card out; an answer that is under way never arrives."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self.chip.reset()

    def _serve(self) -> None:
        with self._socket, contextlib.suppress(OSError):
            while (message := self._receive()) is not None:
                answer = self._answer(message)
                if answer is not None:
                    self._socket.sendall(len(answer).to_bytes(2, "big") + answer)

    def _answer(self, message: bytes) -> bytes | None:
        if len(message) > 1:
            if self._before is not None:
                self._before(self, message)
            try:
                return self.chip.transmit(message)
            except Exception:
                logging.getLogger(__name__).exception("the virtual card failed")
                return _FAILED
        if message[0] == _ATR:
            return self.chip.atr
        if message[0] in {_POWER_OFF, _POWER_ON, _RESET}:
            self.chip.reset()
        return None

    def _receive(self) -> bytes | None:
        length = self._read(2)
        return None if length is None else self._read(int.from_bytes(length, "big"))

    def _read(self, length: int) -> bytes | None:
        found = b""
        while len(found) < length:
            part = self._socket.recv(length - len(found))
            if not part:
                return None
            found += part
        return found
