"""Any order of operations on two wallets: every invariant holds after each; in the end provider and bank agree."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.wallet import charging, holds, transfers
from core.wallet.control.reconciliation import reconcile
from core.wallet.errors import CaptureTooLarge, HoldOver, RefundTooLarge
from core.wallet.identifiers import HoldId, TransactionId
from core.wallet.proof import differences
from core.wallet.tables import WalletRow
from tests.support.outside_money import OutsideMoney, amounts, some, which
from tests.support.wallets import an_order

# What may differ between provider, bank and ledger: somebody is late, or owes us. Never a sum.
_MAY_DIFFER = {"provider-late", "settlement-missing", "suspense-old", "wallet-below-zero", "bank-silent"}


class Operations(OutsideMoney):
    """Does what tools and managers do besides, on the real ledger and on a model of six numbers and some lists."""

    def __init__(self) -> None:
        super().__init__()
        self.holds: list[tuple[HoldId, int, int]] = []
        self.charged: list[tuple[TransactionId, int, int]] = []

    @rule(wallet=which, cents=amounts)
    def tool_charges(self, wallet: int, cents: int) -> None:
        expected, order = self.pays(wallet, cents), an_order(self.wallets[wallet], cents=cents)
        done, refused = self.try_(lambda session: charging.charge(session, order, now=self.clock.now()))
        assert refused is expected
        if done:
            self.balance[wallet] -= cents
            self.charged.append((done.id, wallet, cents))
        else:
            self.try_(lambda session: charging.refuse(session, order, "refused", now=self.clock.now()))

    @rule(number=some, cents=st.one_of(st.none(), amounts))
    def tool_refunds(self, number: int, cents: int | None) -> None:
        if not self.charged:
            return
        index = number % len(self.charged)
        transaction_id, wallet, left = self.charged[index]
        if left == 0:
            return
        wanted = left if cents is None else cents
        _, refused = self.try_(
            lambda session: charging.refund(session, transaction_id, cents, client_id="finder", now=self.clock.now())
        )
        assert refused is (RefundTooLarge if wanted > left else None)
        if refused is None:
            self.balance[wallet] += wanted
            self.charged[index] = (transaction_id, wallet, left - wanted)

    @rule(wallet=which, cents=amounts)
    def tool_reserves(self, wallet: int, cents: int) -> None:
        expected, order = self.pays(wallet, cents), an_order(self.wallets[wallet], cents=cents)
        life, now = timedelta(hours=1), self.clock.now()
        hold, refused = self.try_(lambda session: holds.reserve(session, order, life=life, now=now))
        assert refused is expected
        if hold:
            self.balance[wallet] -= cents
            self.held[wallet] += cents
            self.holds.append((hold.id, wallet, cents))

    @rule(number=some, cents=st.one_of(st.none(), amounts))
    def tool_captures(self, number: int, cents: int | None) -> None:
        if not self.holds:
            return
        index = number % len(self.holds)
        hold_id, wallet, held = self.holds[index]
        wanted = held if cents is None else cents
        done, refused = self.try_(
            lambda session: holds.capture(session, hold_id, cents, client_id="finder", now=self.clock.now())
        )
        assert refused is (CaptureTooLarge if wanted > held else None)
        if done:
            del self.holds[index]
            self.held[wallet] -= held
            self.balance[wallet] += held - wanted
            self.charged.append((done.id, wallet, wanted))

    @rule(number=some)
    def tool_voids(self, number: int) -> None:
        if self.holds:
            hold_id, wallet, held = self.holds.pop(number % len(self.holds))
            self.try_(lambda session: holds.void(session, hold_id, client_id="finder", now=self.clock.now()))
            self.held[wallet] -= held
            self.balance[wallet] += held
            again = self.try_(lambda session: holds.void(session, hold_id, client_id="finder", now=self.clock.now()))
            assert again[1] is HoldOver

    @rule()
    def time_passes(self) -> None:
        self.clock.advance(timedelta(hours=1))
        freed, _ = self.try_(lambda session: holds.expire_due(session, now=self.clock.now()))
        assert freed == len(self.holds)
        for _, wallet, held in self.holds:
            self.held[wallet] -= held
            self.balance[wallet] += held
        self.holds.clear()

    @rule(source=which, cents=amounts)
    def manager_transfers(self, source: int, cents: int) -> None:
        expected, target = self.pays(source, cents), 1 - source
        pair = (self.wallets[source], self.wallets[target])
        by, now = self.manager, self.clock.now()
        _, refused = self.try_(
            lambda session: transfers.transfer(session, *pair, cents, by=by, description="", now=now)
        )
        assert refused is expected
        if refused is None:
            self.balance[source] -= cents
            self.balance[target] += cents

    @invariant()
    def ledger_is_proven_and_agrees(self) -> None:
        if not hasattr(self, "wallets"):
            return
        with self.database.reading() as session:
            assert list(differences(session)) == []
            rows = [session.get_one(WalletRow, wallet) for wallet in self.wallets]
        assert [row.balance_cents for row in rows] == self.balance
        assert [row.held_cents for row in rows] == self.held
        assert [row.is_frozen for row in rows] == [balance < 0 for balance in self.balance]

    def teardown(self) -> None:
        """Compare with provider and bank once, at the end: a sum that differs goes on differing."""
        with self.database.snapshot() as session:
            found = reconcile(session, now=self.clock.now()).differences
        assert [one for one in found if one.what not in _MAY_DIFFER] == []


def test_every_invariant_holds_after_every_operation(database: Database, clock: FixedClock) -> None:
    class OnThisDatabase(Operations):
        pass

    OnThisDatabase.database, OnThisDatabase.clock = database, clock

    run_state_machine_as_test(OnThisDatabase, settings=settings(max_examples=8, stateful_step_count=25, deadline=None))
