"""The file of a register, CSV or JSON, read piece by piece: its size is no matter (docs/registers.md).

A piece that is wrong is yielded as a problem with its place, so that one run names them all. What
cannot be read on ends the file with `BadFile`.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from core.accreditations.feed_lines import HOLDER, OPTIONAL, REQUIRED, BadEntry, FeedEntry, feed_entry_from
from core.accreditations.json_stream import JsonStream, MalformedJson
from core.infra.errors import RuleError

FORMAT = "immo-connect-register-1"
# A row holds seven short fields; more than this is no row.
_LONGEST_ROW = 16 * 1024
_DELIMITERS = ",;\t"


class BadFile(RuleError):
    """The file as a whole cannot be read; `reason` says why, `place` how far reading went."""

    code = "bad-register-file"


class FileFormat(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Problem:
    """A piece of the file that is wrong: the line in CSV, the entry counted from 1 in JSON."""

    place: int
    reason: str


@dataclass(frozen=True, slots=True)
class FileHead:
    """What a file says of itself before its entries; CSV says nothing."""

    kind: str | None = None
    published_at: datetime | None = None
    next_update: datetime | None = None


class RegisterFile:
    """A file while it is read: its head at once, its entries as they come, then the digest of it all."""

    def __init__(self, file: BinaryIO, file_format: FileFormat) -> None:
        """Read the head; raise `BadFile`."""
        self._hashed = _Hashed(file)
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        match file_format:
            case FileFormat.CSV:
                text = io.TextIOWrapper(io.BufferedReader(self._hashed), encoding="utf-8-sig", newline="")
                self.head, self._entries = FileHead(), _csv_entries(text)
            case FileFormat.JSON:
                stream = JsonStream(lambda size: decoder.decode(found := self._hashed.read(size) or b"", not found))
                self.head, self._entries = _json_head(stream), _json_entries(stream)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what was read; of the whole file once its entries have ended."""
        return self._hashed.digest.hexdigest()

    def entries(self) -> Iterator[FeedEntry | Problem]:
        """Yield what the file holds; raise `BadFile` where it cannot be read on."""
        place = 0
        try:
            for place, members in self._entries:
                try:
                    yield feed_entry_from(members)
                except BadEntry as error:
                    yield Problem(place, str(error))
        except UnicodeDecodeError:
            raise BadFile(reason="it is not UTF-8", place=place) from None
        except (csv.Error, MalformedJson) as error:
            raise BadFile(reason=str(error), place=place) from None


class _Hashed(io.RawIOBase):
    """Reads from a file and digests what goes by."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._file.read(len(buffer))
        self.digest.update(content)
        buffer[: len(content)] = content
        return len(content)


def _csv_entries(text: io.TextIOWrapper) -> Iterator[tuple[int, object]]:
    rows = _rows(text)
    header = next(rows, "")
    delimiter = max(_DELIMITERS, key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
    known = {HOLDER, *REQUIRED, *OPTIONAL}
    if not {HOLDER, *REQUIRED} <= set(names) or not known.issuperset(names) or len(set(names)) < len(names):
        raise BadFile(reason=f"the first line must name each column once, of {', '.join(sorted(known))}", place=1)
    reader = csv.reader(rows, delimiter=delimiter, strict=True)
    for values in reader:
        if values:
            # As many as there are names: one too few or too many has moved all others.
            yield reader.line_num + 1, dict(zip(names, values, strict=True)) if len(values) == len(names) else values


def _rows(text: io.TextIOWrapper) -> Iterator[str]:
    while row := text.readline(_LONGEST_ROW):
        if not row.endswith(("\n", "\r")):
            # Also the last one ends its line: a file that was cut off does not.
            raise csv.Error("a line is too long or does not end: was the file cut off?")
        yield row


def _json_head(stream: JsonStream) -> FileHead:
    try:
        members = dict(stream.members_before("entries"))
    except (MalformedJson, UnicodeDecodeError) as error:
        raise BadFile(reason=str(error), place=0) from None
    if members.pop("format", None) != FORMAT:
        raise BadFile(reason=f"format must be {FORMAT}", place=0)
    kind = members.pop("kind", None)
    if not isinstance(kind, str):
        raise BadFile(reason="kind is missing", place=0)
    head = FileHead(kind, _moment(members, "published_at"), _moment(members, "next_update"))
    if members or head.published_at is None:
        raise BadFile(reason="before the entries stand format, kind, published_at, next_update", place=0)
    return head


def _moment(members: dict[str, object], name: str) -> datetime | None:
    value = members.pop(name, None)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadFile(reason=f"{name} must be a moment such as 2026-11-23T03:00:00Z", place=0)
    return moment


def _json_entries(stream: JsonStream) -> Iterator[tuple[int, object]]:
    count = 0
    for entry in stream.elements():
        count += 1
        yield count, entry
    rest = stream.rest()
    if rest.keys() - {"count"} or rest.get("count", count) != count:
        raise MalformedJson("after the entries stands nothing but their count")
