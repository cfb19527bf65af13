"""Extracts of the company register as the register writes them, made for tests."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from core.companies import imports
from core.companies.progress import CompanyImport
from core.infra.db import Database
from core.organisations.numbers import check_digits

HEADERS: Mapping[str, Sequence[str]] = {
    "meta": ("Variable", "Value"),
    "code": ("Category", "Code", "Language", "Description"),
    "enterprise": (
        *("EnterpriseNumber", "Status", "JuridicalSituation", "TypeOfEnterprise"),
        *("JuridicalForm", "JuridicalFormCAC", "StartDate"),
    ),
    "denomination": ("EntityNumber", "Language", "TypeOfDenomination", "Denomination"),
    "address": (
        *("EntityNumber", "TypeOfAddress", "CountryNL", "CountryFR", "Zipcode", "MunicipalityNL"),
        *("MunicipalityFR", "StreetNL", "StreetFR", "HouseNumber", "Box", "ExtraAddressInfo", "DateStrikingOff"),
    ),
    "contact": ("EntityNumber", "EntityContact", "ContactType", "Value"),
}
CODES = (
    ("JuridicalForm", "610", "NL", "Besloten Vennootschap"),
    ("JuridicalForm", "610", "FR", "Société à responsabilité limitée"),
    ("JuridicalForm", "610", "DE", "Gesellschaft mit beschränkter Haftung"),
    ("JuridicalForm", "014", "NL", "Naamloze vennootschap"),
    ("JuridicalForm", "014", "FR", "Société anonyme"),
    ("Nace2008", "68310", "NL", "Bemiddeling bij de aankoop van onroerend goed"),
)
TAKEN = date(2026, 10, 30)


def company_number(position: int) -> str:
    """Return a company number, different for each position."""
    first_eight = f"{10_000_000 + position:08d}"
    return first_eight + check_digits(first_eight)


def written(number: str) -> str:
    """Return ten digits as the files write them."""
    return f"{number[:4]}.{number[4:7]}.{number[7:]}"


@dataclass(frozen=True)
class ACompany:
    """A company as the files have it; an empty text is an empty value."""

    number: str
    names: tuple[tuple[str, str, str], ...] = (("2", "001", "Immo Bakker"),)
    kind: str = "2"
    form: str = "014"
    form_as_read: str = "610"
    started: str = "03-05-2011"
    address: tuple[str, ...] | None = ("9000", "Gent", "Gand", "Veldstraat", "Rue des Champs", "12", "")
    address_type: str = "REGO"
    country: str = ""
    struck_off: str = ""
    emails: tuple[str, ...] = ("info@bakker.example",)
    status: str = "AC"

    def rows(self) -> dict[str, list[tuple[str, ...]]]:
        """Return its rows by file."""
        number = written(self.number)
        form = ("", "") if self.kind == "1" else (self.form, self.form_as_read)
        place = [] if self.address is None else [(*self.address, "")]
        return {
            "enterprise": [(number, self.status, "000", self.kind, *form, self.started)],
            "denomination": [(number, *name) for name in self.names],
            "address": [
                (number, self.address_type, self.country, self.country, *one, self.struck_off) for one in place
            ],
            "contact": [(number, "ENT", "EMAIL", email) for email in self.emails],
        }


@dataclass
class AnExtract:
    """The files of an extract: rows by file, to be written as a folder or a zip file."""

    number: int = 100
    type: str = "full"
    taken_on: date = TAKEN
    version: str = "1.0.0"
    companies: Sequence[ACompany] = ()
    # Of an update: whose rows of which file are deleted.
    deleted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    codes: Sequence[tuple[str, ...]] = CODES
    further: Mapping[str, Sequence[tuple[str, ...]]] = field(default_factory=dict)

    def files(self) -> dict[str, bytes]:
        """Return the files by name."""
        rows: dict[str, list[tuple[str, ...]]] = {name: [] for name in HEADERS if name not in ("meta", "code")}
        for company in self.companies:
            for name, found in company.rows().items():
                rows[name] += found
        for name, more in self.further.items():
            rows[name] += more
        made = {"meta.csv": as_csv(HEADERS["meta"], self._meta()), "code.csv": as_csv(HEADERS["code"], self.codes)}
        for name, found in rows.items():
            if self.type == "full":
                made[f"{name}.csv"] = as_csv(HEADERS[name], found)
            else:
                gone = [(written(number),) for number in self.deleted.get(name, ())]
                made[f"{name}_insert.csv"] = as_csv(HEADERS[name], found)
                made[f"{name}_delete.csv"] = as_csv(HEADERS[name][:1], gone)
        return made

    def _meta(self) -> Iterable[tuple[str, str]]:
        return (
            ("SnapshotDate", f"{self.taken_on:%d-%m-%Y}"),
            ("ExtractTimestamp", f"{self.taken_on + timedelta(days=2):%d-%m-%Y} 07:07:49"),
            ("ExtractType", self.type),
            ("ExtractNumber", str(self.number)),
            ("Version", self.version),
        )


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a file as the register does: text in quotation marks, dates and empty values without."""
    lines = [",".join(map(_quoted, header)), *(",".join(map(_value, row)) for row in rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def _value(value: str) -> str:
    is_date = len(value) == 10 and value[2] == value[5] == "-"
    return value if is_date or not value else _quoted(value)


def _quoted(value: str) -> str:
    escaped = value.replace('"', '""')
    return f'"{escaped}"'


def in_folder(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write files into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def in_zip(files: Mapping[str, bytes], path: Path) -> Path:
    """Write files into a zip file and return it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    path.write_bytes(held.getvalue())
    return path


def read_extract(
    database: Database, extract: AnExtract, folder: Path, now: datetime, *, accept_losses: bool = False
) -> CompanyImport:
    """Read an extract in, from a zip file in this folder."""
    path = in_zip(extract.files(), folder / f"{extract.number}-{extract.type}.zip")
    return imports.run(database, path, None, now, accept_losses=accept_losses)
