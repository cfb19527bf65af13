"""`portal invoices`: makes what is due, once, and lists where each document stands."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.infra.clock import SystemClock
from core.infra.db import Database
from core.wallet import charging
from portal.cli import main
from tests.support.wallets import a_wallet, an_order


@pytest.fixture
def invoices(database_url: str, tmp_path: Path) -> Callable[..., Result]:
    """Return what runs the command on the test's database."""
    environment = {"IMMO_MODE": "test", "IMMO_DATABASE_URL": database_url, "IMMO_KEYS_DIRECTORY": str(tmp_path)}
    return lambda *arguments: CliRunner().invoke(main, ["invoices", *arguments], env=environment)


def test_what_is_due_is_made_once_and_listed(invoices: Callable[..., Result], database: Database) -> None:
    last_month = SystemClock().now() - timedelta(days=31)
    with database.transaction() as session:
        wallet = a_wallet(session, cents=1_000, now=last_month)
        charging.charge(session, an_order(wallet, cents=250), now=last_month)

    assert invoices("run").output == "Made: 1.\n"
    assert invoices("run").output == "Made: 0.\n"

    listed = invoices("list").output.splitlines()
    assert len(listed) == 2
    assert listed[0].split()[2:] == ["€2.50", "queued"]
    assert invoices("list", "--status", "sent").output.startswith("0 since ")
