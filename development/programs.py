"""System programs that tests need: where they are, and what to install when they are not."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

_POSTGRES_FOLDERS = "/usr/lib/postgresql"


@dataclass(frozen=True, slots=True)
class Program:
    """A program by its command, and the Debian package that brings it."""

    command: str
    package: str

    def path(self) -> str | None:
        """Return where the program is, or None when it is not installed."""
        if self.command == "postgres":
            return _newest_postgres()
        return shutil.which(self.command)


POSTGRES = Program("postgres", "postgresql")
REDIS = Program("redis-server", "redis-server")
CHROMIUM = Program("chromium", "chromium")
NODE = Program("node", "nodejs")
NPM = Program("npm", "npm")
NEEDED = (POSTGRES, REDIS, CHROMIUM, NODE, NPM)


class MissingProgram(RuntimeError):
    """A system program is not installed; the message names its package."""

    def __init__(self, program: Program) -> None:
        super().__init__(f"{program.command} is not installed (Debian package {program.package})")


def require(program: Program) -> str:
    """Return the path of a program; raise `MissingProgram` when it is not installed."""
    found = program.path()
    if found is None:
        raise MissingProgram(program)
    return found


def _newest_postgres() -> str | None:
    # Debian keeps the server's programs out of PATH, one folder for each major version.
    folders = Path(_POSTGRES_FOLDERS)
    versions = [entry for entry in folders.glob("*") if entry.name.isdigit()] if folders.is_dir() else []
    for version in sorted(versions, key=lambda entry: int(entry.name), reverse=True):
        program = version / "bin" / "postgres"
        if os.access(program, os.X_OK):
            return str(program)
    return shutil.which("postgres")
