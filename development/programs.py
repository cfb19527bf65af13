"""What tests need of the system: where it is, and what to install when it is not there.

`python -m development.programs` installs what is missing; it runs before any package of Python's is there.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
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

    @property
    def name(self) -> str:
        """What it is called when it is missing."""
        return self.command


@dataclass(frozen=True, slots=True)
class Part:
    """What is found by its file and not by a command: a library, a header, a server outside PATH."""

    name: str
    package: str
    # Patterns, because a library lies in a folder named after the machine's processor.
    places: tuple[str, ...]

    def path(self) -> str | None:
        """Return where the file is, or None when it is not installed."""
        found = (path for place in self.places for path in sorted(Path("/").glob(place.removeprefix("/"))))
        return next((str(path) for path in found), None)


POSTGRES = Program("postgres", "postgresql")
REDIS = Program("redis-server", "redis-server")
# Chromium without the window around the page, which costs more than the page.
CHROMIUM = Program("chromium-headless-shell", "chromium-headless-shell")
NODE = Program("node", "nodejs")
NPM = Program("npm", "npm")
NGINX = Part("nginx", "nginx", ("/usr/sbin/nginx", "/usr/bin/nginx"))
# The server alone: Debian's package `apache2` would add a service, which nobody needs.
APACHE = Part("apache2", "apache2-bin", ("/usr/sbin/apache2",))
APACHE_OPENID = Part(
    "mod_auth_openidc.so", "libapache2-mod-auth-openidc", ("/usr/lib/apache2/modules/mod_auth_openidc.so",)
)
# Compile the one package without a wheel.
COMPILER = Program("gcc", "gcc")
C_LIBRARY = Part("stdio.h", "libc6-dev", ("/usr/include/stdio.h",))
PYTHON_HEADER = Part("Python.h", "python3-dev", (f"{sysconfig.get_path('include')}/Python.h",))
PCSC_HEADER = Part("winscard.h", "libpcsclite-dev", ("/usr/include/PCSC/winscard.h",))
# Readers, cards and tokens.
PCSCD = Part("pcscd", "pcscd", ("/usr/sbin/pcscd", "/usr/bin/pcscd"))
VIRTUAL_READER = Part("libifdvpcd.so", "vsmartcard-vpcd", ("/usr/lib/pcsc/drivers/serial/libifdvpcd.so",))
OPENSC = Part("opensc-pkcs11.so", "opensc-pkcs11", ("/usr/lib/*/opensc-pkcs11.so",))
PKCS11_TOOL = Program("pkcs11-tool", "opensc")
SOFTHSM = Program("softhsm2-util", "softhsm2")
SOFTHSM_MODULE = Part("libsofthsm2.so", "libsofthsm2", ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/*/softhsm/*.so"))
# A screen that nobody sees, and what draws windows on it; only Debian's own Python has that in a package of Debian.
SCREEN = Program("Xvfb", "xvfb")
_TKINTER = Part("tkinter", "python3-tk", (f"{sysconfig.get_path('stdlib')}/lib-dynload/_tkinter.*.so",))
_WINDOWS = (SCREEN, _TKINTER) if sys.base_prefix == "/usr" else (SCREEN,)
_SERVERS: tuple[Program | Part, ...] = (POSTGRES, REDIS, CHROMIUM, NODE, NPM, NGINX, APACHE, APACHE_OPENID)
_COMPILING = (COMPILER, C_LIBRARY, PYTHON_HEADER, PCSC_HEADER)
_CARDS = (PCSCD, VIRTUAL_READER, OPENSC, PKCS11_TOOL, SOFTHSM, SOFTHSM_MODULE)
NEEDED = _SERVERS + _COMPILING + _CARDS + _WINDOWS


class MissingProgram(RuntimeError):
    """Something of the system is not installed; the message names its package."""

    def __init__(self, program: Program | Part) -> None:
        super().__init__(f"{program.name} is not installed (Debian package {program.package})")


class MissingPrograms(RuntimeError):
    """System programs are not installed and cannot be by us; the message is the line to type."""

    def __init__(self, packages: Sequence[str]) -> None:
        super().__init__(f"The tests need system packages: apt-get install {' '.join(packages)}")


def require(program: Program | Part) -> str:
    """Return the path of a program or a file; raise `MissingProgram` when it is not installed."""
    found = program.path()
    if found is None:
        raise MissingProgram(program)
    return found


def install_missing(say: Callable[[str], None]) -> None:
    """See that everything that tests need is installed, through apt where we may.

    Raises `MissingPrograms`, naming what to install, where we may not or apt does not succeed.
    """
    missing = [program for program in NEEDED if program.path() is None]
    if not missing:
        return
    apt = _apt()
    packages = sorted({program.package for program in missing})
    if apt is None:
        raise MissingPrograms(packages)
    say(f"Installing {', '.join(packages)}")
    update_and_install = (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages])
    if not all(_succeeds([*apt, *arguments]) for arguments in update_and_install):
        raise MissingPrograms(packages)
    if any(program.path() is None for program in missing):
        raise MissingPrograms(packages)


def _apt() -> list[str] | None:
    if shutil.which("apt-get") is None:
        return None
    # Run level 1 keeps the packages from starting servers: tests start their own.
    settings = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get"]
    if os.geteuid() == 0:
        return settings
    return ["sudo", "-n", *settings] if _succeeds(["sudo", "-n", "true"]) else None


def _succeeds(command: Sequence[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    done = subprocess.run(  # noqa: S603 - fixed commands
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0 and done.stderr:
        print(done.stderr.strip(), flush=True)
    return done.returncode == 0


def _newest_postgres() -> str | None:
    # Debian keeps the server's programs out of PATH, one folder for each major version.
    folders = Path(_POSTGRES_FOLDERS)
    versions = [entry for entry in folders.glob("*") if entry.name.isdigit()] if folders.is_dir() else []
    for version in sorted(versions, key=lambda entry: int(entry.name), reverse=True):
        program = version / "bin" / "postgres"
        if os.access(program, os.X_OK):
            return str(program)
    return shutil.which("postgres")


def main() -> int:
    """Install what is missing; return the exit status."""
    try:
        install_missing(lambda words: print(f"{words} ...", flush=True))
    except MissingPrograms as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
