"""Forms as values: what was typed, what is wrong with it by field, and the value it stands for.

Reads a mapping of texts and knows no framework. What is wrong is said in English source strings,
which pages translate; `field` is the name of the field and the id of its input.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from core.infra.errors import RuleError
from core.infra.messages import N_

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)

TOO_LONG = N_("This is too long. Shorten it.")
UNPRINTABLE = N_("This contains a character that cannot be shown. Type it again.")
NOT_OFFERED = N_("Choose one of the possibilities.")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one field and how to mend it; `message` is a source string."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Form(Generic[Value]):
    """A form that came back: `value` is None exactly where something is wrong."""

    typed: Mapping[str, str]
    wrong: tuple[Wrong, ...]
    value: Value | None


class Reading:
    """Reads the fields of one form and collects what is wrong with them.

    A `required` is the message for a field that is empty; without one the field may be empty.
    """

    def __init__(self, sent: Mapping[str, str]) -> None:
        self._sent = sent
        self._typed: dict[str, str] = {}
        self._wrong: list[Wrong] = []

    def text(self, name: str, *, longest: int, required: str | None = None) -> str | None:
        """Return a line of text without surplus space; None where it is empty or wrong."""
        typed = self._take(name)
        # As one line: what a person pasted may hold line breaks and tabs.
        text = " ".join(typed.split())
        wrong = required if not text else _wrong_with(text, longest)
        self.refuse(name, wrong)
        return text if text and wrong is None else None

    def checked(
        self, name: str, check: Callable[[str], Value], *, wrong: str, required: str | None = None
    ) -> Value | None:
        """Return what `check` makes of a field; None where it is empty, or `check` refuses it."""
        typed = self._take(name)
        if not typed.strip():
            self.refuse(name, required)
            return None
        try:
            return check(typed)
        except RuleError:
            self.refuse(name, wrong)
            return None

    def choice(self, name: str, kind: type[Choice], *, required: str | None = None) -> Choice | None:
        """Return the chosen one of a set of words; None where nothing was chosen, or something else."""
        typed = self._take(name)
        if typed in {member.value for member in kind}:
            return kind(typed)
        self.refuse(name, NOT_OFFERED if typed else required)
        return None

    def tick(self, name: str, *, required: str | None = None) -> bool:
        """Tell whether a box was ticked."""
        is_ticked = self._take(name) == "yes"
        if not is_ticked:
            self.refuse(name, required)
        return is_ticked

    def lines(self, name: str, *, required: str | None = None) -> tuple[str, ...]:
        """Return the lines of a field that are not empty, each once, without space around them."""
        typed = self._take(name)
        found = tuple(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))
        if not found:
            self.refuse(name, required)
        return found

    def refuse(self, name: str, message: str | None) -> None:
        """Note what is wrong with a field; None: nothing."""
        if message is not None:
            self._wrong.append(Wrong(name, message))

    def form(self, value: Callable[[], Value]) -> Form[Value]:
        """Return the form; `value` is called where nothing is wrong."""
        return Form(self._typed, tuple(self._wrong), None if self._wrong else value())

    def _take(self, name: str) -> str:
        typed = self._sent.get(name, "")
        self._typed[name] = typed
        return typed


def _wrong_with(text: str, longest: int) -> str | None:
    if len(text) > longest:
        return TOO_LONG
    return None if text.isprintable() else UNPRINTABLE
