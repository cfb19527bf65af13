"""A card reader with somebody before it, who does what the test says: behind our own agent, as hardware would be."""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import Any

from idp.eid.card.agent import Agent
from idp.eid.card.board import Board
from idp.eid.card.cards import CardPresence, Cards, ReaderState, Request, State
from idp.eid.card.http_api import CardServer
from idp.eid.card.pairing import Pairings
from idp.eid.card.problems import CardProblem
from idp.eid.card.prompts.interface import Prompts, Question

UNPLUGGED = State(ReaderState.NONE)
EMPTY = State(ReaderState.PRESENT)
INSERTED = State(ReaderState.PRESENT, CardPresence.PRESENT, applet=18, tries=3)
TOKEN = {"format": "web-eid:1.0", "algorithm": "ES384", "signature": "AAAA", "unverifiedCertificate": "AAAA"}
FILES = {"identity": b"identity", "identitySignature": b"signature"}


@dataclass
class Desk:
    """What lies on it, and what the person does: each answer is taken by one signature, which waits for it."""

    mode: str = "cards"
    board: Board = field(default_factory=lambda: Board(UNPLUGGED))
    asked: list[Request] = field(default_factory=list)
    answers: SimpleQueue[Exception | None] = field(default_factory=SimpleQueue)
    _state: State = UNPLUGGED

    def put(self, state: State) -> None:
        """Change what lies on the desk."""
        self._state = state
        self.board.post(state)

    def sign(self) -> None:
        """Agree and enter the right PIN."""
        self.answers.put(None)

    def fail(self, problem: CardProblem) -> None:
        """Do what ends in this problem."""
        self.answers.put(problem)

    def leave(self) -> None:
        """Go away in the middle of a signature, which nobody waits for any more."""
        self.answers.put(ConnectionAbortedError())

    def state(self) -> State:
        """Return what lies on the desk."""
        return self._state

    def authenticate(self, request: Request) -> dict[str, str]:
        """Wait for the person."""
        self.asked.append(request)
        ended = self.answers.get(timeout=20)
        if ended is not None:
            raise ended
        return dict(TOKEN)

    def identity(self, request: Request) -> Mapping[str, bytes]:
        """Return files whose content no page looks at."""
        self.asked.append(request)
        return FILES


class _Server(CardServer):
    """Ends as a process does: with all its connections."""

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections = [*getattr(self, "_connections", []), request]
        super().process_request(request, client_address)

    def server_close(self) -> None:
        super().server_close()
        for connection in getattr(self, "_connections", []):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class RunningAgent:
    """Our agent on a port of its own, until `close`; it can be started again on the same port."""

    def __init__(
        self, desk: Cards, origin: str, *, prompts: Prompts | None = None, pairings: Pairings | None = None
    ) -> None:
        self.agent = Agent(desk, _board_of(desk), frozenset({origin}), prompts, pairings, threading.Lock())
        self._server = _Server(self.agent, 0)
        self.port = self._server.server_port
        self._serve()

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """End it, and every stream that it sends."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def start_again(self) -> None:
        """Start it as its user would."""
        desk = self.agent.cards
        assert isinstance(desk, Desk)
        desk.board = Board(desk.state())
        self.agent = replace(self.agent, board=desk.board, lock=threading.Lock())
        self._server = _Server(self.agent, self.port)
        self._serve()

    def _serve(self) -> None:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()


@dataclass
class CodesShown:
    """Somebody who reads the codes that the agent shows; nothing else is asked of them here."""

    shown: list[str] = field(default_factory=list)

    def last(self) -> str:
        """Return the code that is shown now."""
        return self.shown[-1]

    def show_code(self, _origin: str, code: str, _language: str) -> None:
        """Read the code."""
        self.shown.append(code)

    def consent(self, _question: Question) -> None:
        """Agree."""

    def pin(self, _question: Question) -> str:
        """Type the PIN."""
        return "1234"

    def show_pad(self, _question: Question) -> None:
        """Look at the reader."""

    def hide(self) -> None:
        """Look away."""


def _board_of(cards: Cards) -> Board:
    return cards.board if isinstance(cards, Desk) else Board(cards.state())
