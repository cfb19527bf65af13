"""Corrections: new entries between accounts that may be corrected, with a line and a receipt for the wallet."""

import pytest
from sqlalchemy import select

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.wallet import accounts, ledger
from core.wallet.control import corrections
from core.wallet.errors import InsufficientFunds, InvalidAmount
from core.wallet.identifiers import WalletId
from core.wallet.proof import differences
from core.wallet.states import EntryKind, TransactionKind
from core.wallet.tables import TransactionRow
from tests.support.offices import a_person
from tests.support.wallets import a_wallet

MINE, OTHER = accounts.wallet(WalletId("wal_1")), accounts.wallet(WalletId("wal_2"))


def test_a_correction_leaves_what_was_posted_and_gives_the_wallet_a_receipt(
    database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=5_00, now=clock.now())
        by = a_person(session, "some.operator", now=clock.now())
        gift = corrections.entry_of(accounts.PROMOTION, accounts.wallet(wallet), 2_00)
        back = corrections.entry_of(accounts.wallet(wallet), accounts.UNMATCHED, 3_00)

        posted = [
            corrections.correct(session, entry, by=by, reference="OPS-7", now=clock.now()) for entry in (gift, back)
        ]

        assert [ledger.entry_of(session, entry_id) for entry_id in posted] == [gift, back]
        corrected = TransactionRow.kind == TransactionKind.CORRECTION.value
        lines = session.scalars(select(TransactionRow).where(corrected).order_by(TransactionRow.number)).all()
        assert [(line.amount_cents, line.balance_after_cents, line.receipt_number) for line in lines] == [
            (2_00, 7_00, 2),
            (-3_00, 4_00, 3),
        ]
        assert {line.reference for line in lines} == {"OPS-7"}
        assert list(differences(session)) == []


def test_a_correction_takes_no_more_than_there_is(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=5_00, now=clock.now())
        entry = corrections.entry_of(accounts.wallet(wallet), accounts.PROMOTION, 5_01)

        with pytest.raises(InsufficientFunds):
            corrections.correct(session, entry, by="usr_x", reference="OPS-7", now=clock.now())


def test_clearing_accounts_are_corrected_without_a_wallet() -> None:
    fee = corrections.entry_of(accounts.PROVIDER_FEES, accounts.BANK_CLEARING, 12)

    assert fee.kind is EntryKind.CORRECTION
    assert not fee.wallets


@pytest.mark.parametrize(
    ("source", "target", "cents"),
    [
        (MINE, OTHER, 1),
        (MINE, MINE, 1),
        (accounts.held(WalletId("wal_1")), accounts.PROMOTION, 1),
        (accounts.revenue("finder"), MINE, 1),
        (accounts.VAT_DUE, MINE, 1),
        ("psp:elsewhere", MINE, 1),
        (accounts.PROMOTION, MINE, 0),
        (accounts.PROMOTION, MINE, -1),
    ],
)
def test_what_no_correction_may_touch_is_refused(source: str, target: str, cents: int) -> None:
    """Two wallets have transfers, holds their tools, and what was earned with its VAT the tool's refunds."""
    with pytest.raises(InvalidAmount):
        corrections.entry_of(source, target, cents)
