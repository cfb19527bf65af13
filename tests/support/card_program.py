"""The card agent as somebody runs it: `immo-card` in a terminal, which shows codes and takes PINs."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parent.parent.parent
_SECONDS = 20
_CODE = r"^\s+(\d{6})\s*$"
_CONSENT = r"Allow it\?"
_PIN = r"PIN of your card: $"


class CardProgram:
    """A running agent; what it asks is answered here, at its terminal."""

    def __init__(self, origin: str, port: int, *arguments: str, folder: Path, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "idp.eid.card", "--origin", origin, "--port", str(port)]
        command += ["--prompts", "terminal", "--state", str(folder), *arguments]
        self._terminal, programs_end = pty.openpty()
        self._shown = ""
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=programs_end,
            stdout=programs_end,
            stderr=programs_end,
        )
        os.close(programs_end)

    def __enter__(self) -> Self:
        self.wait_for(r"listens on \S+\s")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        os.close(self._terminal)

    def code(self) -> str:
        """Return the code that is shown for the page to type."""
        return self.wait_for(_CODE).group(1)

    def allow(self) -> None:
        """Agree to what is asked."""
        self.wait_for(_CONSENT)
        self._type("yes")

    def enter_pin(self, pin: str) -> None:
        """Type a PIN when it is asked for."""
        self.wait_for(_PIN)
        self._type(pin)

    def asks_for_pin(self) -> bool:
        """Tell whether a PIN is asked for at this moment, after what was answered before."""
        self._read(0)
        return re.search(_PIN, self._shown, re.MULTILINE) is not None

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Return the next place where the terminal shows this; what stood before it is read."""
        end = time.monotonic() + _SECONDS
        while (found := re.search(pattern, self._shown, re.MULTILINE)) is None:
            assert time.monotonic() < end, f"the terminal shows {self._shown!r} and not {pattern}"
            self._read(0.2)
        self._shown = self._shown[found.end() :]
        return found

    def _type(self, line: str) -> None:
        os.write(self._terminal, f"{line}\n".encode())

    def _read(self, seconds: float) -> None:
        if select.select([self._terminal], [], [], seconds)[0]:
            try:
                shown = os.read(self._terminal, 4096)
            except OSError:
                raise AssertionError(f"the agent ended: {self._shown}") from None
            self._shown += shown.decode("utf-8", "replace").replace("\r\n", "\n")
