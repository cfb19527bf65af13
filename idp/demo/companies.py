"""The company register of the demo world: the two offices, and five companies to try adding.

The files are written as the register writes them and read in as any other extract, a full one and
the update after it. Of Zuid the register has another house number: a suggestion to look at.
"""

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from core.companies import imports
from core.companies.queries import is_imported
from core.infra.clock import belgian_date
from core.infra.db import Database
from core.infra.withdrawals import drop_mails_written_before
from core.organisations import company_comparison

_TAKEN = timedelta(days=33)
_READ_IN = timedelta(days=2)
_TODAY = timedelta(days=1)
_FRENCH, _DUTCH = "1", "2"
_PERSON, _LEGAL = "1", "2"
_BV = "610"
_FORMS = (
    (_BV, "NL", "Besloten Vennootschap"),
    (_BV, "FR", "Société à responsabilité limitée"),
    (_BV, "DE", "Gesellschaft mit beschränkter Haftung"),
)


@dataclass(frozen=True, slots=True)
class _DemoCompany:
    """A company: its names by language, its seat as postal code, towns, streets and house number."""

    number: str
    names: tuple[tuple[str, str], ...]
    seat: tuple[str, str, str, str, str, str] | None
    email: str | None = None
    kind: str = _LEGAL
    started: str = "04-05-2015"


_STOPPED = "0100006010"
_COMPANIES = (
    _DemoCompany(
        "0100001060",
        ((_DUTCH, "Immo Demo Noord"),),
        ("2000", "Antwerpen", "Anvers", "Frankrijklei", "Avenue de France", "68"),
        "info@immo-demo-noord.example",
    ),
    _DemoCompany(
        "0100002050",
        ((_FRENCH, "Immo Demo Zuid"),),
        ("5000", "Namen", "Namur", "Rue de Fer", "Rue de Fer", "42"),
        "info@immo-demo-zuid.example",
    ),
    _DemoCompany(
        "0100003040",
        ((_DUTCH, "Immo Demo Oost"),),
        ("9000", "Gent", "Gand", "Veldstraat", "Rue des Champs", "12"),
        "info@immo-demo-oost.example",
    ),
    _DemoCompany(
        "0100004030",
        ((_FRENCH, "Agence Démo Ouest"),),
        ("4000", "Luik", "Liège", "Rue Pont d'Ile", "Rue Pont d'Ile", "7"),
    ),
    _DemoCompany(
        "0100005020",
        ((_DUTCH, "Immo Demo Centrum"), (_FRENCH, "Immo Démo Centre")),
        ("1000", "Brussel", "Bruxelles", "Kolenmarkt", "Rue du Marché au Charbon", "30"),
        "info@immo-demo-centrum.example",
    ),
    _DemoCompany(
        _STOPPED,
        ((_DUTCH, "Immo Demo Vroeger"),),
        ("8000", "Brugge", "Bruges", "Markt", "Markt", "1"),
    ),
    _DemoCompany("0100007097", ((_DUTCH, "Dries Demo"),), None, kind=_PERSON),
)

_ENTITY = "EntityNumber"
_HEADERS: Mapping[str, Sequence[str]] = {
    "enterprise": (
        *("EnterpriseNumber", "Status", "JuridicalSituation", "TypeOfEnterprise"),
        *("JuridicalForm", "JuridicalFormCAC", "StartDate"),
    ),
    "denomination": (_ENTITY, "Language", "TypeOfDenomination", "Denomination"),
    "address": (
        *(_ENTITY, "TypeOfAddress", "CountryNL", "CountryFR", "Zipcode", "MunicipalityNL", "MunicipalityFR"),
        *("StreetNL", "StreetFR", "HouseNumber", "Box", "ExtraAddressInfo", "DateStrikingOff"),
    ),
    "contact": (_ENTITY, "EntityContact", "ContactType", "Value"),
}


def load(database: Database, *, now: datetime) -> None:
    """Read the register in and compare the offices with it, unless one is there."""
    with database.reading() as session:
        if is_imported(session):
            return
    then = now - _READ_IN
    taken = belgian_date(now - _TAKEN)
    with tempfile.TemporaryDirectory(prefix="immo-demo-") as folder:
        for number, files in ((1, _full()), (2, _update())):
            path = Path(folder) / f"{number}.zip"
            _write(path, number, taken + timedelta(days=number), files)
            imports.run(database, path, None, then)
    company_comparison.compare_all(database, now=then)
    with database.transaction() as session:
        drop_mails_written_before(session, now - _TODAY)


def _full() -> Mapping[str, bytes]:
    return {f"{name}.csv": _csv(header, _rows(name)) for name, header in _HEADERS.items()}


def _update() -> Mapping[str, bytes]:
    gone = [(_written(_STOPPED),)]
    deleted = {f"{name}_delete.csv": _csv(header[:1], gone) for name, header in _HEADERS.items()}
    return {**deleted, **{f"{name}_insert.csv": _csv(header, ()) for name, header in _HEADERS.items()}}


def _rows(name: str) -> Iterable[Sequence[str]]:
    for company in _COMPANIES:
        number = _written(company.number)
        match name:
            case "enterprise":
                form = _BV if company.kind == _LEGAL else ""
                yield number, "AC", "000", company.kind, form, "", company.started
            case "denomination":
                yield from ((number, language, "001", called) for language, called in company.names)
            case "address" if company.seat is not None:
                yield number, "REGO", "", "", *company.seat, "", "", ""
            case "contact" if company.email is not None:
                yield number, "ENT", "EMAIL", company.email
            case _:
                pass


def _write(path: Path, number: int, taken: date, files: Mapping[str, bytes]) -> None:
    meta = (
        ("SnapshotDate", f"{taken:%d-%m-%Y}"),
        ("ExtractType", "full" if "enterprise.csv" in files else "update"),
        ("ExtractNumber", str(number)),
        ("Version", "1.0.0"),
    )
    codes = [("JuridicalForm", *form) for form in _FORMS]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("meta.csv", _csv(("Variable", "Value"), meta))
        made.writestr("code.csv", _csv(("Category", "Code", "Language", "Description"), codes))
        for name, content in files.items():
            made.writestr(name, content)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def _written(number: str) -> str:
    return f"{number[:4]}.{number[4:7]}.{number[7:]}"
