"""`idp accreditations`: import, refresh, correct, from the terminal."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from core.accreditations.queries import MyAccreditation, accreditations_of
from core.infra.clock import SystemClock
from core.people.identifiers import PersonId
from core.people.national_number import NationalNumber
from core.people.profiles import find_for_sign_in
from idp.eid.card.software.holders import HOLDERS
from idp.wiring import Services
from tests.support.registers import an_entry, as_csv, as_json

Command = Callable[..., Result]
MANAGER = NationalNumber.parse(HOLDERS[0].national_number)
EMPLOYEE = NationalNumber.parse(HOLDERS[1].national_number)


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    """Return what writes a register."""

    def write(*entries: dict[str, object], name: str = "biv.csv") -> str:
        path = tmp_path / name
        is_csv = name.endswith(".csv")
        path.write_bytes(as_csv(entries) if is_csv else as_json(entries, published=SystemClock().now()))
        return str(path)

    return write


def theirs(services: Services, username: str) -> list[MyAccreditation]:
    with services.database.reading() as session:
        found = find_for_sign_in(session, username)
        assert found is not None
        return list(accreditations_of(session, PersonId(found.person_id)))


def manager(**changes: object) -> dict[str, object]:
    return an_entry("500123", MANAGER, **changes)


def test_register_is_imported_and_everybody_looked_up(
    command: Command, file: Callable[..., str], demo: Services
) -> None:
    path = file(manager(status="suspended"), an_entry("500456", EMPLOYEE, list="trainees"))

    imported = command("accreditations", "import", path, "--kind", "be.biv")
    refreshed = command("accreditations", "refresh")

    assert imported.exit_code == refreshed.exit_code == 0, imported.output + refreshed.output
    assert "be.biv: 2 entries, 1 new, 1 changed, 1 gone" in imported.output
    assert "2 people; 1 appeared, 1 changed." in refreshed.output
    assert [(one.number, one.status) for one in theirs(demo, "demo.manager")] == [("500123", "suspended")]
    assert [(one.number, one.list) for one in theirs(demo, "demo.employee")] == [("500456", "trainees")]


def test_number_of_another_account_is_said_to_be_disputed(
    command: Command, file: Callable[..., str], demo: Services
) -> None:
    path = file(manager(), an_entry("500456", EMPLOYEE))

    command("accreditations", "import", path, "--kind", "be.biv")
    refreshed = command("accreditations", "refresh", "demo.employee")

    assert "recorded of somebody else: be.biv" in refreshed.output
    assert theirs(demo, "demo.employee") == []


def test_the_same_file_twice_is_said_to_be_the_same(command: Command, file: Callable[..., str], demo: Services) -> None:
    path = file(manager(), name="biv.json")

    command("accreditations", "import", path)
    again = command("accreditations", "import", path)

    assert (again.exit_code, "1 entries, the same as before" in again.output) == (0, True)


def test_broken_file_names_each_entry_and_changes_nothing(
    command: Command, file: Callable[..., str], demo: Services, tmp_path: Path
) -> None:
    path = file(manager(status="suspended"), an_entry("12", EMPLOYEE), an_entry("500002", EMPLOYEE, status="?"))
    report = tmp_path / "report.csv"

    refused = command("accreditations", "import", path, "--kind", "be.biv", "--report", str(report))
    command("accreditations", "refresh")

    assert refused.exit_code == 1
    assert "nothing was changed" in refused.output
    assert EMPLOYEE.reveal() not in refused.output + report.read_text()
    with report.open() as lines:
        assert [row["place"] for row in csv.DictReader(lines)] == ["2", "4"]
    assert [one.status for one in theirs(demo, "demo.manager")] == ["active"]


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("biv.txt", ("--kind", "be.biv"), "--format must say"),
        ("biv.csv", (), "--kind must"),
        ("biv.csv", ("--kind", "be.unknown"), "unknown-accreditation-kind"),
        ("biv.csv", ("--kind", "be.biv", "--published", "2020-01-01T00:00:00Z"), "should have been replaced"),
        ("biv.csv", ("--kind", "be.biv", "--format", "json"), "bad-register-file"),
    ],
)
def test_what_is_missing_or_wrong_is_said(
    command: Command, file: Callable[..., str], demo: Services, name: str, options: tuple[str, ...], said: str
) -> None:
    path = Path(file(manager())).rename(Path(file(manager())).with_name(name))

    result = command("accreditations", "import", str(path), *options)

    assert result.exit_code == 1
    assert said in result.output


def test_dry_run_changes_nothing(command: Command, file: Callable[..., str], demo: Services) -> None:
    path = file(manager(status="lapsed"))

    result = command("accreditations", "import", path, "--kind", "be.biv", "--dry-run")
    command("accreditations", "refresh", "demo.manager")

    assert "nothing was changed yet" in result.output
    assert [one.status for one in theirs(demo, "demo.manager")] == ["active"]


def test_one_person_is_looked_up(command: Command, demo: Services) -> None:
    linked = command("accreditations", "refresh", "demo.manager")
    unlinked = command("accreditations", "refresh", "demo.lapsed")
    unknown = command("accreditations", "refresh", "nobody.at.all")

    assert "0 appeared, 0 changed." in linked.output
    assert "No identity card is linked" in unlinked.output
    assert (unknown.exit_code, "not-found" in unknown.output) == (1, True)


CORRECT = ("--kind", "be.biv", "--list", "tableau", "--column", "intermediary")


def test_helpdesk_corrects_and_takes_away(command: Command, demo: Services) -> None:
    number = ("--number", "500123")

    corrected = command(
        "accreditations", "correct", "demo.manager", *CORRECT, *number, "--status", "suspended",
        "--reason", "register-late", "--reference", "T-1",
    )  # fmt: skip
    assert corrected.exit_code == 0, corrected.output
    assert [one.status for one in theirs(demo, "demo.manager")] == ["suspended"]

    gone = command(
        "accreditations", "correct", "demo.manager", *CORRECT, *number, "--status", "not-theirs",
        "--reason", "wrong-account",
    )  # fmt: skip
    assert gone.exit_code == 0, gone.output
    assert theirs(demo, "demo.manager") == []


@pytest.mark.parametrize(
    "options",
    [
        ("--number", "500999", "--status", "active"),
        ("--number", "500999", "--status", "active", "--reason", "because Anna said so"),
        ("--number", "500999", "--status", "grace", "--reason", "document-seen"),
        ("--number", "12", "--status", "active", "--reason", "document-seen"),
        ("--number", "500999", "--status", "active", "--reason", "document-seen", "--reference", "Anna Peeters"),
        ("--number", "500123", "--status", "active", "--reason", "document-seen"),
        ("--number", "500999", "--status", "not-theirs", "--reason", "wrong-account"),
        ("--number", "500999", "--status", "active", "--reason", "document-seen", "--valid-from", "2027-01-01",
         "--valid-until", "2026-01-01"),
    ],
)  # fmt: skip
def test_bad_correction_changes_nothing(command: Command, demo: Services, options: tuple[str, ...]) -> None:
    result = command("accreditations", "correct", "demo.employee", *CORRECT, *options)

    assert result.exit_code != 0
    assert theirs(demo, "demo.employee") == []
