"""Looks at readers twice a second, and tells whoever watches when something comes or goes."""

import threading
from typing import Protocol

from idp.eid.card.board import Board
from idp.eid.card.cards import CardPresence, State
from idp.eid.card.pcsc import Slot
from idp.eid.card.plastic_cards import state_of
from idp.eid.card.problems import Problem

_EVERY_SECONDS = 0.5
_AGAIN = frozenset({Problem.CARD_BUSY, Problem.FAILED})


class Watched(Protocol):
    """Cards that come and go."""

    def state(self) -> State:
        """Return what is there, asking the card."""

    def glance(self) -> tuple[Slot, ...] | Problem:
        """Return what differs when something comes or goes, asking no card."""

    def lose(self) -> None:
        """Take away what is asked about a card that is gone."""


class Watcher(threading.Thread):
    """Posts the state of cards on a board; `lock` is held by whoever uses a card."""

    def __init__(self, cards: Watched, board: Board, lock: threading.Lock) -> None:
        super().__init__(daemon=True, name="watcher")
        self._cards = cards
        self._board = board
        self._lock = lock
        self._ends = threading.Event()
        self._seen: tuple[Slot, ...] | Problem | None = None

    def run(self) -> None:
        """Look until `stop`."""
        while not self._ends.wait(_EVERY_SECONDS):
            seen = self._cards.glance()
            if seen != self._seen or not _fits(self._board.read()[1], seen):
                self._tell(seen)

    def stop(self) -> None:
        """Stop looking, and wait until that is so."""
        self._ends.set()
        self.join()

    def _tell(self, seen: tuple[Slot, ...] | Problem) -> None:
        # A probe in the middle of a signature would spoil it; that a card is gone is known without one.
        if self._lock.acquire(blocking=False):
            try:
                state = self._cards.state()
            finally:
                self._lock.release()
            self._board.post(state)
            self._seen = seen
            return
        absent = _absence(seen)
        if absent is not None:
            self._board.post(state_of(absent))
            self._cards.lose()
            self._seen = None


def _fits(state: State, seen: tuple[Slot, ...] | Problem) -> bool:
    """Tell whether a state can stay: a card that was just put in, or pulled out, may have answered strangely."""
    return state.problem not in _AGAIN and (state.card is CardPresence.NONE) is not _has_card(seen)


def _absence(seen: tuple[Slot, ...] | Problem) -> Problem | None:
    if isinstance(seen, Problem):
        return seen
    if not seen:
        return Problem.NO_READER
    return None if _has_card(seen) else Problem.NO_CARD


def _has_card(seen: tuple[Slot, ...] | Problem) -> bool:
    return not isinstance(seen, Problem) and any(slot.has_card for slot in seen)
