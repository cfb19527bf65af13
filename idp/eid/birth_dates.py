"""The date of birth as the identity file words it: in the language of a municipality, sometimes a year alone."""

import re
from datetime import date

# French, Dutch, German; eid.md 1.3. Looked up without accents.
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            ("JAN",),
            ("FEV", "FEB"),
            ("MARS", "MAAR", "MAR"),
            ("AVR", "APR"),
            ("MAI", "MEI"),
            ("JUIN", "JUN"),
            ("JUIL", "JUL"),
            ("AOUT", "AUG"),
            ("SEPT", "SEP"),
            ("OCT", "OKT"),
            ("NOV",),
            ("DEC", "DEZ"),
        ),
        start=1,
    )
    for name in names
}
_PLAIN = str.maketrans({"Ä": "A", "É": "E", "Û": "U"})
_SEPARATORS = re.compile(r"[ .]+")
_PARTS = 3
_YEAR_DIGITS = 4


def read_birth_date(text: str | None) -> date | None:
    """Return the day that is written; None where a part is missing or cannot be read.

    That refuses nobody: a day that is not known stands on valid cards.
    """
    parts = [part for part in _SEPARATORS.split((text or "").upper().translate(_PLAIN)) if part]
    if len(parts) != _PARTS or not all(part.isascii() for part in parts):
        return None
    day, month, year = parts
    if not (day.isdigit() and year.isdigit() and len(year) == _YEAR_DIGITS) or month not in _MONTHS:
        return None
    try:
        return date(int(year), _MONTHS[month], int(day))
    except ValueError:
        return None
