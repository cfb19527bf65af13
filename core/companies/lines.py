"""The rows of the four files about companies, each as what is kept of it; rows about anything else are passed over."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from core.companies.csv_rows import CsvFile, Row
from core.companies.numbers import enterprise_number
from core.companies.states import CompanyKind, CompanyStatus
from core.companies.values import day, legal_form, short_text, text
from core.people.rules import InvalidEmail, require_email

Cells = tuple[str | None, ...]
Reader = Callable[[Row], Cells | None]

_ACTIVE = "AC"
_KINDS: Mapping[str, str | None] = {
    "0": None,
    "1": CompanyKind.NATURAL_PERSON.value,
    "2": CompanyKind.LEGAL_PERSON.value,
}
# By the register's code of a language; whatever else it writes is a language nobody knows.
_NAME_COLUMNS = {"1": "name_fr", "2": "name_nl", "3": "name_de", "4": "name_en"}
_SEAT = "REGO"
_ENTERPRISE, _EMAIL = "ENT", "EMAIL"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the files: the column with the number, what is read beside it, and what is kept of that."""

    name: str
    key: str
    columns: tuple[str, ...]
    kept: tuple[str, ...]
    read: Reader
    optional: tuple[str, ...] = ()


def lines(part: Part, file: CsvFile) -> Iterator[tuple[int, Cells | None]]:
    """Yield for each row about an enterprise its number and what is kept, None for nothing.

    Raises `ExtractRefused`, with the place, at the first row that is wrong.
    """
    read = part.read
    for key, *rest in file.rows((part.key, *part.columns), part.optional):
        try:
            number = enterprise_number(key)
        except ValueError:
            raise file.refused(f"{part.key} is no number of the register, or its check digits are wrong") from None
        if number is None:
            continue
        try:
            kept = read(tuple(rest))
        except ValueError:
            raise file.refused("a value is not written as it has to be, is unknown, or too long") from None
        yield number, kept


def gone(part: Part, file: CsvFile) -> Iterator[int]:
    """Yield the enterprises of which an update deletes this part; raise `ExtractRefused`."""
    for (key,) in file.rows((part.key,)):
        try:
            number = enterprise_number(key)
        except ValueError:
            raise file.refused(f"{part.key} is no number of the register, or its check digits are wrong") from None
        if number is not None:
            yield number


def _enterprise(row: Row) -> Cells:
    status, kind, form, started, form_as_read = row
    if kind not in _KINDS or len(status) != len(_ACTIVE):
        raise ValueError("unknown")
    first_day = day(started)
    return (
        CompanyStatus.ACTIVE.value if status == _ACTIVE else CompanyStatus.STOPPED.value,
        _KINDS[kind],
        # Until its statutes follow the code of companies, a company is read as having another form.
        legal_form(form_as_read) or legal_form(form),
        None if first_day is None else first_day.isoformat(),
    )


def _denomination(row: Row) -> Cells | None:
    language, kind, written = row
    name = short_text(written, 320)
    match kind:
        case _ if name is None:
            return None
        case "001":
            return _NAME_COLUMNS.get(language, "name_other"), name
        case "002":
            return "abbreviation", name
        case "003":
            return "commercial_name", name
        case _:
            return None


def _address(row: Row) -> Cells | None:
    kind, country_nl, country_fr, *place, struck_off = row
    if kind != _SEAT or country_nl or country_fr or day(struck_off) is not None:
        return None
    return tuple(short_text(value, longest) for value, longest in zip(place, _PLACE_LENGTHS, strict=True))


def _contact(row: Row) -> Cells | None:
    whose, kind, value = row
    if (whose, kind) != (_ENTERPRISE, _EMAIL):
        return None
    try:
        return (require_email(text(value)),)
    except InvalidEmail:
        # Companies write this themselves, and some write something else.
        return None


_PLACE_LENGTHS = (20, 200, 200, 200, 200, 22, 20)

ENTERPRISE = Part(
    "enterprise",
    "EnterpriseNumber",
    ("Status", "TypeOfEnterprise", "JuridicalForm", "StartDate"),
    ("status", "kind", "legal_form", "started_on"),
    _enterprise,
    optional=("JuridicalFormCAC",),
)
DENOMINATION = Part(
    "denomination",
    "EntityNumber",
    ("Language", "TypeOfDenomination", "Denomination"),
    ("kept_as", "name"),
    _denomination,
)
ADDRESS = Part(
    "address",
    "EntityNumber",
    (
        *("TypeOfAddress", "CountryNL", "CountryFR", "Zipcode", "MunicipalityNL", "MunicipalityFR"),
        *("StreetNL", "StreetFR", "HouseNumber", "Box", "DateStrikingOff"),
    ),
    ("postal_code", "municipality_nl", "municipality_fr", "street_nl", "street_fr", "house_number", "box"),
    _address,
)
CONTACT = Part("contact", "EntityNumber", ("EntityContact", "ContactType", "Value"), ("email",), _contact)
ALL = (ENTERPRISE, DENOMINATION, ADDRESS, CONTACT)
NAME_COLUMNS = (*("name_nl", "name_fr", "name_de", "name_en", "name_other"), "abbreviation", "commercial_name")
