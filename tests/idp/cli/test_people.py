"""`idp people import`: a file of accounts from the terminal."""

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from core.people.profiles import find_for_sign_in
from idp.wiring import Services
from tests.support.tools import an_office

Command = Callable[..., Result]
HEADER = "tool,external_id,username,email,email_verified,given_name,family_name,language,password_hash"


@pytest.fixture
def file(tmp_path: Path, services: Services) -> Callable[[str], str]:
    """Return what writes a file of accounts; the tools of the office are there."""
    an_office(services)

    def write(text: str) -> str:
        path = tmp_path / "accounts.csv"
        path.write_text(text, "utf-8")
        return str(path)

    return write


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_file_is_imported_and_the_report_says_how_long_it_took(
    command: Command, file: Callable[[str], str], services: Services, delimiter: str
) -> None:
    line = 'atlas,1,oude.naam,"an@example.be",yes,An,"Van den Broeck",nl,'
    path = file(f"{HEADER}\n{line}\n".replace(",", delimiter))

    result = command("people", "import", path)

    assert result.exit_code == 0, result.output
    assert "1 imported, 0 known already, 0 refused" in result.output
    assert " s." in result.output
    with services.database.reading() as session:
        assert find_for_sign_in(session, "an@example.be") is not None


def test_a_dry_run_writes_nothing(command: Command, file: Callable[[str], str], services: Services) -> None:
    path = file(f"{HEADER}\natlas,1,oude.naam,,,,,,\n")

    result = command("people", "import", path, "--dry-run")

    assert "1 would be imported" in result.output
    with services.database.reading() as session:
        assert find_for_sign_in(session, "oude.naam") is None


@pytest.mark.parametrize(("options", "said"), [(("--dry-run",), "to be wrapped"), ((), "wrapped")])
def test_a_weak_hash_is_said_to_be_wrapped_only_once_it_is(
    command: Command, file: Callable[[str], str], options: tuple[str, ...], said: str
) -> None:
    weak = f"sha1$NaCl${hashlib.new('sha1', b'NaClGeheim-2019', usedforsecurity=False).hexdigest()}"
    path = file(f"{HEADER}\natlas,1,oude.naam,,,,,,{weak}\n")

    result = command("people", "import", path, *options)

    assert f"1 with a weak password hash, {said} in argon2id" in result.output


def test_refused_lines_are_named_and_the_exit_status_says_so(
    command: Command, file: Callable[[str], str], tmp_path: Path
) -> None:
    path = file(f"{HEADER}\natlas,1,oude.naam,,,,,,\natlas,2,ja an,,,,,,\n")

    result = command("people", "import", path, "--report", str(tmp_path / "report.csv"))

    assert result.exit_code == 1
    assert "line 3: the username" in result.output
    with (tmp_path / "report.csv").open(newline="") as report:
        rows = list(csv.DictReader(report))
    assert [(row["line"], row["outcome"]) for row in rows] == [("2", "imported"), ("3", "bad-username")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing: tool, external_id, username"),
        ("tool,external_id\n", "missing: username"),
        (f"{HEADER},password\n", "unknown: password"),
        (f"{HEADER},tool\n", "one stands twice"),
        (f'{HEADER}\natlas,1,"never closed\n', "no CSV"),
    ],
)
def test_what_is_no_file_of_accounts_is_refused_whole(
    command: Command, file: Callable[[str], str], text: str, said: str
) -> None:
    result = command("people", "import", file(text))

    assert result.exit_code == 1
    assert said in result.output


def test_a_file_in_another_encoding_is_refused(command: Command, file: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(f"{HEADER}\natlas,1,oude.naam,,,H\xe9l\xe8ne,,,\n".encode("latin-1"))

    result = command("people", "import", str(path))

    assert result.exit_code == 1
    assert "not UTF-8" in result.output
