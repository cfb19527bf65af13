"""From the files of an extract into the working file."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from core.companies.archive import Archive
from core.companies.csv_rows import CsvFile
from core.companies.extract import CODES, Extract, LegalForm, legal_forms
from core.companies.lines import ALL, Part, gone, lines
from core.companies.states import ExtractType
from core.companies.working_file import NamedTwice, WorkingFile

_AT_ONCE = 10_000

T = TypeVar("T")


class Reading:
    """Reads an extract; `rows` and `octets` say how far it is."""

    def __init__(self, archive: Archive, extract: Extract, working: WorkingFile, on_rows: Callable[[], object]) -> None:
        self.rows = 0
        self.octets = 0
        self._archive = archive
        self._extract = extract
        self._working = working
        self._on_rows = on_rows

    def read(self) -> tuple[LegalForm, ...]:
        """Read every file into the working file and return the legal forms; raise `ExtractRefused`."""
        forms = legal_forms(self._file(CODES))
        for part in ALL:
            match self._extract.type:
                case ExtractType.FULL:
                    self._read_part(part, self._file(f"{part.name}.csv"))
                case ExtractType.UPDATE:
                    self._read_gone(part, self._file(f"{part.name}_delete.csv"))
                    self._read_part(part, self._file(f"{part.name}_insert.csv"))
        return forms

    def _file(self, name: str) -> CsvFile:
        return CsvFile(self._archive, name, self._read_octets)

    def _read_octets(self, count: int) -> None:
        self.octets += count

    def _read_part(self, part: Part, file: CsvFile) -> None:
        for batch in self._counted(batches(lines(part, file), _AT_ONCE), file):
            try:
                self._working.add(part, [(number, cells) for number, cells in batch if cells is not None])
            except NamedTwice:
                raise file.refused("up to here a company stands twice") from None

    def _read_gone(self, part: Part, file: CsvFile) -> None:
        for batch in self._counted(batches(gone(part, file), _AT_ONCE), file):
            self._working.add_gone(part, batch)

    def _counted(self, found: Iterable[list[T]], file: CsvFile) -> Iterator[list[T]]:
        before = self.rows
        for batch in found:
            yield batch
            self.rows = before + file.line
            self._on_rows()
        self.rows = before + file.line


def batches(found: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield what is found in lists of at most so many."""
    rest = iter(found)
    while batch := list(islice(rest, size)):
        yield batch
