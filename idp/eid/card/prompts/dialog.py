"""One window with one question: read from standard input as JSON, answered on standard output.

The exit status is 0 when the user agreed, 1 when not. A PIN is the only answer that has words.
"""

import json
import sys
import tkinter as tk
from collections.abc import Mapping
from tkinter import ttk

from idp.eid.card.prompts.messages import Kind, Message, words_of

_WIDTH = 460
_PADDING = 20


class Dialog:
    """A window that shows a message until the user answers; `answer` is then what was typed, or None for no."""

    def __init__(self, message: Message) -> None:
        self.answer: str | None = None
        self._message = message
        self._words = words_of(message.language)
        self.root = tk.Tk(className="immo-card")
        self.root.title(self._words.title)
        self.root.resizable(width=False, height=False)
        self.root.protocol("WM_DELETE_WINDOW", self.cancel)
        self.root.bind("<Escape>", lambda _: self.cancel())
        self.root.attributes("-topmost", "1")
        frame = ttk.Frame(self.root, padding=_PADDING)
        frame.grid()
        for text in message.text:
            ttk.Label(frame, text=text, wraplength=_WIDTH).grid(sticky="w", pady=(0, 10))
        if message.warning:
            ttk.Label(frame, text=message.warning, wraplength=_WIDTH, foreground="#a3161a").grid(
                sticky="w", pady=(0, 10)
            )
        if message.code:
            ttk.Label(frame, text=message.code, font="TkFixedFont 28 bold").grid(pady=(0, 10))
        self.entry = self._pin_entry(frame) if message.kind is Kind.PIN else None
        self.complaint = ttk.Label(frame, wraplength=_WIDTH, foreground="#a3161a")
        self._buttons(frame)
        self.root.eval("tk::PlaceWindow . center")

    def run(self) -> str | None:
        """Show it until the user answers, and return the answer."""
        self.root.mainloop()
        return self.answer

    def allow(self) -> None:
        """Do what the first button says; a PIN that cannot be one stays in the window with the reason."""
        typed = self.entry.get() if self.entry is not None else ""
        if self.entry is not None and not (typed.isascii() and typed.isdecimal() and 4 <= len(typed) <= 12):
            self.complaint["text"] = self._words.pin_format
            self.complaint.grid(sticky="w", pady=(0, 10))
            self.entry.delete(0, "end")
            self.entry.focus_set()
            return
        self.answer = typed
        self.root.destroy()

    def cancel(self) -> None:
        """Refuse."""
        self.root.destroy()

    def _pin_entry(self, frame: ttk.Frame) -> ttk.Entry:
        ttk.Label(frame, text=self._words.pin).grid(sticky="w")
        entry = ttk.Entry(frame, show="•", width=16)
        entry.grid(sticky="w", pady=(0, 10))
        entry.bind("<Return>", lambda _: self.allow())
        entry.focus_set()
        return entry

    def _buttons(self, frame: ttk.Frame) -> None:
        row = ttk.Frame(frame)
        row.grid(row=100, sticky="e", pady=(10, 0))
        if self._message.kind in {Kind.CONSENT, Kind.PIN}:
            ttk.Button(row, text=self._words.cancel, command=self.cancel).grid(row=0, column=0, padx=(0, 10))
            ttk.Button(row, text=self._words.allow, command=self.allow).grid(row=0, column=1)
        else:
            ttk.Button(row, text=self._words.close, command=self.cancel).grid(row=0, column=0)


def message_from(document: Mapping[str, object]) -> Message:
    """Return the message that another process wrote down."""
    text = document["text"]
    assert isinstance(text, list)
    return Message(
        Kind(str(document["kind"])),
        str(document["language"]),
        tuple(str(part) for part in text),
        str(document["warning"]),
        str(document["code"]),
    )


def main(arguments: list[str]) -> int:
    """Ask one question, or with `--check` find out whether there is a screen; return the exit status."""
    try:
        if arguments == ["--check"]:
            tk.Tk().destroy()
            return 0
        answer = Dialog(message_from(json.loads(sys.stdin.readline()))).run()
    except tk.TclError:
        return 2
    if answer is None:
        return 1
    sys.stdout.write(f"{answer}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
