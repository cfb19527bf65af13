"""What the agent asks of cards, be they of plastic or of software; and what it tells of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from idp.eid.card.problems import Problem


class ReaderState(StrEnum):
    """What stands at the machine."""

    NONE = "none"
    PRESENT = "present"
    NO_SERVICE = "no-service"


class CardPresence(StrEnum):
    """What lies in the reader."""

    NONE = "none"
    PRESENT = "present"
    UNSUPPORTED = "unsupported"


class Want(StrEnum):
    """What of a card's files may be asked for; no more than that is read."""

    IDENTITY = "identity"
    ADDRESS = "address"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Choice:
    """A software card that the page may choose."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class State:
    """What is known of readers and cards at this moment.

    `applet` is the version of the chip's program, 17 or 18; `tries` are the entries of the PIN that
    are left, and None where the card does not tell; `has_pad` says that the PIN is typed on the reader.
    `insertion` is another number for each time that a card is put in: one may be changed for another
    so quickly that nobody sees the reader empty.
    """

    reader: ReaderState
    card: CardPresence = CardPresence.NONE
    applet: int | None = None
    cards: tuple[Choice, ...] = ()
    has_pad: bool = False
    tries: int | None = None
    problem: Problem | None = None
    insertion: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """What a page asks for; `origin` is what the browser said it is, `choice` a software card.

    `wants` are the files that it reads or, when it signs in, is going to read.
    """

    origin: str
    nonce: str
    language: str
    choice: str | None = None
    wants: frozenset[Want] = frozenset()


class Cards(Protocol):
    """Signs with a card and reads it; each operation raises `CardProblem` when it does not succeed."""

    mode: str

    def state(self) -> State:
        """Return what is there now."""

    def authenticate(self, request: Request) -> dict[str, str]:
        """Return a Web eID token over the request's origin and nonce, after consent and PIN."""

    def identity(self, request: Request) -> Mapping[str, bytes]:
        """Return the files that are wanted by the names of eid.md 5.5, after consent."""
