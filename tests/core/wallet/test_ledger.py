"""What the database itself refuses, whoever holds the connection; and what the proof finds."""

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import Conflict, ImmoError
from core.wallet import charging
from core.wallet.identifiers import WalletId
from core.wallet.proof import differences
from core.wallet.states import EntryKind
from core.wallet.tables import EntryRow, PostingRow, WalletRow
from tests.support import deposits
from tests.support.wallets import a_wallet, an_order


@pytest.fixture
def wallet(database: Database, clock: FixedClock) -> WalletId:
    with database.transaction() as session:
        found = a_wallet(session, cents=1_000, now=clock.now())
        charging.charge(session, an_order(found, cents=250), now=clock.now())
    return found


def refused(database: Database, statement: object) -> bool:
    """Tell whether the database refuses a statement, at once or at the commit."""
    try:
        with database.transaction() as session:
            session.execute(statement)  # type: ignore[call-overload]
    except (DBAPIError, ImmoError):
        return True
    return False


def a_posting(entry: str, position: int, cents: int) -> dict[str, object]:
    return {"entry_id": entry, "position": position, "account": "vat:due", "amount_cents": cents}


def an_entry(session: Session, clock: FixedClock, entry: str, *amounts: int) -> None:
    rows = [a_posting(entry, position, cents) for position, cents in enumerate(amounts)]
    session.execute(insert(PostingRow), rows)
    session.execute(insert(EntryRow).values(id=entry, kind=EntryKind.CORRECTION.value, at=clock.now()))


def test_what_was_posted_is_neither_changed_nor_removed(database: Database, wallet: WalletId) -> None:
    assert refused(database, update(PostingRow).values(amount_cents=1))
    assert refused(database, delete(PostingRow))
    assert refused(database, update(EntryRow).values(kind="charge"))
    assert refused(database, delete(EntryRow))
    with database.reading() as session:
        assert list(differences(session)) == []


@pytest.mark.parametrize("amounts", [(100, -99), (100,), (-5, 3, 1)])
def test_an_entry_that_does_not_balance_is_refused(
    database: Database, clock: FixedClock, amounts: tuple[int, ...]
) -> None:
    with pytest.raises((DBAPIError, ImmoError)), database.transaction() as session:
        an_entry(session, clock, "ent_wrong", *amounts)


def test_an_entry_that_balances_is_taken_and_then_closed(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        an_entry(session, clock, "ent_right", 100, -60, -40)

    assert refused(database, insert(PostingRow).values(**a_posting("ent_right", 3, 5)))
    assert refused(database, insert(PostingRow).values(**a_posting("ent_none", 0, 5)))


def test_a_balance_below_zero_is_refused_unless_a_chargeback_froze_the_wallet(
    database: Database, wallet: WalletId, clock: FixedClock
) -> None:
    assert refused(database, update(WalletRow).values(balance_cents=-1))

    with database.transaction() as session:
        deposits.take_back(session, wallet, 1_000, reference="tr_1", now=clock.now())

    with database.reading() as session:
        row = session.get_one(WalletRow, wallet)
        assert (row.balance_cents, row.is_frozen) == (-250, True)
        assert list(differences(session)) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE wallet SET balance_cents = balance_cents + 1", {"balance"}),
        ("UPDATE wallet SET held_cents = 5", {"held", "open holds"}),
        ("UPDATE wallet_transaction SET receipt_number = 9 WHERE receipt_number = 2", {"receipts"}),
        ("UPDATE wallet_transaction SET balance_before_cents = 1 WHERE receipt_number = 2", {"chain of lines"}),
        ("DELETE FROM wallet_transaction WHERE receipt_number = 2", {"lines", "VAT due"}),
    ],
)
def test_the_proof_finds_what_was_changed_behind_the_ledger(
    database: Database, wallet: WalletId, statement: str, found: set[str]
) -> None:
    with database.transaction() as session:
        session.execute(text(statement))

    with database.reading() as session:
        assert {difference.what for difference in differences(session)} == found


def test_a_reference_names_one_charge_of_a_tool(database: Database, wallet: WalletId, clock: FixedClock) -> None:
    order = an_order(wallet, cents=100, reference="search-1")
    with database.transaction() as session:
        charging.charge(session, order, now=clock.now())

    with pytest.raises(Conflict, match="reference-used"), database.transaction() as session:
        charging.charge(session, order, now=clock.now())

    with database.reading() as session:
        assert session.scalar(select(WalletRow.balance_cents).where(WalletRow.id == wallet)) == 650
