"""Money that comes from outside and goes back there, for the machine of the ledger: provider, bank, operators."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import func, select

from core.infra.clock import FixedClock, belgian_date
from core.infra.db import Database
from core.infra.errors import ImmoError
from core.infra.ids import new_id
from core.wallet import accounts, holds
from core.wallet.bank import desk, references
from core.wallet.bank.settlements import match_settlements
from core.wallet.bank.tables import BankEntryRow, BankStatementRow
from core.wallet.control import corrections
from core.wallet.errors import CaptureTooLarge, HoldOver, InsufficientFunds, RefundTooLarge, WalletFrozen
from core.wallet.identifiers import WalletId
from core.wallet.payments import following, settlements, topups
from core.wallet.payments.provider import Amount, Payment, PaymentStatus, Settlement, Taken
from core.wallet.states import BankEntryStatus, PaymentEvent
from core.wallet.tables import PostingRow
from tests.support.bank_files import NORTH_SENDER, a_statement, brought
from tests.support.offices import a_person
from tests.support.wallets import a_wallet

amounts = st.integers(1, 400)
which = st.integers(0, 1)
some = st.integers(0, 50)
_REFUSALS = (InsufficientFunds, WalletFrozen, HoldOver, CaptureTooLarge, RefundTooLarge)


class OutsideMoney(RuleBasedStateMachine):
    """Two wallets on the real ledger, what stands on them by a model, and everything that moves money from outside."""

    database: Database
    clock: FixedClock

    @initialize()
    def open(self) -> None:
        self.clock.advance(timedelta(hours=1))
        now = self.clock.now()
        with self.database.transaction() as session:
            # What another run of the machine left open on its own wallets.
            holds.expire_due(session, now=now)
            self.manager = a_person(session, new_id("manager"), now=now)
            self.wallets = [a_wallet(session, now=now) for _ in range(2)]
            self.messages = [references.reference_of(session, wallet, now=now) for wallet in self.wallets]
        self.balance, self.held = [0, 0], [0, 0]
        # Payments that nothing was taken of, and what was taken and not given back: with its wallet.
        self.payments: list[tuple[str, int, int]] = []
        self.taken: list[tuple[str, int, Taken]] = []

    def try_(self, deed: Any) -> tuple[Any, type[ImmoError] | None]:
        """Do something in a transaction, and return what came of it or which refusal."""
        try:
            with self.database.transaction() as session:
                return deed(session), None
        except _REFUSALS as error:
            return None, type(error)

    def pays(self, wallet: int, cents: int) -> type[ImmoError] | None:
        """Return what is to be refused when a wallet pays."""
        if self.balance[wallet] < 0:
            return WalletFrozen
        return InsufficientFunds if self.balance[wallet] < cents else None

    @rule(wallet=which, cents=amounts)
    def payer_pays_online(self, wallet: int, cents: int) -> None:
        top_up, now = new_id("top"), self.clock.now()
        with self.database.transaction() as session:
            intent = {"top_up_id": top_up, "provider": "mollie", "by": self.manager, "language": "nl"}
            topups.intend(session, self.wallets[wallet], cents, **intent, now=now)
        self._follow(top_up, cents)
        self.balance[wallet] += cents
        self.payments.append((top_up, wallet, cents))

    @rule(number=some, kind=st.sampled_from((PaymentEvent.REFUNDED, PaymentEvent.CHARGED_BACK)))
    def provider_takes_back(self, number: int, kind: PaymentEvent) -> None:
        if self.payments:
            top_up, wallet, cents = self.payments.pop(number % len(self.payments))
            taken = Taken(kind, new_id("tkn"), cents, is_undone=False)
            self._follow(top_up, cents, taken)
            self.balance[wallet] -= cents
            self.taken.append((top_up, wallet, taken))

    @rule(number=some)
    def provider_gives_back(self, number: int) -> None:
        if self.taken:
            top_up, wallet, taken = self.taken.pop(number % len(self.taken))
            self._follow(top_up, taken.amount_cents, Taken(taken.kind, taken.id, taken.amount_cents, is_undone=True))
            self.balance[wallet] += taken.amount_cents

    def _follow(self, top_up: str, cents: int, *taken: Taken) -> None:
        """Let the provider tell of a payment twice: it counts once."""
        payment = Payment(f"tr_{top_up}", PaymentStatus.PAID, Amount("EUR", cents), top_up, None, None, taken)
        for _ in range(2):
            with self.database.transaction() as session:
                following.follow(session, topups.asked(session, top_up), payment, now=self.clock.now())

    @rule(share=st.integers(1, 4), is_on_statement=st.booleans())
    def provider_settles(self, share: int, *, is_on_statement: bool) -> None:
        now = self.clock.now()
        with self.database.transaction() as session:
            on_provider = select(func.coalesce(func.sum(PostingRow.amount_cents), 0))
            owed = -int(session.scalar(on_provider.where(PostingRow.account == accounts.PROVIDER_CLEARING)) or 0)
            gross = owed // share
            fees = min(gross // 2, 25)
            told = Settlement(new_id("stl"), new_id("ref"), gross - fees, fees, now)
            if gross > 0:
                for _ in range(2):
                    settlements.record(session, "mollie", [told], now=now)
        if gross > 0 and is_on_statement:
            self._statement(told.amount_cents, f"Payout {told.reference}")

    @rule(wallet=which, cents=amounts, is_named=st.booleans())
    def transfer_arrives(self, wallet: int, cents: int, *, is_named: bool) -> None:
        self._statement(cents, self.messages[wallet] if is_named else "for our wallet")
        if is_named:
            self.balance[wallet] += cents

    @rule(number=some, wallet=which, decision=st.sampled_from(("book", "give back", "dismiss")))
    def operators_decide(self, number: int, wallet: int, decision: str) -> None:
        now, wallet_id = self.clock.now(), self.wallets[wallet]
        with self.database.transaction() as session:
            waiting = desk.waiting(session)
            if not waiting:
                return
            one = waiting[number % len(waiting)]
            match decision:
                case "book":
                    desk.book(session, one.id, wallet_id, now=now)
                    self.balance[wallet] += one.amount_cents
                case "give back":
                    desk.give_back(session, one.id, now=now)
                case _:
                    desk.dismiss(session, one.id, now=now)

    @rule()
    def bank_pays_back(self) -> None:
        """What was to be given back leaves our account."""
        with self.database.reading() as session:
            owed = session.scalars(
                select(BankEntryRow.amount_cents)
                .where(BankEntryRow.status == BankEntryStatus.RETURNED.value)
                .order_by(BankEntryRow.id.desc())
            ).first()
        if owed is not None:
            self._statement(-owed, "back to you")

    @rule(wallet=which, cents=amounts, gives=st.booleans())
    def operators_correct(self, wallet: int, cents: int, *, gives: bool) -> None:
        mine, now = accounts.wallet(WalletId(self.wallets[wallet])), self.clock.now()
        pair = (accounts.PROMOTION, mine) if gives else (mine, accounts.PROMOTION)
        entry = corrections.entry_of(*pair, cents)
        expected = None if gives else self.pays(wallet, cents)
        _, refused = self.try_(
            lambda session: corrections.correct(session, entry, by=self.manager, reference="OPS-1", now=now)
        )
        assert refused is expected
        if refused is None:
            self.balance[wallet] += cents if gives else -cents

    def _statement(self, cents: int, message: str) -> None:
        """Let the bank send a statement of one payment, twice."""
        with self.database.transaction() as session:
            last = session.scalars(select(BankStatementRow).order_by(BankStatementRow.id.desc())).first()
            content = a_statement(
                (cents, NORTH_SENDER, message),
                opening=0 if last is None else last.closing_cents,
                name=new_id("stm"),
                number=0,
                on=belgian_date(self.clock.now()),
            )
            for _ in range(2):
                brought(session, content, self.clock)
            match_settlements(session, now=self.clock.now())
