"""Files of rows that open in a spreadsheet as they are: CSV in UTF-8 with its mark.

Excel cuts lines and reads numbers as its region has it. In Belgium that is semicolons between cells
and a comma in numbers; where a comma stands between cells, numbers have a point. Texts that it
would take for a formula begin with an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

BEGIN = b"\xef\xbb\xbf"
Cell = str | int | Decimal
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class Separator(StrEnum):
    """What stands between the cells of a line."""

    SEMICOLON = ";"
    COMMA = ","


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, whoever wrote it."""
    return f"'{text}" if text[:1] in _FORMULAS else text


def lines(rows: Iterable[Sequence[Cell]], separator: Separator = Separator.SEMICOLON) -> bytes:
    """Return rows as lines of a file, which starts with `BEGIN`; numbers stay numbers."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator.value, lineterminator="\r\n")
    writer.writerows([_cell(cell, separator) for cell in row] for row in rows)
    return written.getvalue().encode()


def sheet(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as a whole file for a Belgian spreadsheet."""
    return BEGIN + lines(rows)


def _cell(cell: Cell, separator: Separator) -> str:
    if isinstance(cell, str):
        return safe_cell(cell)
    return str(cell).replace(".", ",") if separator is Separator.SEMICOLON else str(cell)
