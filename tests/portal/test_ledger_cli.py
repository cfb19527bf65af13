"""`portal ledger verify`: proves the books, or says what does not agree and fails."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from core.infra.clock import FixedClock
from core.infra.db import Database
from portal.cli import main
from tests.support.wallets import a_wallet


@pytest.fixture
def verify(database_url: str, tmp_path: Path) -> Callable[[], Result]:
    """Return what runs the command on the test's database."""
    environment = {"IMMO_MODE": "test", "IMMO_DATABASE_URL": database_url, "IMMO_KEYS_DIRECTORY": str(tmp_path)}
    return lambda: CliRunner().invoke(main, ["ledger", "verify"], env=environment)


def test_books_that_are_right_are_proven(verify: Callable[[], Result], database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        a_wallet(session, cents=500, now=clock.now())

    outcome = verify()

    assert (outcome.exit_code, outcome.output) == (0, "The ledger is proven.\n")


def test_a_balance_that_was_changed_behind_the_ledger_fails(
    verify: Callable[[], Result], database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=500, now=clock.now())
        session.execute(text("UPDATE wallet SET balance_cents = 501"))

    outcome = verify()

    assert outcome.exit_code == 1
    assert f"balance of {wallet}: stands at 501, proven 500" in outcome.output
