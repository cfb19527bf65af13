"""`make test`: the suite on SQLite with the embedded store and every check beside it, then on PostgreSQL with Redis.

What a check says is printed whole once the first suite is done. Goes on after a failure, so that one run
tells everything, and fails at the end. Arguments are handed to pytest: `python -m development.tests -k refresh`.
How the suite is shared out, and what runs on which database: `docs/testing.md`.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

from development import checks
from development.programs import MissingPrograms, install_missing

ROOT = Path(__file__).parent.parent
_NOT_RUN = 2
# Runs every test on both pairs of stores (`tests/support/pairs.py`).
_ALL_PAIRS = "IMMO_TEST_ALL_PAIRS"
_BACKENDS = {"sqlite": "SQLite with the embedded store", "postgres": "PostgreSQL with Redis"}


def main(arguments: Sequence[str]) -> int:
    """Run everything and return the exit status."""
    try:
        install_missing(_say)
    except MissingPrograms as error:
        print(error, file=sys.stderr)
        return 1
    counted: Counter[str] = Counter()
    failed: list[str] = []
    # Each check keeps one core busy and leaves the other alone: alone they would take twice as long.
    with ThreadPoolExecutor(1) as beside:
        checked = {name: beside.submit(_checked, name) for name in checks.CHECKS}
        for backend, words in _BACKENDS.items():
            name = f"tests on {words}"
            if not _timed(name, partial(_suite, backend, arguments, counted)):
                failed.append(name)
            failed += [name for name, outcome in checked.items() if not _told(name, outcome.result())]
            checked = {}
    if not _suite_of_the_foundation():
        failed.append("conformance suite")
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr, flush=True)
    print(f"tests: {counted['passed']} passed, {counted['failed']} failed, {counted['skipped']} skipped")
    return 1 if failed else 0


def _timed(name: str, step: Callable[[], bool]) -> bool:
    _say(name)
    began = time.monotonic()
    succeeded = step()
    _say(f"{name}: {'good' if succeeded else 'FAILED'} after {time.monotonic() - began:.0f} s")
    return succeeded


def _checked(name: str) -> tuple[bool, float, str]:
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        succeeded = checks.run(name, said=said)
        said.seek(0)
        return succeeded, time.monotonic() - began, said.read()


def _told(name: str, outcome: tuple[bool, float, str]) -> bool:
    succeeded, seconds, said = outcome
    _say(name)
    print(said, end="")
    _say(f"{name}: {'good' if succeeded else 'FAILED'} after {seconds:.0f} s")
    return succeeded


def _suite(backend: str, arguments: Sequence[str], counted: Counter[str]) -> bool:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("IMMO_") or name == _ALL_PAIRS
    }
    environment["IMMO_TEST_BACKEND"] = backend
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(_workers()), "--dist", "loadfile"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        done = subprocess.run(  # noqa: S603 - a fixed command
            [*command, f"--junit-xml={report}", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        counted.update(count(report.read_text("utf-8")) if report.exists() else {"failed": 1})
    return done.returncode == 0


def _suite_of_the_foundation() -> bool:
    """Run our plans against the OpenID Foundation's suite where one is given, and say so where none is.

    What did not run is in none of the counts.
    """
    command = [sys.executable, "-m", "tests.conformance.run"]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False)  # noqa: S603 - a fixed command
    return done.returncode in {0, _NOT_RUN}


def _workers() -> int:
    """Return how many tests run at once: one more than there are cores, because a third of their time is waiting."""
    return (os.cpu_count() or 1) + 1


def count(report: str) -> Counter[str]:
    """Return how many tests passed, failed and were skipped, from pytest's report in JUnit's form."""
    suites = ET.fromstring(report).iter("testsuite")  # noqa: S314 - pytest wrote it
    found: Counter[str] = Counter()
    for suite in suites:
        failed = int(suite.attrib["failures"]) + int(suite.attrib["errors"])
        skipped = int(suite.attrib["skipped"])
        found.update(failed=failed, skipped=skipped, passed=int(suite.attrib["tests"]) - failed - skipped)
    return found


def _say(words: str) -> None:
    print(f"== {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
