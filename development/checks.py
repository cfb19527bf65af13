"""The checks that read the code without running it: style, types, import contracts, translations."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

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


def run(name: str) -> bool:
    """Run every command of one check and tell whether all of them are content."""
    contented = [_run(command) for command in CHECKS[name]]
    return all(contented)


def _run(command: Sequence[str]) -> bool:
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False)  # noqa: S603 - fixed commands
    return done.returncode == 0


if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - set(CHECKS)
    if unknown or len(sys.argv) < 2:
        sys.exit(f"usage: python -m development.checks {' | '.join(CHECKS)}")
    results = [run(name) for name in sys.argv[1:]]
    sys.exit(0 if all(results) else 1)
