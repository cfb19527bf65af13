"""Single values as the files of an extract write them, read strictly; what is wrong raises `ValueError`."""

import re
from datetime import date

_DAY = re.compile(r"(\d{2})-(\d{2})-(\d{4})")
_LEGAL_FORM = re.compile(r"\d{3}")


def day(written: str) -> date | None:
    """Return the day that is written as dd-mm-yyyy; None where nothing is."""
    if not written:
        return None
    found = _DAY.fullmatch(written)
    if found is None:
        raise ValueError("no day")
    return date(int(found[3]), int(found[2]), int(found[1]))


def legal_form(written: str) -> str | None:
    """Return the code of a legal form, three digits; None where there is none."""
    if not written:
        return None
    if not _LEGAL_FORM.fullmatch(written):
        raise ValueError("no legal form")
    return written


def text(written: str) -> str:
    """Return a text without surrounding, doubled or invisible characters; a zero octet is damage."""
    if written.isprintable() and "  " not in written:
        return written.strip()
    if "\0" in written:
        raise ValueError("a zero octet")
    words = "".join(one if one.isprintable() or one.isspace() else "" for one in written).split()
    return " ".join(words)


def short_text(written: str, longest: int) -> str | None:
    """Return a text of at most so many characters; None where it is empty."""
    found = text(written)
    if len(found) > longest:
        raise ValueError("too long")
    return found or None
