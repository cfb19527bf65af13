"""A CSV file of an extract, row by row: of any size, with no line longer than a company can need."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import BinaryIO

from core.companies.archive import DAMAGED, Archive
from core.companies.errors import ExtractRefused

# An address, the longest row there is, has some 1,200 characters.
_LONGEST_LINE = 16 * 1024
_CHUNK = 256 * 1024

Row = tuple[str, ...]


class CsvFile:
    """One file while it is read; `line` says how far, for whoever finds a row wrong."""

    def __init__(self, archive: Archive, name: str, on_octets: Callable[[int], object] = lambda _: None) -> None:
        if name not in archive.sizes:
            raise ExtractRefused("it is missing", file=name)
        self.name = name
        self.line = 0
        self._archive = archive
        self._on_octets = on_octets

    def rows(self, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Row]:
        """Yield the values of these columns, in this order; an optional column that is not there is empty.

        The first line names the columns, each once; further ones are passed over. Raises `ExtractRefused`.
        """
        try:
            with self._archive.open(self.name) as raw:
                text = io.TextIOWrapper(_counted(raw, self._on_octets), encoding="utf-8-sig", newline="")
                yield from self._values(csv.reader(self._lines(text), strict=True), required, optional)
        except UnicodeDecodeError:
            raise self.refused("it is not UTF-8") from None
        except csv.Error:
            raise self.refused("a value in quotation marks does not end, or goes on after its end") from None
        except DAMAGED:
            raise self.refused("it is damaged: it cannot be unpacked, or its check sum is wrong") from None

    def refused(self, reason: str) -> ExtractRefused:
        """Return the refusal of the row that was yielded last."""
        return ExtractRefused(reason, file=self.name, line=self.line)

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        while line := text.readline(_LONGEST_LINE):
            self.line += 1
            if line[-1] not in "\r\n" and (len(line) >= _LONGEST_LINE or not self._archive.has_checksums):
                # Also the last line ends: without a check sum nothing else tells that a file was cut off.
                raise self.refused("a line is too long or does not end: was the file cut off?")
            yield line

    def _values(self, reader: Iterator[list[str]], required: Sequence[str], optional: Sequence[str]) -> Iterator[Row]:
        header = next(reader, [])
        if not set(required) <= set(header) or len(set(header)) < len(header):
            raise self.refused(f"its first line must name each column once, among them {', '.join(required)}")
        count = len(header)
        # One place beyond the last column stands for those that are not there.
        places = [header.index(name) if name in header else count for name in (*required, *optional)]
        chosen: Callable[[list[str]], Row] = itemgetter(*places) if len(places) > 1 else _only(places[0])
        for values in reader:
            if len(values) != count:
                if not values:
                    continue
                raise self.refused(f"a row has {len(values)} values instead of {count}")
            values.append("")
            yield chosen(values)


def _only(place: int) -> Callable[[list[str]], Row]:
    return lambda values: (values[place],)


def _counted(raw: BinaryIO, on_octets: Callable[[int], object]) -> io.BufferedReader:
    return io.BufferedReader(_Counted(raw, on_octets), _CHUNK)


class _Counted(io.RawIOBase):
    def __init__(self, raw: BinaryIO, on_octets: Callable[[int], object]) -> None:
        self._raw = raw
        self._on_octets = on_octets

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._raw.read(len(buffer))
        self._on_octets(len(content))
        buffer[: len(content)] = content
        return len(content)
