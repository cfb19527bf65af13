"""A list of employees as people keep it in a spreadsheet: read into lines, each with what is wrong with it. Pure.

Semicolons, commas or tabs; UTF-8 or Windows-1252; a header in Dutch, French or English.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from core.infra.errors import RuleError
from core.infra.messages import N_
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipType
from core.people.folding import search_text
from core.people.phone_numbers import require_phone_number
from core.people.rules import InvalidEmail, require_email

MOST_LINES = 500
MOST_BYTES = 200_000
_LONGEST = 200

_COLUMNS = {
    "name": ("naam", "nom", "name", "voornaam en naam", "prenom et nom", "full name"),
    "who": (
        *("e mailadres", "e mail", "email", "mail", "adresse e mail", "courriel", "email address", "e mail address"),
        *("gebruikersnaam", "nom d utilisateur", "username", "user name"),
        *("e mailadres of gebruikersnaam", "adresse e mail ou nom d utilisateur", "e mail address or username"),
    ),
    "type": ("type", "soort", "hoedanigheid", "qualite", "werkt als", "travaille comme", "works as"),
    "function": ("functie", "fonction", "function", "job title"),
    "phone": ("telefoon", "telefoonnummer", "gsm", "telephone", "numero de telephone", "phone", "phone number"),
}
_NAMED = {alias: column for column, aliases in _COLUMNS.items() for alias in aliases}
_TYPES = {
    MembershipType.MANAGER: ("zaakvoerder", "vennoot", "zaakvoerder of vennoot", "gerant", "associe",
                             "gerant ou associe", "manager", "partner", "manager or partner"),
    MembershipType.EMPLOYEE: ("", "bediende", "werknemer", "medewerker", "employe", "employee"),
    MembershipType.SELF_EMPLOYED: ("zelfstandig", "zelfstandige", "independant", "self employed"),
    MembershipType.TRAINEE: ("stagiair", "stagiaire", "trainee"),
    MembershipType.ADMINISTRATIVE: ("administratief", "administratief medewerker", "administratif", "administrative",
                                    "personnel administratif", "administrative staff"),
}  # fmt: skip
_TYPE_NAMED = {word: type_ for type_, words in _TYPES.items() for word in words}

_NO_WHO = N_("The e-mail address or username is missing.")
_NO_ADDRESS = N_("This is not an e-mail address. It looks like name@example.be.")
_NO_FUNCTION = N_("The function is missing.")
_TOO_LONG = N_("This is too long. Shorten it.")
_NO_TYPE = N_("This way of working is not known. Use employee, self-employed, trainee, manager or administrative.")
_NO_PHONE = N_("This is not a telephone number. Write it like 03 555 01 10 or +32 3 555 01 10.")


class UnreadableList(RuleError):
    """The file is no list of employees; `details["problem"]` is a word for the page."""

    code = "unreadable-list"


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line of the file: who it is about, as what, and what is wrong with it (source strings)."""

    number: int
    name: str
    who: str
    details: MemberDetails
    wrong: tuple[str, ...] = ()

    @property
    def is_address(self) -> bool:
        """Tell whether the person is named by an e-mail address, and not by a username."""
        return "@" in self.who


def decode(content: bytes) -> str:
    """Return the text of a file; raises `UnreadableList` for one that is too large or no text."""
    if len(content) > MOST_BYTES:
        raise UnreadableList(problem="too-large")
    if b"\0" in content:
        # A workbook, or a text in two bytes a letter.
        raise UnreadableList(problem="no-text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read(text: str) -> tuple[ListLine, ...]:
    """Return the lines of a list; raises `UnreadableList` where it has no header, no line, or too many."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True) if any(row)]
    except csv.Error as error:
        raise UnreadableList(problem="no-text") from error
    if not rows:
        raise UnreadableList(problem="empty")
    places = _places(rows[0])
    if len(rows) == 1:
        raise UnreadableList(problem="empty")
    if len(rows) - 1 > MOST_LINES:
        raise UnreadableList(problem="too-many")
    return tuple(_line(number, row, places) for number, row in enumerate(rows[1:], start=2))


def _delimiter(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max((";", ",", "\t"), key=header.count)


def _places(header: list[str]) -> Mapping[str, int]:
    named = [_NAMED.get(search_text(cell)) for cell in header]
    places = {column: named.index(column) for column in _COLUMNS if column in named}
    if "who" not in places or "function" not in places:
        raise UnreadableList(problem="no-header")
    return places


def _line(number: int, row: list[str], places: Mapping[str, int]) -> ListLine:
    cells = {column: " ".join(row[place].split()) for column, place in places.items() if place < len(row)}
    name, who, function = (cells.get(column, "") for column in ("name", "who", "function"))
    type_, phone = _TYPE_NAMED.get(search_text(cells.get("type"))), _phone(cells.get("phone", ""))
    found = (
        _wrong_with(who),
        None if function else _NO_FUNCTION,
        None if all(_fits(text) for text in (name, who, function)) else _TOO_LONG,
        None if type_ is not None else _NO_TYPE,
        None if phone is not _WRONG else _NO_PHONE,
    )
    details = MemberDetails(type_, function, who if "@" in who else None, phone or None)
    return ListLine(number, name, who, details, tuple(text for text in found if text is not None))


_WRONG = "?"


def _wrong_with(who: str) -> str | None:
    if not who:
        return _NO_WHO
    try:
        if "@" in who:
            require_email(who)
    except InvalidEmail:
        return _NO_ADDRESS
    return None


def _fits(text: str) -> bool:
    return len(text) <= _LONGEST and text.isprintable()


def _phone(typed: str) -> str:
    try:
        return require_phone_number(typed) if typed else ""
    except RuleError:
        return _WRONG
