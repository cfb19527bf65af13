"""Where the state of readers and cards is posted, and whoever shows it waits for news."""

import threading
import time

from idp.eid.card.cards import State


class Board:
    """The newest state, with a number that grows with each change; safe across threads."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._number = 0
        self._is_closed = False
        self._changed = threading.Condition()

    def post(self, state: State) -> None:
        """Replace the state; those who wait are told where it differs."""
        with self._changed:
            if state != self._state:
                self._state = state
                self._number += 1
                self._changed.notify_all()

    def read(self) -> tuple[int, State]:
        """Return the state and its number."""
        with self._changed:
            return self._number, self._state

    def wait(self, number: int, seconds: float) -> tuple[int, State] | None:
        """Return the state once its number is another one, or after that many seconds; None once closed."""
        end = time.monotonic() + seconds
        with self._changed:
            self._changed.wait_for(lambda: self._number != number or self._is_closed, max(0.0, end - time.monotonic()))
            return None if self._is_closed else (self._number, self._state)

    def close(self) -> None:
        """Send everybody home."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
