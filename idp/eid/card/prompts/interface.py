"""What the agent asks its user; no page ever sees the answers."""

from dataclasses import dataclass
from typing import Protocol

from idp.eid.card.cards import Want


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for what: signing in, reading `wants`, or both; `tries` are those left, None where not told.

    `was_wrong` says that the PIN just typed was not the right one.
    """

    origin: str
    language: str
    signs_in: bool
    wants: frozenset[Want] = frozenset()
    tries: int | None = None
    was_wrong: bool = False


class Prompts(Protocol):
    """Asks; `CardProblem` is raised with CANCELLED when the user says no and TIMEOUT when nobody answers."""

    def show_code(self, origin: str, code: str, language: str) -> None:
        """Show the code of a pairing and return at once; a later code replaces it."""

    def consent(self, question: Question) -> None:
        """Return when the user allows it."""

    def pin(self, question: Question) -> str:
        """Return the PIN, which is also the user's consent: 4 to 12 digits."""

    def show_pad(self, question: Question) -> None:
        """Say that the PIN is to be typed on the reader, and return at once; `hide` takes it away."""

    def hide(self) -> None:
        """Take away whatever is shown; a question that waits ends as if it were cancelled."""
