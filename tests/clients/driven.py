"""A client from npm, driven as a process by the tests."""

import fcntl
import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from development.programs import NODE, NPM, require

FOLDER = Path(__file__).parent
PACKAGES = FOLDER / "node_modules"
CALLBACK = "https://client.example/callback"
GOODBYE = "https://client.example/goodbye"


class Driven:
    """The client as a process: it says one JSON object a line, and is told where the browser came back to."""

    def __init__(self, script: str, **settings: Any) -> None:
        install()
        given = {"callback": CALLBACK, "goodbye": GOODBYE, **settings}
        self._process = subprocess.Popen(
            [require(NODE), str(FOLDER / script), json.dumps(given)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the client, whatever it does."""
        self._process.kill()
        self._process.communicate()

    def hear(self, name: str) -> Any:
        """Return what the client says next, which must have this name."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the client stopped before {name}:\n{self._last_words()}"
        said: dict[str, Any] = json.loads(line)
        assert list(said) == [name]
        return said[name]

    def tell(self, line: str) -> None:
        """Answer what the client waits for."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _last_words(self) -> str:
        return self._process.communicate(timeout=20)[1]


def install() -> None:
    """See that the locked packages are there, and no others; only a machine's first run fetches them."""
    locked, installed = FOLDER / "package-lock.json", PACKAGES / "installed.json"
    with (FOLDER / "package.json").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if installed.exists() and installed.read_bytes() == locked.read_bytes():
            return
        subprocess.run([require(NPM), "ci", "--no-audit", "--no-fund"], cwd=FOLDER, check=True, capture_output=True)
        shutil.copyfile(locked, installed)
