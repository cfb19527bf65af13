"""Where PKCS#11 modules for the card lie on each system (eid.md 3), the official one first."""

import os.path
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# The maker of a module that was named on the command line is not known.
CHOSEN = "chosen"

_PLACES = {
    "Linux": (
        ("official", "/usr/lib/*/libbeidpkcs11.so.0"),
        ("official", "/usr/lib64/libbeidpkcs11.so.0"),
        ("official", "/usr/lib/libbeidpkcs11.so.0"),
        ("official", "/usr/local/lib/libbeidpkcs11.so.0"),
        ("OpenSC", "/usr/lib/*/opensc-pkcs11.so"),
        ("OpenSC", "/usr/lib64/opensc-pkcs11.so"),
        ("OpenSC", "/usr/lib/opensc-pkcs11.so"),
        ("OpenSC", "/usr/local/lib/opensc-pkcs11.so"),
    ),
    "Darwin": (
        (
            "official",
            "/Library/Belgium Identity Card/Pkcs11/beid-pkcs11.bundle/Contents/MacOS/libbeidpkcs11.dylib",
        ),
        ("official", "/usr/local/lib/libbeidpkcs11.dylib"),
        ("OpenSC", "/Library/OpenSC/lib/opensc-pkcs11.so"),
    ),
    "Windows": (
        ("official", "%SystemRoot%\\System32\\beidpkcs11.dll"),
        ("OpenSC", "%ProgramFiles%\\OpenSC Project\\OpenSC\\pkcs11\\opensc-pkcs11.dll"),
    ),
}


@dataclass(frozen=True, slots=True)
class ModulePlace:
    """A module that is there: whose it is, and its file."""

    maker: str
    path: Path


def installed(system: str | None = None, root: Path = Path("/")) -> tuple[ModulePlace, ...]:
    """Return the modules of this machine in the order in which they are tried; `root` is where paths begin."""
    return tuple(_found(system or platform.system(), root))


def _found(system: str, root: Path) -> Iterator[ModulePlace]:
    for maker, place in _PLACES.get(system, ()):
        # Only Windows has names between percent signs, and only there do they mean anything.
        path = os.path.expandvars(place) if system == "Windows" else place.removeprefix("/")
        if "*" in path:
            yield from (ModulePlace(maker, found) for found in sorted(root.glob(path)) if found.is_file())
        elif (root / path).is_file():
            yield ModulePlace(maker, root / path)
