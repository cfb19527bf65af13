"""Files of rows that open in a spreadsheet as they are: CSV in UTF-8 with its mark.

Excel cuts lines and reads numbers as its region has it. In Belgium that is semicolons between cells
and a comma in numbers; where a comma stands between cells, numbers have a point. Where a text could be
taken for a formula there is an apostrophe, also in its middle: a file for one region may be opened in
another, whose spreadsheet cuts the line elsewhere and does not know these quotes.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

BEGIN = b"\xef\xbb\xbf"
Cell = str | int | Decimal
# With the wide forms of a Japanese keyboard, which count as well.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_BEGINS_A_FORMULA = re.compile(rf'[ "]*[{_SIGNS}\t\r]')
# Wherever any spreadsheet ends a cell, and what it passes over before the next one.
_CUT = re.compile(rf'([,;\t\r\n][\s"]*)(?=[{_SIGNS}])')


class Separator(StrEnum):
    """What stands between the cells of a line."""

    SEMICOLON = ";"
    COMMA = ","


def safe_cell(text: str) -> str:
    """Return a cell of which no spreadsheet takes any part for a formula, whoever wrote it."""
    if _BEGINS_A_FORMULA.match(text) is None:
        return _CUT.sub(r"\1'", text)
    return f"'{text[0]}" + _CUT.sub(r"\1'", text[1:])


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
