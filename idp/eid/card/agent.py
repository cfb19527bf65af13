"""What the agent does for a page, one operation at a time: sign in, read, pair; and what it shows of its state."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from idp.eid.card.board import Board
from idp.eid.card.cards import Cards, Request, State
from idp.eid.card.pairing import Pairings
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.prompts.interface import Prompts

_WAIT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Agent:
    """The cards, and who may use them: pages of `origins` that are paired, where `pairings` are needed at all."""

    cards: Cards
    board: Board
    origins: frozenset[str]
    prompts: Prompts | None
    pairings: Pairings | None
    lock: threading.Lock
    # The request that is being served, if any; and those whose pages have gone.
    _served: list[Request] = field(default_factory=list)
    _abandoned: list[Request] = field(default_factory=list)

    def is_paired(self, origin: str, token: str | None) -> bool:
        """Tell whether a page may ask for more than the state."""
        return self.pairings is None or self.pairings.is_paired(origin, token)

    def begin_pairing(self, origin: str, language: str) -> str:
        """Show a code to the user and return the name of the pairing; raise `CardProblem` where none is needed."""
        if self.pairings is None or self.prompts is None:
            raise CardProblem(Problem.FAILED)
        pairing, code = self.pairings.begin(origin)
        self.prompts.show_code(origin, code, language)
        return pairing

    def confirm_pairing(self, origin: str, pairing: str, code: str) -> str:
        """Return the page's token for the code that the user copied; raise `CardProblem` when it is wrong."""
        if self.pairings is None:
            raise CardProblem(Problem.FAILED)
        return self.pairings.confirm(origin, pairing, code)

    def authenticate(self, request: Request) -> dict[str, str]:
        """Return a Web eID token; raise `CardProblem`."""
        with self._alone(request):
            return self.cards.authenticate(request)

    def identity(self, request: Request) -> Mapping[str, bytes]:
        """Return the wanted files; raise `CardProblem`."""
        with self._alone(request):
            return self.cards.identity(request)

    def abandon(self, request: Request) -> None:
        """Take away what is asked for a page that is no longer there, or never ask it."""
        self._abandoned.append(request)
        if self.prompts is not None and _holds(self._served, request):
            self.prompts.hide()

    def state_line(self, state: State, *, is_paired: bool) -> dict[str, object]:
        """Return a state as the page reads it."""
        line: dict[str, object] = {
            "agent": "1",
            "mode": self.cards.mode,
            "paired": is_paired,
            "reader": state.reader.value,
            "card": state.card.value,
            "applet": state.applet,
            "insertion": state.insertion,
            "pin": {"pad": state.has_pad, "tries": state.tries},
            "problem": state.problem.value if state.problem else None,
        }
        if self.cards.mode == "software":
            line["cards"] = [{"id": choice.id, "name": choice.name} for choice in state.cards]
        return line

    @contextmanager
    def _alone(self, request: Request) -> Iterator[None]:
        # One card, one window, one operation: a second page is told so instead of mixing them up.
        if not self.lock.acquire(timeout=_WAIT_SECONDS):
            raise CardProblem(Problem.CARD_BUSY)
        self._served.append(request)
        try:
            if _holds(self._abandoned, request):
                raise CardProblem(Problem.CANCELLED)
            yield
        finally:
            self._served.clear()
            self._abandoned[:] = [entry for entry in self._abandoned if entry is not request]
            try:
                # A wrong PIN has changed what is left of its tries, and nobody else may ask the card meanwhile.
                self.board.post(self.cards.state())
            finally:
                self.lock.release()


def _holds(requests: list[Request], request: Request) -> bool:
    # Two pages may ask the same; each is its own request.
    return any(entry is request for entry in requests)
