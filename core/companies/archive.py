"""The files of an extract, in a zip file or a folder: opened with care, nothing is ever unpacked to disk."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from core.companies.errors import ExtractRefused

# The files that are read hold half a gibibyte in all today.
MOST_OCTETS = 4 * 1024**3
# Lists of companies are packed to about a tenth; a thousandth is only what means harm.
_MOST_PACKED = 200
_FEW_OCTETS = 1024**2
_MOST_MEMBERS = 64
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1

# What reading a file may raise where its content is damaged.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError)


class Archive(Protocol):
    """The CSV files of an extract by name, in lower case."""

    @property
    def has_checksums(self) -> bool:
        """Tell whether damage would be noticed at the end of a file."""
        ...

    @property
    def sizes(self) -> Mapping[str, int]:
        """Return how many octets each file holds, by its own account."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open one of the files."""
        ...


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a zip file or a folder; raise `ExtractRefused` where it is neither, or means harm."""
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        found = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise ExtractRefused("there is no such file or folder") from None
    except DAMAGED:
        raise ExtractRefused("it is no zip file, or a damaged one") from None
    with found:
        yield _Zip(found)


class _Folder:
    has_checksums = False

    def __init__(self, path: Path) -> None:
        files = [found for found in path.iterdir() if found.is_file() and found.suffix.lower() == ".csv"]
        self._paths = {found.name.lower(): found for found in files}
        _require_once(len(files), self._paths)
        self.sizes = {name: found.stat().st_size for name, found in self._paths.items()}

    def open(self, name: str) -> BinaryIO:
        return self._paths[name].open("rb")


class _Zip:
    has_checksums = True

    def __init__(self, found: zipfile.ZipFile) -> None:
        members = [member for member in found.infolist() if not member.is_dir()]
        if len(members) > _MOST_MEMBERS:
            raise ExtractRefused(f"it holds more than {_MOST_MEMBERS} files")
        lists = [member for member in members if member.filename.lower().endswith(".csv")]
        self._found = found
        # Some come in a folder of their own inside; the names alone tell them apart.
        self._members = {member.filename.rpartition("/")[2].lower(): member for member in lists}
        _require_once(len(lists), self._members)
        self.sizes = {name: member.file_size for name, member in self._members.items()}

    def open(self, name: str) -> BinaryIO:
        member = self._members[name]
        if member.flag_bits & _ENCRYPTED:
            raise ExtractRefused("it is encrypted", file=name)
        if member.compress_type not in _METHODS:
            raise ExtractRefused("it is packed in a way that is not used for extracts", file=name)
        if member.file_size > _FEW_OCTETS and member.file_size > _MOST_PACKED * member.compress_size:
            raise ExtractRefused("it would unpack to more than any list of companies does", file=name)
        return cast("BinaryIO", self._found.open(member))


def _require_once(count: int, names: Mapping[str, object]) -> None:
    if len(names) < count:
        raise ExtractRefused("two of its files have the same name")
