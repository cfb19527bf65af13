"""Questions in a window, on a screen that nobody sees: real windows, answered by what happens when keys are pressed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from development.programs import SCREEN, require
from idp.eid.card.cards import Want
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.prompts.choice import NoPrompts, choose_prompts
from idp.eid.card.prompts.interface import Question
from idp.eid.card.prompts.messages import Kind, message_for
from idp.eid.card.prompts.window import WindowPrompts, has_window
from tests.support.card_agent import ORIGIN

SIGN_IN = Question(ORIGIN, "en", signs_in=True, tries=3)
READ = Question(ORIGIN, "en", signs_in=False, wants=frozenset({Want.IDENTITY}))


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    command = [require(SCREEN), "-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
        server.terminate()


@pytest.fixture
def screen(display: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DISPLAY", display)
    return display


# Each is run in the process of the window, beside its main loop, as the hands of its user.
_HANDS = """
import sys, tkinter as tk
from idp.eid.card.prompts import dialog
class Handled(dialog.Dialog):
    def __init__(self, message):
        super().__init__(message)
        self.root.after(50, self._hands)
    def _hands(self):
        self.root.update()
        {hands}
dialog.Dialog = Handled
sys.exit(dialog.main([]))
"""


def answered(message_kind: Kind, question: Question, hands: str) -> tuple[int, str]:
    """Open the window of a question, let these hands do something, and return its exit status and answer."""
    done = subprocess.run(
        [sys.executable, "-c", _HANDS.format(hands=hands)],
        input=json.dumps(asdict(message_for(question, message_kind))) + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )
    assert not done.stderr
    return done.returncode, done.stdout


def test_a_pin_is_typed_and_confirmed_by_enter(screen: str) -> None:
    typing = "self.entry.focus_force(); [self.entry.event_generate(key) for key in ('2', '4', '6', '8', '<Return>')]"

    assert answered(Kind.PIN, SIGN_IN, typing) == (0, "2468\n")


def test_a_pin_is_hidden_while_it_is_typed(screen: str) -> None:
    looking = "self.answer = self.entry['show']; self.root.destroy()"

    assert answered(Kind.PIN, SIGN_IN, looking) == (0, "•\n")


def test_what_cannot_be_a_pin_stays_in_the_window_with_the_reason(screen: str) -> None:
    trying = (
        "self.entry.insert(0, '12'); self.allow(); self.answer = self.complaint['text'] + self.entry.get(); "
        "self.root.destroy()"
    )

    assert answered(Kind.PIN, SIGN_IN, trying) == (0, "A PIN has 4 to 12 digits.\n")


@pytest.mark.parametrize("kind", [Kind.PIN, Kind.CONSENT])
@pytest.mark.parametrize("refusing", ["self.cancel()", "self.root.focus_force(); self.root.event_generate('<Escape>')"])
def test_who_refuses_gives_no_answer(screen: str, kind: Kind, refusing: str) -> None:
    assert answered(kind, READ, refusing) == (1, "")


def test_consent_is_given_by_its_button(screen: str) -> None:
    assert answered(Kind.CONSENT, READ, "self.allow()") == (0, "\n")


def test_a_window_that_is_hidden_ends_the_question(screen: str) -> None:
    prompts = WindowPrompts()

    assert problem_after(prompts, prompts.hide) is Problem.CANCELLED


def test_a_window_that_nobody_answers_closes(screen: str) -> None:
    with pytest.raises(CardProblem) as caught:
        WindowPrompts(seconds=1).consent(READ)

    assert caught.value.problem is Problem.TIMEOUT


def test_a_newer_window_replaces_the_older(screen: str) -> None:
    prompts = WindowPrompts()

    assert problem_after(prompts, lambda: prompts.show_code(ORIGIN, "123456", "en")) is Problem.CANCELLED
    prompts.hide()


def problem_after(prompts: WindowPrompts, act: Callable[[], object]) -> Problem:
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(prompts.pin, SIGN_IN)
        time.sleep(1)
        act()
        with pytest.raises(CardProblem) as caught:
            asked.result(timeout=10)
    return caught.value.problem


def test_a_window_is_preferred_where_there_is_a_screen(screen: str) -> None:
    assert has_window()
    assert isinstance(choose_prompts("auto"), WindowPrompts)


def test_without_a_screen_and_a_terminal_the_agent_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)

        assert not has_window()
        for place in ("auto", "window", "terminal"):
            with pytest.raises(NoPrompts):
                choose_prompts(place)
