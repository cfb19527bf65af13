"""Questions in a terminal, answered through the other end of a real one."""

import os
import pty
import select
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from idp.eid.card.cards import Want
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.prompts.interface import Question
from idp.eid.card.prompts.terminal import TerminalPrompts
from tests.support.card_agent import ORIGIN

SIGN_IN = Question(ORIGIN, "en", signs_in=True, tries=3)
READ = Question(ORIGIN, "en", signs_in=False, wants=frozenset({Want.IDENTITY, Want.PHOTO}))


T = TypeVar("T")


class Terminal:
    """A terminal with somebody before it."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        self._source, self._target = os.fdopen(slave, "r"), os.fdopen(os.dup(slave), "w", encoding="utf-8")
        self.prompts = TerminalPrompts(self._source, self._target, seconds=1)
        self.screen = ""

    def answer(self, ask: Callable[[], T], *lines: str) -> T:
        """Type a line at each question until it is answered; return or raise what comes of it."""
        left = list(lines)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(ask)
            while not asked.done():
                self._look()
                if left and self.screen.endswith(": "):
                    os.write(self._master, f"{left.pop(0)}\n".encode())
                    self._look()
            self._look()
            return asked.result()

    def _look(self) -> None:
        while select.select([self._master], [], [], 0.05)[0]:
            self.screen += os.read(self._master, 4096).decode().replace("\r\n", "\n")

    def close(self) -> None:
        self._target.close()
        self._source.close()
        os.close(self._master)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    found = Terminal()
    yield found
    found.close()


def test_a_pin_is_returned_and_never_shown(terminal: Terminal) -> None:
    pin = terminal.answer(lambda: terminal.prompts.pin(SIGN_IN), "73915")

    assert pin == "73915"
    assert "73915" not in terminal.screen
    assert ORIGIN in terminal.screen


def test_what_cannot_be_a_pin_is_asked_again(terminal: Terminal) -> None:
    pin = terminal.answer(lambda: terminal.prompts.pin(SIGN_IN), "12", "abcd", "1234567890123", "1234")

    assert pin == "1234"
    assert terminal.screen.count("4 to 12 digits") == 3


def test_who_only_presses_enter_cancels(terminal: Terminal) -> None:
    with pytest.raises(CardProblem) as caught:
        terminal.answer(lambda: terminal.prompts.pin(SIGN_IN), "")

    assert caught.value.problem is Problem.CANCELLED


def test_who_does_not_answer_runs_out_of_time(terminal: Terminal) -> None:
    with pytest.raises(CardProblem) as caught:
        terminal.answer(lambda: terminal.prompts.pin(SIGN_IN))

    assert caught.value.problem is Problem.TIMEOUT


def test_a_question_ends_when_its_card_goes(terminal: Terminal) -> None:
    def ask_and_hide() -> str:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(terminal.prompts.pin, SIGN_IN)
            while not asked.done():
                terminal.prompts.hide()
            return asked.result()

    with pytest.raises(CardProblem) as caught:
        terminal.answer(ask_and_hide)

    assert caught.value.problem is Problem.CANCELLED


@pytest.mark.parametrize(("language", "yes"), [("en", "yes"), ("en", "Y"), ("nl", "ja"), ("fr", "oui")])
def test_consent_is_given_by_a_word(terminal: Terminal, language: str, yes: str) -> None:
    question = Question(ORIGIN, language, signs_in=False, wants=frozenset({Want.IDENTITY}))

    terminal.answer(lambda: terminal.prompts.consent(question), yes)

    assert ORIGIN in terminal.screen


@pytest.mark.parametrize("no", ["", "no", "maybe", "yesterday"])
def test_anything_else_is_no_consent(terminal: Terminal, no: str) -> None:
    with pytest.raises(CardProblem) as caught:
        terminal.answer(lambda: terminal.prompts.consent(READ), no)

    assert caught.value.problem is Problem.CANCELLED
    assert "your photo" in terminal.screen
    assert "your address" not in terminal.screen


def test_a_code_is_shown_with_who_asks(terminal: Terminal) -> None:
    terminal.answer(lambda: terminal.prompts.show_code(ORIGIN, "043210", "fr"))

    assert "043210" in terminal.screen
    assert ORIGIN in terminal.screen
