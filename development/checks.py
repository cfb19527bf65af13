"""The checks that read the code without running it: style, types, import contracts, translations."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent

CHECKS = {
    "lint": (
        (sys.executable, "-m", "ruff", "check", "."),
        (sys.executable, "-m", "ruff", "format", "--check", "."),
    ),
    "types": ((sys.executable, "-m", "mypy"),),
    "imports": ((str(Path(sys.executable).with_name("lint-imports")), "--no-logo"),),
    "i18n": ((sys.executable, "-m", "development.catalogues", "check"),),
}


def run(name: str, *, said: IO[str] | None = None) -> bool:
    """Run every command of one check and tell whether all of them are content; what they say goes to `said`."""
    contented = [_run(command, said) for command in CHECKS[name]]
    return all(contented)


def _run(command: Sequence[str], said: IO[str] | None) -> bool:
    done = subprocess.run(  # noqa: S603 - fixed commands
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False
    )
    return done.returncode == 0


if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - set(CHECKS)
    if unknown or len(sys.argv) < 2:
        sys.exit(f"usage: python -m development.checks {' | '.join(CHECKS)}")
    results = [run(name) for name in sys.argv[1:]]
    sys.exit(0 if all(results) else 1)
