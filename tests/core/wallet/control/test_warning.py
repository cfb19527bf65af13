"""A wallet that runs low is told once, by whatever takes the money, together with it (W11)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.infra.topics import WalletLow
from core.wallet import charging, holds, transfers
from core.wallet.control.warning import QUIET
from core.wallet.errors import InsufficientFunds
from core.wallet.identifiers import WalletId
from core.wallet.states import EntryKind
from core.wallet.tables import WalletRow
from tests.support import deposits
from tests.support.offices import a_person
from tests.support.wallets import a_wallet, an_order


def warned(session: Session, wallet: WalletId) -> list[int]:
    """Return with how much left each warning of a wallet was given; 25.00 is where the first one is."""
    rows = session.scalars(select(OutboxRow.body).where(OutboxRow.topic == WalletLow.topic).order_by(OutboxRow.id))
    messages = [WalletLow.from_json(row) for row in rows]
    assert {message.below_cents for message in messages} <= {25_00}
    return [message.balance_cents for message in messages if message.wallet_id == wallet]


def test_each_way_out_warns_as_the_balance_falls_below_and_no_other(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.transaction() as session:
        charged, held, sent, taken_back = (a_wallet(session, cents=26_00, now=now) for _ in range(4))
        anna = a_person(session, "anna.peeters", now=now)

        charging.charge(session, an_order(charged, cents=1_00), now=now)
        assert warned(session, charged) == []
        charging.charge(session, an_order(charged, cents=1), now=now)
        charging.charge(session, an_order(charged, cents=1), now=now)
        holds.reserve(session, an_order(held, cents=2_00), life=timedelta(days=1), now=now)
        transfers.transfer(session, sent, charged, 2_00, by=anna, description="", now=now)
        deposits.take_back(session, taken_back, 30_00, reference="back", now=now)

        assert [warned(session, wallet) for wallet in (charged, held, sent, taken_back)] == [
            [24_99],
            [24_00],
            [24_00],
            [-4_00],
        ]


def test_a_second_fall_warns_again_unless_it_follows_at_once(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.transaction() as session:
        wallet = a_wallet(session, cents=26_00, now=now)
        hold = holds.reserve(session, an_order(wallet, cents=2_00), life=timedelta(days=1), now=now)
        holds.void(session, hold.id, client_id="finder", now=now)

        holds.reserve(session, an_order(wallet, cents=2_00), life=timedelta(days=1), now=now)
        assert warned(session, wallet) == [24_00]

        deposits.credit(session, wallet, 50_00, kind=EntryKind.TOP_UP_BANK, reference="bank-2", now=now)
        charging.charge(session, an_order(wallet, cents=60_00), now=now + QUIET)
        assert warned(session, wallet) == [24_00, 14_00]


def test_a_refused_charge_and_a_wallet_that_wants_no_warning_warn_nobody(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.transaction() as session:
        poor, silent = a_wallet(session, cents=26_00, now=now), a_wallet(session, cents=26_00, now=now)
        session.get_one(WalletRow, silent).warn_below_cents = None

        with pytest.raises(InsufficientFunds):
            charging.charge(session, an_order(poor, cents=27_00), now=now)
        charging.charge(session, an_order(silent, cents=26_00), now=now)

        assert warned(session, poor) == warned(session, silent) == []
