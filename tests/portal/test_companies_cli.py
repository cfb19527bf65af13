"""`portal companies`: an extract is read in, the organisations are compared, what is wrong is said."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.companies.queries import find_company
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.organisations.suggestions import open_suggestions
from portal.cli import main
from tests.support.companies import ACompany, AnExtract, in_zip
from tests.support.offices import a_company, a_person, an_office

NUMBER = a_company().company_number
Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """Return what runs `portal companies` on the test's database."""
    environment = {"IMMO_MODE": "test", "IMMO_DATABASE_URL": database_url, "IMMO_KEYS_DIRECTORY": str(tmp_path)}
    return lambda *words: CliRunner().invoke(main, ["companies", *map(str, words)], env=environment)


def test_an_extract_is_read_in_and_compared(run: Run, database: Database, clock: FixedClock, tmp_path: Path) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
    path = in_zip(AnExtract(companies=[ACompany(NUMBER)]).files(), tmp_path / "x.zip")

    result = run("import", path)

    assert result.exit_code == 0, result.output
    assert "1 companies: 1 added" in result.output
    assert "1 organisations compared: 1 differ" in result.output
    with database.reading() as session:
        assert find_company(session, NUMBER, "nl") is not None
        assert len(open_suggestions(session, office.organisation_id)) == 2


def test_what_is_wrong_is_said_with_its_place(run: Run, tmp_path: Path) -> None:
    files = AnExtract(companies=[ACompany(NUMBER)]).files()
    files["address.csv"] += b'"0000.000.000"\n'

    result = run("import", in_zip(files, tmp_path / "x.zip"))

    assert result.exit_code == 1
    assert "file: address.csv, line: 3" in result.output
    listed = run("list")
    assert listed.exit_code == 0
    assert "refused" in listed.output and "address.csv" in listed.output
