"""Questions in a window of the agent's own, each in a process of its own.

A window has its main thread to itself, as every system wants, and can be taken away at any time. Question and
answer go through pipes between the two processes; nothing is written anywhere.
"""

import json
import subprocess
import sys
import threading
from dataclasses import asdict

from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.prompts.interface import Question
from idp.eid.card.prompts.messages import Kind, Message, message_for, message_with_code

_COMMAND = (sys.executable, "-m", "idp.eid.card.prompts.dialog")
_CODE_SECONDS = 120


def has_window() -> bool:
    """Tell whether a window can be opened here."""
    done = subprocess.run((*_COMMAND, "--check"), stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603
    return done.returncode == 0


class WindowPrompts:
    """Asks in windows; one at a time, and a newer one replaces what is shown."""

    def __init__(self, *, seconds: float = 120) -> None:
        self._seconds = seconds
        self._shown: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def show_code(self, origin: str, code: str, language: str) -> None:
        """Show the code of a pairing for two minutes."""
        self._show(message_with_code(origin, code, language))

    def consent(self, question: Question) -> None:
        """Return when the user allows it."""
        self._ask(message_for(question, Kind.CONSENT))

    def pin(self, question: Question) -> str:
        """Return what the user types."""
        return self._ask(message_for(question, Kind.PIN))

    def show_pad(self, question: Question) -> None:
        """Say that the PIN is to be typed on the reader."""
        self._show(message_for(question, Kind.PAD))

    def hide(self) -> None:
        """Close the window; whoever waits for it is told that it was cancelled."""
        with self._lock:
            shown, self._shown = self._shown, None
        if shown is not None and shown.poll() is None:
            shown.kill()

    def _ask(self, message: Message) -> str:
        process = self._open(message)
        try:
            answer, _ = process.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise CardProblem(Problem.TIMEOUT) from None
        if process.returncode != 0:
            raise CardProblem(Problem.CANCELLED)
        return answer.strip()

    def _show(self, message: Message) -> None:
        process = self._open(message)
        # Somebody has to take note of its end, or it stays behind as a ghost.
        threading.Thread(target=_wait_for_end, args=(process,), daemon=True).start()

    def _open(self, message: Message) -> subprocess.Popen[str]:
        self.hide()
        process = subprocess.Popen(  # noqa: S603 - our own module
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(message)) + "\n")
        process.stdin.flush()
        with self._lock:
            self._shown = process
        return process


def _wait_for_end(process: subprocess.Popen[str]) -> None:
    try:
        process.communicate(timeout=_CODE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
