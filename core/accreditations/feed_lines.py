"""One entry of a register, as a file or an answer writes it, read strictly: a doubt refuses it (docs/registers.md).

Whatever is wrong is said in fixed words: an entry holds the data of somebody, and a report is read by others.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from core.accreditations.rules import RegisterEntry, RegisterStatus
from core.people.national_number import InvalidNationalNumber, NationalNumber

HOLDER = "national_number"
REQUIRED = ("number", "status")
OPTIONAL = ("list", "column", "valid_from", "valid_until")
_MEMBERS = frozenset((*REQUIRED, *OPTIONAL))
_NUMBER = re.compile(r"[!-~](?:[ -~]{0,38}[!-~])?")
_WORD = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class BadEntry(ValueError):
    """An entry that cannot be read; the text says why and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry of a file, with the holder it is of."""

    holder: NationalNumber = field(repr=False)
    entry: RegisterEntry


def feed_entry_from(members: object) -> FeedEntry:
    """Return an entry with its holder; raise `BadEntry`."""
    if not isinstance(members, Mapping):
        raise BadEntry("it is no object, or a line with too few or too many fields")
    holder = members.get(HOLDER)
    if not isinstance(holder, str):
        raise BadEntry("national_number is missing")
    entry = entry_from({name: value for name, value in members.items() if name != HOLDER})
    try:
        return FeedEntry(NationalNumber.parse(holder), entry)
    except InvalidNationalNumber:
        raise BadEntry("national_number is not one: eleven digits whose check digits fit") from None


def entry_from(members: object) -> RegisterEntry:
    """Return what a register says in one entry; raise `BadEntry`."""
    if not isinstance(members, Mapping):
        raise BadEntry("it is no object")
    if not _MEMBERS.issuperset(members):
        raise BadEntry("it has a member that is not known")
    number, status = members.get("number"), members.get("status")
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        raise BadEntry("number must have 1 to 40 printable ASCII characters")
    if not isinstance(status, str) or status not in {known.value for known in RegisterStatus}:
        raise BadEntry("status must be active, suspended or lapsed")
    first, last = _day(members, "valid_from"), _day(members, "valid_until")
    if first is not None and last is not None and last < first:
        raise BadEntry("valid_until is before valid_from")
    return RegisterEntry(
        number=number,
        list=_word(members, "list"),
        column=_word(members, "column"),
        status=RegisterStatus(status),
        valid_from=first,
        valid_until=last,
    )


def _word(members: Mapping[str, object], name: str) -> str | None:
    value = members.get(name) or None
    if value is not None and not (isinstance(value, str) and _WORD.fullmatch(value)):
        raise BadEntry(f"{name} must be empty, or a word of lower-case letters, digits, dots and dashes")
    return value


def _day(members: Mapping[str, object], name: str) -> date | None:
    value = members.get(name) or None
    if value is None:
        return None
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadEntry(f"{name} must be empty or a day written as YYYY-MM-DD")
