"""Whether the agent asks in a window or in its terminal."""

import sys

from idp.eid.card.prompts.interface import Prompts
from idp.eid.card.prompts.terminal import TerminalPrompts
from idp.eid.card.prompts.window import WindowPrompts, has_window

PLACES = ("auto", "window", "terminal")


class NoPrompts(RuntimeError):
    """There is neither a screen nor a terminal, or not the one that was chosen."""


def choose_prompts(place: str) -> Prompts:
    """Return where the user is asked: `auto` prefers a window; raise `NoPrompts` where it cannot be."""
    if place != "terminal" and has_window():
        return WindowPrompts()
    if place != "window" and sys.stdin.isatty():
        return TerminalPrompts()
    raise NoPrompts("immo-card needs a screen, or a terminal, to ask you for your consent and your PIN.")
