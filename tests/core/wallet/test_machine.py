"""Any order of operations on two wallets: every invariant of the ledger holds after each of them."""

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import ImmoError
from core.infra.ids import new_id
from core.wallet import charging, deposits, holds, transfers
from core.wallet.errors import CaptureTooLarge, HoldOver, InsufficientFunds, RefundTooLarge, WalletFrozen
from core.wallet.identifiers import HoldId, TransactionId
from core.wallet.proof import differences
from core.wallet.states import EntryKind
from core.wallet.tables import WalletRow
from tests.support.offices import a_person
from tests.support.wallets import a_wallet, an_order

amounts = st.integers(1, 400)
which = st.integers(0, 1)
some = st.integers(0, 50)


class Operations(RuleBasedStateMachine):
    """Does what tools, banks and managers do, on the real ledger and on a model of six numbers and two lists."""

    database: Database
    clock: FixedClock

    @initialize()
    def open(self) -> None:
        self.clock.advance(timedelta(hours=1))
        with self.database.transaction() as session:
            # What another run of the machine left open on its own wallets.
            holds.expire_due(session, now=self.clock.now())
            self.manager = a_person(session, new_id("manager"), now=self.clock.now())
            self.wallets = [a_wallet(session, now=self.clock.now()) for _ in range(2)]
        self.balance, self.held = [0, 0], [0, 0]
        self.holds: list[tuple[HoldId, int, int]] = []
        self.charged: list[tuple[TransactionId, int, int]] = []

    def try_(self, deed: Any) -> tuple[Any, type[ImmoError] | None]:
        try:
            with self.database.transaction() as session:
                return deed(session), None
        except (InsufficientFunds, WalletFrozen, HoldOver, CaptureTooLarge, RefundTooLarge) as error:
            return None, type(error)

    def pays(self, wallet: int, cents: int) -> type[ImmoError] | None:
        """Return what is to be refused when a wallet pays."""
        if self.balance[wallet] < 0:
            return WalletFrozen
        return InsufficientFunds if self.balance[wallet] < cents else None

    @rule(wallet=which, cents=amounts, online=st.booleans())
    def money_comes_in(self, wallet: int, cents: int, *, online: bool) -> None:
        kind = EntryKind.TOP_UP_ONLINE if online else EntryKind.TOP_UP_BANK
        now = self.clock.now()
        _, refused = self.try_(
            lambda session: deposits.credit(session, self.wallets[wallet], cents, kind=kind, reference="r", now=now)
        )
        assert refused is None
        self.balance[wallet] += cents

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

    @rule(wallet=which, cents=amounts)
    def payer_takes_back(self, wallet: int, cents: int) -> None:
        now = self.clock.now()
        self.try_(lambda session: deposits.take_back(session, self.wallets[wallet], cents, reference="r", now=now))
        self.balance[wallet] -= cents

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


def test_every_invariant_holds_after_every_operation(database: Database, clock: FixedClock) -> None:
    class OnThisDatabase(Operations):
        pass

    OnThisDatabase.database, OnThisDatabase.clock = database, clock

    run_state_machine_as_test(OnThisDatabase, settings=settings(max_examples=12, stateful_step_count=25, deadline=None))
