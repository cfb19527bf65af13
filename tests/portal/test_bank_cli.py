"""`portal bank import`: files are booked in the order in which they are named, and the first refusal stops."""

from pathlib import Path

from click.testing import CliRunner

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.wallet.tables import WalletRow
from portal.cli import main
from tests.support.bank_files import NORTH, a_statement, kept, two_wallets


def test_files_are_booked_once_and_the_first_refusal_stops_the_rest(
    database: Database, database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    with database.transaction() as session:
        north, _ = two_wallets(session, clock)
    environment = {"IMMO_MODE": "test", "IMMO_DATABASE_URL": database_url, "IMMO_KEYS_DIRECTORY": str(tmp_path)}
    contents = {
        "1.cod": kept("several.cod"),
        "2.xml": kept("several.xml")[:-9],
        "3.xml": a_statement((100, "", NORTH), opening=120225, number=302),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)

    def run(*names: str) -> tuple[int, str]:
        files = [str(tmp_path / name) for name in names]
        outcome = CliRunner().invoke(main, ["bank", "import", *files], env=environment)
        return outcome.exit_code, outcome.output

    status, said = run("1.cod", "2.xml", "3.xml")
    assert status == 1
    assert "1.cod: 2 statements, 0 known before, 2 of other accounts; 3 payments credited, 4 wait" in said
    assert "2.xml: damaged-bank-file" in said
    assert "3.xml" not in said
    assert run("1.cod", "3.xml")[0] == 0
    with database.reading() as session:
        assert session.get_one(WalletRow, north).balance_cents == 7500 + 100
