"""Compiled translations: made from the catalogues whenever those are newer."""

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent.parent / "translations"


def compile_translations(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Write each `.mo` that is missing or older than its `.po`, and return those written."""
    stale = [source for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(source)]
    return tuple(_compile(source) for source in stale)


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime <= source.stat().st_mtime


def _compile(source: Path) -> Path:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name)
    # Renamed into place: test processes that start together all find a whole file.
    handle, name = tempfile.mkstemp(dir=source.parent)
    with os.fdopen(handle, "wb") as file:
        write_mo(file, catalogue)
    return Path(name).replace(source.with_suffix(".mo"))
