"""Questions in the terminal in which the agent was started."""

import os
import select
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.prompts.interface import Question
from idp.eid.card.prompts.messages import Kind, Message, message_for, message_with_code, words_of

_LOOK_SECONDS = 0.2


class TerminalPrompts:
    """Writes to a terminal and reads lines from it; a PIN is not shown while it is typed."""

    def __init__(self, source: TextIO = sys.stdin, target: TextIO = sys.stdout, *, seconds: float = 120) -> None:
        self._source = source.fileno()
        self._target = target
        self._seconds = seconds
        self._hidden = threading.Event()

    def show_code(self, origin: str, code: str, language: str) -> None:
        """Write the code of a pairing."""
        self._write(message_with_code(origin, code, language))

    def consent(self, question: Question) -> None:
        """Return when the user types yes."""
        words = words_of(question.language)
        self._write(message_for(question, Kind.CONSENT))
        if self._line(words.allow_or_not).casefold() not in words.yes:
            raise CardProblem(Problem.CANCELLED)

    def pin(self, question: Question) -> str:
        """Return what the user types, unseen; an empty line cancels."""
        words = words_of(question.language)
        self._write(message_for(question, Kind.PIN))
        with self._without_echo():
            while True:
                typed = self._line(f"{words.pin}:")
                self._target.write("\n")
                if not typed:
                    raise CardProblem(Problem.CANCELLED)
                if typed.isascii() and typed.isdecimal() and 4 <= len(typed) <= 12:
                    return typed
                self._target.write(f"{words.pin_format}\n")

    def show_pad(self, question: Question) -> None:
        """Write that the PIN is to be typed on the reader."""
        self._write(message_for(question, Kind.PAD))

    def hide(self) -> None:
        """End a question that waits."""
        self._hidden.set()

    def _write(self, message: Message) -> None:
        self._target.write("\n" + "\n".join(filter(None, (*message.text, message.warning))) + "\n")
        if message.code:
            self._target.write(f"\n    {message.code}\n\n")
        self._target.flush()

    def _line(self, label: str) -> str:
        self._hidden.clear()
        self._target.write(f"{label} ")
        self._target.flush()
        end = time.monotonic() + self._seconds
        while not select.select([self._source], [], [], _LOOK_SECONDS)[0]:
            if self._hidden.is_set():
                raise CardProblem(Problem.CANCELLED)
            if time.monotonic() > end:
                raise CardProblem(Problem.TIMEOUT)
        # A terminal hands over whole lines.
        return os.read(self._source, 1024).decode("utf-8", "replace").strip()

    @contextmanager
    def _without_echo(self) -> Iterator[None]:
        # Not there on Windows, where the agent asks in a window.
        import termios  # noqa: PLC0415

        before = termios.tcgetattr(self._source)
        silent = termios.tcgetattr(self._source)
        silent[3] &= ~termios.ECHO
        # What was typed before the question is no answer to it.
        termios.tcsetattr(self._source, termios.TCSAFLUSH, silent)
        try:
            yield
        finally:
            termios.tcsetattr(self._source, termios.TCSADRAIN, before)
