"""What was read of an extract, on disk and by number, before anything of it goes to the database.

So memory stays small whatever the size and the order of the files, and an extract that turns out
to be wrong at its end has touched nothing.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.companies.lines import ADDRESS, ALL, CONTACT, DENOMINATION, ENTERPRISE, NAME_COLUMNS, Cells, Part
from core.companies.numbers import ten_digits

Value = str | date | None
# 32 MiB: enough that files in the order of their numbers, as they come, never wait for the disk.
_CACHE_KIBIBYTES = 32 * 1024
_TOUCHED = " UNION ".join(
    f"SELECT number FROM {name}"  # noqa: S608 - fixed
    for part in ALL
    for name in (part.name, f"{part.name}_gone")
)
_BLANK: Mapping[str, Mapping[str, None]] = {
    DENOMINATION.name: dict.fromkeys(NAME_COLUMNS),
    ADDRESS.name: dict.fromkeys(ADDRESS.kept),
    CONTACT.name: dict.fromkeys(CONTACT.kept),
}


class NamedTwice(ValueError):
    """An enterprise stands twice among the rows of a batch."""


@dataclass(frozen=True, slots=True)
class CompanyChange:
    """What an extract says of a company, by column; columns of which it says nothing are left out.

    `has_enterprise` tells that the extract has its row of enterprise.csv, `is_gone` that an update
    takes that row away for good.
    """

    number: str
    columns: Mapping[str, Value]
    has_enterprise: bool
    is_gone: bool


class WorkingFile:
    """A file of SQLite's with a table for each part; nobody else ever opens it."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        # It is thrown away with whatever goes wrong, so nothing of it has to be safe.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIBIBYTES}"):
            self._connection.execute(f"PRAGMA {pragma}")
        for part in ALL:
            kept = ", ".join(part.kept)
            order = "" if part is ENTERPRISE else "position INTEGER, "
            key = "number" if part is ENTERPRISE else "number, position"
            self._connection.execute(
                f"CREATE TABLE {part.name} (number INTEGER, {order}{kept}, PRIMARY KEY ({key})) WITHOUT ROWID"
            )
            self._connection.execute(f"CREATE TABLE {part.name}_gone (number INTEGER PRIMARY KEY)")
        self._position = 0

    def close(self) -> None:
        """Close it; its file can be deleted then."""
        self._connection.close()

    def add(self, part: Part, rows: Sequence[tuple[int, Cells]]) -> None:
        """Keep rows of a part; raise `NamedTwice`."""
        places = ", ".join("?" * (len(part.kept) + (1 if part is ENTERPRISE else 2)))
        if part is ENTERPRISE:
            written = [(number, *cells) for number, cells in rows]
        else:
            first = self._position
            written = [(number, first + place, *cells) for place, (number, cells) in enumerate(rows)]
            self._position += len(rows)
        try:
            with self._together():
                self._connection.executemany(f"INSERT INTO {part.name} VALUES ({places})", written)  # noqa: S608 - fixed
        except sqlite3.IntegrityError:
            raise NamedTwice from None

    def add_gone(self, part: Part, numbers: Iterable[int]) -> None:
        """Keep that an update deletes this part of these companies."""
        with self._together():
            statement = f"INSERT OR IGNORE INTO {part.name}_gone VALUES (?)"  # noqa: S608 - fixed
            self._connection.executemany(statement, [(number,) for number in numbers])

    def companies(self) -> Iterator[CompanyChange]:
        """Yield the companies of a full extract by number, each with all columns."""
        return self._merged("SELECT number FROM enterprise ORDER BY number", is_full=True)

    def changes(self) -> Iterator[CompanyChange]:
        """Yield what an update says of companies, by number."""
        return self._merged(f"{_TOUCHED} ORDER BY number", is_full=False)

    def count(self, *, is_full: bool) -> int:
        """Return of how many companies a full extract, or an update, says something."""
        numbers = "SELECT number FROM enterprise" if is_full else _TOUCHED
        (found,) = self._connection.execute(f"SELECT count(*) FROM ({numbers})").fetchone()  # noqa: S608 - fixed
        return int(found)

    def _merged(self, numbers: str, *, is_full: bool) -> Iterator[CompanyChange]:
        order = {part.name: "number" if part is ENTERPRISE else "number, position" for part in ALL}
        cursors = {part.name: self._ahead(f"SELECT * FROM {part.name} ORDER BY {order[part.name]}") for part in ALL}  # noqa: S608 - fixed
        gone = {part.name: self._ahead(f"SELECT * FROM {part.name}_gone ORDER BY number") for part in ALL}  # noqa: S608 - fixed
        for (number,) in self._connection.execute(numbers):
            columns: dict[str, Value] = {}
            enterprise = cursors[ENTERPRISE.name].take(number)
            was_gone = bool(gone[ENTERPRISE.name].take(number))
            for cells in enterprise:
                columns.update(_enterprise(cells))
            for part in (DENOMINATION, ADDRESS, CONTACT):
                rows = cursors[part.name].take(number)
                if rows or gone[part.name].take(number) or is_full:
                    columns.update(_BLANK[part.name])
                for cells in reversed(rows):
                    # What stands first counts, so it is written last.
                    columns.update(_named(part, cells))
            yield CompanyChange(ten_digits(number), columns, bool(enterprise), was_gone and not enterprise)

    def _ahead(self, query: str) -> "_Ahead":
        return _Ahead(self._connection.execute(query))

    @contextmanager
    def _together(self) -> Iterator[None]:
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            # Without a journal there is no way back, and none is needed: the file goes with the mistake.
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")


class _Ahead:
    """Rows by number, given out as somebody goes through the numbers in the same order."""

    def __init__(self, rows: Iterator[tuple[int, *tuple[str | None, ...]]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def take(self, number: int) -> list[tuple[str | None, ...]]:
        found = []
        while self._next is not None and self._next[0] <= number:
            if self._next[0] == number:
                found.append(self._next[1:])
            self._next = next(self._rows, None)
        return found


def _enterprise(cells: tuple[str | None, ...]) -> Mapping[str, Value]:
    named: dict[str, Value] = dict(zip(ENTERPRISE.kept, cells, strict=True))
    started_on = named["started_on"]
    named["started_on"] = date.fromisoformat(started_on) if isinstance(started_on, str) else None
    return named


def _named(part: Part, cells: tuple[str | None, ...]) -> Mapping[str, Value]:
    # Before what was read of a row of these stands its position.
    values = cells[1:]
    if part is DENOMINATION:
        column, name = values
        return {str(column): name}
    return dict(zip(part.kept, values, strict=True))
