"""An extract of the company register is read in whole or not at all; a full one replaces, an update follows."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.companies import imports
from core.companies.errors import ExtractRefused
from core.companies.facts import Address, CompanyFacts
from core.companies.queries import find_company, is_imported
from core.companies.states import CompanyKind, CompanyStatus, ImportState
from core.companies.tables import CompanyRow, CompanySnapshotRow
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from tests.support.companies import ACompany, AnExtract, company_number, in_folder, in_zip, read_extract, written

ONE, TWO, THREE, FOUR = (company_number(position) for position in range(1, 5))
PERSON = ACompany(TWO, names=(("1", "001", "Marie Dupont"),), kind="1", address=None, emails=())


def found(database: Database, number: str, language: str = "nl") -> CompanyFacts | None:
    with database.reading() as session:
        return find_company(session, number, language)


def test_a_full_extract_tells_what_is_needed_of_a_company(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    names = (
        ("2", "001", "Immo Bakker"),
        ("1", "001", "Immo Boulanger"),
        ("2", "003", 'De "Bakker"'),
        ("2", "002", "IB"),
    )
    report = read_extract(database, AnExtract(companies=[ACompany(ONE, names), PERSON]), tmp_path, clock.now())

    assert (report.state, report.companies, report.added, report.percent) == (ImportState.DONE, 2, 2, 100)
    assert (report.extract_number, report.snapshot_date) == (100, date(2026, 10, 30))
    assert found(database, ONE) == CompanyFacts(
        number=ONE,
        status=CompanyStatus.ACTIVE,
        kind=CompanyKind.LEGAL_PERSON,
        name="Immo Bakker",
        legal_form="Besloten Vennootschap",
        started_on=date(2011, 5, 3),
        street_address="Veldstraat 12",
        postal_code="9000",
        locality="Gent",
        email="info@bakker.example",
        names=("Immo Bakker", "Immo Boulanger", 'De "Bakker"', "IB"),
        addresses=(Address("Veldstraat 12", "9000", "Gent"), Address("Rue des Champs 12", "9000", "Gand")),
    )
    french = found(database, ONE, "fr")
    assert french is not None
    assert (french.name, french.legal_form) == ("Immo Boulanger", "Société à responsabilité limitée")
    assert (french.street_address, french.locality) == ("Rue des Champs 12", "Gand")
    english = found(database, ONE, "en")
    assert english is not None and english.legal_form == "Besloten Vennootschap"
    person = found(database, TWO)
    assert person is not None
    assert (person.kind, person.legal_form, person.street_address) == (CompanyKind.NATURAL_PERSON, None, None)
    assert found(database, THREE) is None


@pytest.mark.parametrize("form", ["folder", "zip", "zip with a folder"])
def test_folder_and_zip_file_are_read_alike(database: Database, clock: FixedClock, tmp_path: Path, form: str) -> None:
    files = AnExtract(companies=[ACompany(ONE)]).files()
    if form == "zip with a folder":
        files = {f"KboOpenData_0100/{name.title()}": content for name, content in files.items()}
    path = in_folder(files, tmp_path / "x") if form == "folder" else in_zip(files, tmp_path / "x.zip")

    imports.run(database, path, None, clock.now())

    assert found(database, ONE) is not None


def test_order_of_rows_is_no_matter(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    companies = [ACompany(company_number(n), (("2", "001", f"Immo {n}"),)) for n in range(50)]
    extract = AnExtract(companies=companies)
    files = extract.files()
    for name in ("enterprise.csv", "address.csv", "denomination.csv"):
        header, *rows = files[name].splitlines(keepends=True)
        files[name] = b"".join([header, *(rows[::-1] if name == "enterprise.csv" else rows[::2] + rows[1::2])])

    imports.run(database, in_folder(files, tmp_path / "x"), None, clock.now())

    for position in (0, 17, 49):
        company = found(database, company_number(position))
        assert company is not None
        assert (company.name, company.street_address) == (f"Immo {position}", "Veldstraat 12")


def test_what_is_not_about_the_seat_of_a_company_is_left(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    struck_off = ACompany(TWO, struck_off="01-02-2025")
    abroad = ACompany(THREE, country="Frankrijk")
    branch = ACompany(FOUR, address_type="ABBR", names=(("2", "004", "Bijkantoor"),), emails=("no address",))
    establishment = ("2.000.000.339", "2", "003", "Winkel")
    further = {"denomination": [establishment], "contact": [(written(FOUR), "ENT", "TEL", "02 555 01 00")]}
    extract = AnExtract(companies=[ACompany(ONE), struck_off, abroad, branch], further=further)

    read_extract(database, extract, tmp_path, clock.now())

    for number in (TWO, THREE, FOUR):
        company = found(database, number)
        assert company is not None and (company.street_address, company.addresses) == (None, ())
    company = found(database, FOUR)
    assert company is not None and (company.names, company.email) == ((), None)


def test_the_next_full_extract_replaces_and_who_is_gone_has_stopped(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    first = AnExtract(companies=[ACompany(ONE), PERSON, ACompany(THREE)])
    read_extract(database, first, tmp_path, clock.now())
    moved = ACompany(THREE, address=("8000", "Brugge", "Bruges", "Markt", "Markt", "1", "A"))

    report = read_extract(database, AnExtract(101, companies=[moved, ACompany(FOUR)]), tmp_path, clock.now())

    assert (report.added, report.changed, report.stopped, report.returned) == (1, 1, 2, 0)
    gone, person, new = found(database, ONE), found(database, TWO), found(database, THREE)
    assert gone is not None and person is not None and new is not None
    assert (gone.status, gone.name) == (CompanyStatus.STOPPED, "Immo Bakker")
    # Of a natural person who stopped nothing is kept but that.
    assert (person.status, person.name) == (CompanyStatus.STOPPED, None)
    assert new.street_address == "Markt 1 bus A"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CompanySnapshotRow)) == 1
        assert session.scalar(select(func.count()).select_from(CompanyRow)) == 4
        deeds = session.scalars(select(AuditRow).where(AuditRow.action == "company-register-imported")).all()
        assert {deed.details["extract"] for deed in deeds} == {100, 101}

    again = read_extract(
        database, AnExtract(102, companies=[ACompany(ONE), moved, ACompany(FOUR)]), tmp_path, clock.now()
    )

    assert (again.added, again.changed, again.stopped, again.returned) == (0, 0, 0, 1)


def test_an_update_changes_what_it_names_and_nothing_else(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    full = AnExtract(companies=[ACompany(ONE), PERSON, ACompany(THREE)])
    read_extract(database, full, tmp_path, clock.now())
    update = AnExtract(
        101,
        "update",
        deleted={
            "enterprise": [TWO, THREE],
            "denomination": [ONE, TWO, THREE],
            "address": [THREE],
            "contact": [ONE],
        },
        companies=[ACompany(FOUR)],
        further={"denomination": [(written(ONE), "2", "001", "Immo Bakkers")]},
    )

    report = read_extract(database, update, tmp_path, clock.now())

    assert (report.added, report.changed, report.stopped) == (1, 1, 2)
    renamed, person, stopped, new = (found(database, number) for number in (ONE, TWO, THREE, FOUR))
    assert renamed is not None and person is not None and stopped is not None and new is not None
    assert (renamed.name, renamed.email, renamed.street_address) == ("Immo Bakkers", None, "Veldstraat 12")
    assert (person.is_active, person.name) == (False, None)
    assert (stopped.is_active, stopped.name) == (False, "Immo Bakker")
    assert new.is_active


def test_an_update_brings_a_company_back(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    read_extract(database, AnExtract(companies=[ACompany(ONE)]), tmp_path, clock.now())
    read_extract(database, AnExtract(101, "update", deleted={"enterprise": [ONE]}), tmp_path, clock.now())

    report = read_extract(database, AnExtract(102, "update", companies=[ACompany(ONE)]), tmp_path, clock.now())

    assert report.returned == 1
    company = found(database, ONE)
    assert company is not None and company.is_active


@pytest.mark.parametrize("number", [99, 100, 102])
def test_only_the_update_that_follows_is_taken(
    database: Database, clock: FixedClock, tmp_path: Path, number: int
) -> None:
    read_extract(database, AnExtract(companies=[ACompany(ONE)]), tmp_path, clock.now())
    update = AnExtract(number, "update", deleted={"enterprise": [ONE]})

    with pytest.raises(ExtractRefused):
        read_extract(database, update, tmp_path, clock.now())

    company = found(database, ONE)
    assert company is not None and company.is_active


def test_an_update_without_a_full_extract_and_an_older_full_one_are_refused(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    with pytest.raises(ExtractRefused):
        read_extract(database, AnExtract(101, "update", companies=[ACompany(ONE)]), tmp_path, clock.now())
    with database.reading() as session:
        assert not is_imported(session)
    read_extract(database, AnExtract(100, companies=[ACompany(ONE)]), tmp_path, clock.now())

    with pytest.raises(ExtractRefused):
        read_extract(database, AnExtract(99, companies=[ACompany(TWO)]), tmp_path, clock.now())

    assert found(database, TWO) is None


def test_an_extract_that_loses_a_tenth_needs_a_word(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    many = [ACompany(company_number(position)) for position in range(200)]
    read_extract(database, AnExtract(companies=many), tmp_path, clock.now())
    fewer = AnExtract(101, companies=many[:170])

    with pytest.raises(ExtractRefused) as refused:
        read_extract(database, fewer, tmp_path, clock.now())

    assert "30 of 200" in str(refused.value.details["reason"])
    still = found(database, many[-1].number)
    assert still is not None and still.is_active
    assert read_extract(database, fewer, tmp_path, clock.now(), accept_losses=True).stopped == 30
    with database.reading() as session:
        assert [one.state for one in imports.imports(session)] == [
            ImportState.DONE,
            ImportState.REFUSED,
            ImportState.DONE,
        ]


def test_a_company_that_is_not_active_in_the_file_has_stopped(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    read_extract(database, AnExtract(companies=[replace(ACompany(ONE), status="ST")]), tmp_path, clock.now())

    company = found(database, ONE)
    assert company is not None and not company.is_active
