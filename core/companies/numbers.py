"""Company numbers as the register writes them, and their check digits."""

import re

# What is no enterprise is an establishment unit or a branch: one digit, then three by three.
_ENTERPRISE = re.compile(r"([01]\d{3})\.(\d{3})\.(\d{3})")
_OTHER = re.compile(r"[2-9]\.\d{3}\.\d{3}\.\d{3}")


class BadNumber(ValueError):
    """Not a number of the register."""


def check_digits(first_eight: str) -> str:
    """Return the two check digits: 97 less the remainder of the first eight by 97."""
    return f"{97 - int(first_eight) % 97:02d}"


def enterprise_number(written: str) -> int | None:
    """Return the number written as 0123.456.749, None for an establishment or a branch; raise `BadNumber`."""
    found = _ENTERPRISE.fullmatch(written)
    if found is None:
        if _OTHER.fullmatch(written):
            return None
        raise BadNumber
    digits = "".join(found.groups())
    if digits[8:] != check_digits(digits[:8]):
        raise BadNumber
    return int(digits)


def ten_digits(number: int) -> str:
    """Return a company number as it is stored: ten digits, the leading zero included."""
    return f"{number:010d}"
