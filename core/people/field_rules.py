"""Single things that a person types about themselves: read, put in order, or refused. Pure."""

import re
import unicodedata
import zoneinfo
from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cache

from core.people import postal
from core.people.detail_errors import InvalidDetail, Problem
from core.people.facts import Address

GENDERS = ("female", "male", "other")
LOCALES = (
    *("nl-BE", "fr-BE", "de-BE", "en-GB", "nl", "fr", "de", "en"),
    *("nl-NL", "fr-FR", "fr-LU", "de-DE", "de-LU", "en-IE", "en-US"),
)
LINE_LENGTH = 200
_YOUNGEST_YEARS = 14
_OLDEST_YEARS = 120
_DAY_FIRST = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4})")
# What makes an address one; a country alone is none.
_PLACE = ("street_address", "postal_code", "locality")
_AREAS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)

Reader = Callable[[str], str | None]


def line(longest: int, *, is_required: bool = False) -> Reader:
    """Return a reader of one line of text, with single spaces and composed letters."""

    def read(text: str) -> str | None:
        found = unicodedata.normalize("NFC", " ".join(text.split()))
        if not found and is_required:
            raise InvalidDetail(Problem.MISSING)
        if not found.isprintable():
            raise InvalidDetail(Problem.UNPRINTABLE)
        if len(found) > longest:
            raise InvalidDetail(Problem.TOO_LONG)
        return found or None

    return read


def choice(known: Collection[str], *, is_required: bool = False) -> Reader:
    """Return a reader of one of the known values."""

    def read(text: str) -> str | None:
        if text not in known and (text or is_required):
            raise InvalidDetail(Problem.UNKNOWN_CHOICE)
        return text or None

    return read


def optional(require: Callable[[str], str]) -> Reader:
    """Return a reader for which an empty text is nothing, and anything else has to fit."""
    return lambda text: require(text) if text.strip() else None


def require_birthdate(text: str, *, today: date) -> date | None:
    """Return a day on which somebody with an account may be born, None for an empty text.

    As browsers send it (1979-04-16) or as people write it (16/04/1979); raises `InvalidDetail`.
    """
    typed = text.strip()
    if not typed:
        return None
    found = _DAY_FIRST.fullmatch(typed)
    try:
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(typed)
    except ValueError as error:
        raise InvalidDetail(Problem.DATE) from error
    age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    if not _YOUNGEST_YEARS <= age <= _OLDEST_YEARS:
        raise InvalidDetail(Problem.BIRTHDATE)
    return day


def has_place(typed: Mapping[str, str]) -> bool:
    """Tell whether an address says more than a country."""
    return any(typed.get(name, "").strip() for name in _PLACE)


def read_address(typed: Mapping[str, str], refuse: Callable[[str, Problem], None]) -> Address:
    """Return an address, telling `refuse` which of its fields is wrong and why.

    Nothing at all is right too; a place needs its town and its country.
    """

    def read(name: str, reader: Reader) -> str | None:
        try:
            return reader(typed.get(name, ""))
        except InvalidDetail as error:
            refuse(name, error.problem)
            return None

    street, locality = read("street_address", line(LINE_LENGTH)), read("locality", line(LINE_LENGTH))
    country = read("country", choice(postal.COUNTRIES))
    code = read("postal_code", optional(lambda text: postal.require_postal_code(country, text)))
    if has_place(typed):
        if not typed.get("country"):
            refuse("country", Problem.COUNTRY_MISSING)
        if not typed.get("locality", "").strip():
            refuse("locality", Problem.LOCALITY_MISSING)
    return Address(street_address=street, locality=locality, postal_code=code, country=country)


@cache
def zones() -> tuple[str, ...]:
    """Return the time zones that people may choose: the places of the IANA database."""
    names = zoneinfo.available_timezones()
    return tuple(sorted(name for name in names if "/" in name and name.split("/")[0] in _AREAS))
