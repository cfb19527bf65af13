"""`make test`: every check, then the whole suite on SQLite with the embedded store, then on PostgreSQL with Redis.

Goes on after a failure, so that one run tells everything, and fails at the end. Arguments are
handed to pytest: `python -m development.tests -k refresh`.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from development import checks
from development.programs import MissingPrograms, install_missing

ROOT = Path(__file__).parent.parent
_BACKENDS = {"sqlite": "SQLite with the embedded store", "postgres": "PostgreSQL with Redis"}


def main(arguments: Sequence[str]) -> int:
    """Run everything and return the exit status."""
    try:
        install_missing(_say)
    except MissingPrograms as error:
        print(error, file=sys.stderr)
        return 1
    steps: dict[str, Callable[[], bool]] = {name: partial(checks.run, name) for name in checks.CHECKS}
    for backend, words in _BACKENDS.items():
        steps[f"tests on {words}"] = partial(_suite, backend, arguments)
    failed = [name for name, step in steps.items() if not _timed(name, step)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _timed(name: str, step: Callable[[], bool]) -> bool:
    _say(name)
    began = time.monotonic()
    succeeded = step()
    _say(f"{name}: {'good' if succeeded else 'FAILED'} after {time.monotonic() - began:.0f} s")
    return succeeded


def _suite(backend: str, arguments: Sequence[str]) -> bool:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("IMMO_")}
    environment["IMMO_TEST_BACKEND"] = backend
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(os.cpu_count() or 1), "--dist", "loadfile", *arguments]
    done = subprocess.run(  # noqa: S603 - a fixed command
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    return done.returncode == 0


def _say(words: str) -> None:
    print(f"== {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
