"""Recharging online against the payment sandbox over HTTP: whatever comes late, twice or never, money counts once."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from core.closing import recharging
from core.closing.recharging import PaymentDesk
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import RuleError, Unavailable
from core.infra.outbox import OutboxRow
from core.infra.settings import Settings
from core.organisations.identifiers import OrganisationId
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.wallet import accounts, charging
from core.wallet.errors import InvalidAmount
from core.wallet.identifiers import WalletId
from core.wallet.payments import following, topups
from core.wallet.payments.provider import Order, Payment, PaymentStatus, Settlement
from core.wallet.payments.tables import TopUpRow
from core.wallet.proof import differences
from core.wallet.states import TopUpStatus, TransactionStatus
from core.wallet.tables import PostingRow, TransactionRow, WalletRow
from development.payment_book import Amount
from development.payments import Sandbox
from tests.support import payments
from tests.support.at_once import at_once
from tests.support.mortal import Killed
from tests.support.wallets import a_wallet, an_order

CENTS = 50_00


@dataclass(frozen=True)
class Shop:
    """A wallet, the desk that recharges it, and the sandbox that is asked."""

    database: Database
    settings: Settings
    clock: FixedClock
    sandbox: Sandbox
    desk: PaymentDesk
    wallet: WalletId
    organisation: OrganisationId
    manager: PersonId

    def intend(self, cents: int = CENTS, *, press: str = "press", by: PersonId | None = None) -> str:
        with self.database.transaction() as session:
            return recharging.intend(
                session,
                self.wallet,
                cents,
                organisation_id=self.organisation,
                press=press,
                provider="mollie",
                bounds=self.settings.wallet.payments,
                by=by or self.manager,
                language="nl",
                now=self.clock.now(),
            )

    def begun(self) -> tuple[str, str]:
        """Begin a payment and return the top-up and the payment."""
        top_up = self.intend()
        self.desk.ask(top_up, now=self.clock.now())
        return top_up, payments.only_payment(self.sandbox.book)

    def paid(self) -> tuple[str, str]:
        """Begin a payment, let it be paid, and hear of it."""
        top_up, payment = self.begun()
        self.sandbox.book.end(payment, "paid", "bancontact")
        self.hear(payment)
        return top_up, payment

    def announce(self, payment: str) -> None:
        with self.database.transaction() as session:
            topups.announce(session, "mollie", payment, now=self.clock.now())

    def hear(self, payment: str) -> None:
        """Let the webhook come, and the worker after it."""
        self.announce(payment)
        self.desk.ask_due(now=self.clock.now())

    def row(self, top_up: str) -> TopUpRow:
        with self.database.reading() as session:
            return session.get_one(TopUpRow, top_up)

    def balance(self) -> int:
        """Return what is on the wallet, in a ledger that is right and agrees with what the provider owes us."""
        with self.database.reading() as session:
            assert list(differences(session)) == []
            clearing = select(PostingRow.amount_cents).where(PostingRow.account == accounts.PROVIDER_CLEARING)
            moved = sum(sum(one.movements.values()) for one in self.sandbox.book.payments())
            is_flagged = any(session.scalars(select(TopUpRow.reason)))
            assert is_flagged or -sum(session.scalars(clearing)) == moved
            return session.get_one(WalletRow, self.wallet).balance_cents

    def lines(self) -> list[tuple[str, str, int]]:
        with self.database.reading() as session:
            rows = session.scalars(select(TransactionRow).order_by(TransactionRow.number))
            return [(row.kind, row.status, row.amount_cents) for row in rows]

    def letters(self) -> list[object]:
        with self.database.reading() as session:
            rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
            return [row.body["template"] for row in rows if "template" in row.body]


@pytest.fixture
def shop(database: Database, settings: Settings, clock: FixedClock) -> Iterator[Shop]:
    with database.transaction() as session:
        wallet = a_wallet(session, now=clock.now())
        office = session.scalars(select(OrganisationRow).where(OrganisationRow.wallet_id == wallet)).one()
        members = select(MembershipRow.person_id).where(MembershipRow.organisation_id == office.id)
        organisation, manager = OrganisationId(office.id), PersonId(session.scalars(members).one())
    with payments.running() as sandbox:
        desk = payments.a_desk(sandbox, settings, database)
        yield Shop(database, settings, clock, sandbox, desk, wallet, organisation, manager)


def test_a_payment_is_on_the_wallet_once_it_is_paid_and_its_payer_is_told(shop: Shop) -> None:
    top_up, payment = shop.begun()
    assert (shop.row(top_up).status, shop.lines()) == (TopUpStatus.OPEN, [("deposit-online", "pending", CENTS)])
    asked = shop.sandbox.book.find(payment)
    assert asked is not None
    assert (asked.amount, asked.metadata) == (Amount("EUR", CENTS), {"top_up": top_up})
    assert asked.return_url.endswith(f"/organisations/{shop.organisation}/wallet/recharge/{top_up}")
    assert asked.announce_url == f"{shop.settings.portal_url}/payments/webhook"

    shop.sandbox.book.end(payment, "paid", "bancontact")
    shop.hear(payment)

    row = shop.row(top_up)
    assert (row.status, row.method, row.ask_at) == (TopUpStatus.PAID, "bancontact", None)
    assert (shop.balance(), shop.lines()) == (CENTS, [("deposit-online", "succeeded", CENTS)])
    assert shop.letters() == ["wallet-recharged"]


def test_twenty_webhooks_beside_the_page_and_two_workers_are_one_credit(shop: Shop) -> None:
    top_up, payment = shop.begun()
    shop.sandbox.book.end(payment, "paid", "creditcard")

    refused = at_once(
        *[lambda: shop.announce(payment)] * 20,
        *[lambda: shop.desk.ask(top_up, now=shop.clock.now())] * 5,
        *[lambda: shop.desk.ask_due(now=shop.clock.now())] * 2,
    )
    shop.desk.ask_due(now=shop.clock.now())

    assert refused == []
    assert (shop.balance(), len(shop.lines()), shop.letters()) == (CENTS, 1, ["wallet-recharged"])


@pytest.mark.parametrize("outcome", ["failed", "canceled", "expired"])
def test_without_any_webhook_the_end_is_found_by_asking(shop: Shop, outcome: str) -> None:
    top_up, payment = shop.begun()
    shop.sandbox.book.end(payment, outcome, "bancontact")
    assert shop.desk.ask_due(now=shop.clock.now()) == 0

    shop.clock.advance(timedelta(minutes=2))
    assert shop.desk.ask_due(now=shop.clock.now()) == 1

    status = "cancelled" if outcome == "canceled" else outcome
    assert (shop.row(top_up).status, shop.row(top_up).ask_at) == (status, None)
    assert (shop.balance(), shop.lines()) == (0, [("deposit-online", TransactionStatus.FAILED, CENTS)])
    assert shop.letters() == []


def test_a_webhook_before_the_end_or_for_somebody_elses_payment_changes_nothing(shop: Shop) -> None:
    top_up, payment = shop.begun()

    shop.hear(payment)
    shop.hear("tr_of_somebody_else")

    assert (shop.row(top_up).status, shop.balance()) == (TopUpStatus.OPEN, 0)


@pytest.mark.parametrize(
    ("amount", "reason"), [(Amount("EUR", CENTS + 1), "amount-differs"), (Amount("USD", CENTS), "currency-differs")]
)
def test_a_payment_of_something_else_is_flagged_and_never_credited(shop: Shop, amount: Amount, reason: str) -> None:
    top_up, payment = shop.begun()
    shop.sandbox.book.alter(payment, amount)
    shop.sandbox.book.end(payment, "paid", "creditcard")

    shop.hear(payment)
    shop.sandbox.book.alter(payment, Amount("EUR", CENTS))
    shop.hear(payment)

    row = shop.row(top_up)
    assert (row.status, row.reason) == (TopUpStatus.FLAGGED, reason)
    assert (shop.balance(), shop.lines()) == (0, [("deposit-online", "failed", CENTS)])


def test_while_the_provider_is_down_nothing_is_lost(shop: Shop) -> None:
    shop.sandbox.is_down = True
    top_up = shop.intend()
    with pytest.raises(Unavailable):
        shop.desk.ask(top_up, now=shop.clock.now())
    assert (shop.row(top_up).status, shop.balance()) == (TopUpStatus.INTENDED, 0)

    shop.clock.advance(timedelta(minutes=2))
    assert shop.desk.ask_due(now=shop.clock.now()) == 0
    shop.sandbox.is_down = False
    shop.clock.advance(timedelta(minutes=5))
    assert shop.desk.ask_due(now=shop.clock.now()) == 1

    assert shop.row(top_up).payment_id == payments.only_payment(shop.sandbox.book)


class Mortal:
    """The real provider, asked by a process that dies just before or just after the call."""

    name = "mollie"

    def __init__(self, shop: Shop, point: str) -> None:
        self._real, self._point = shop.desk.provider, point

    def begin(self, order: Order) -> Payment:
        if self._point == "before the call":
            raise Killed
        self._real.begin(order)
        raise Killed

    def payment(self, payment_id: str) -> Payment:
        return self._real.payment(payment_id)

    def settlements(self) -> tuple[Settlement, ...]:
        return self._real.settlements()


class Greedy(Mortal):
    """Asks for more than any provider takes."""

    def begin(self, order: Order) -> Payment:
        return self._real.begin(replace(order, amount_cents=1_000_000_00))


def test_what_the_provider_refuses_has_failed_and_is_not_asked_for_again(shop: Shop) -> None:
    top_up = shop.intend()

    assert replace(shop.desk, provider=Greedy(shop, "")).ask(top_up, now=shop.clock.now()) is None

    row = shop.row(top_up)
    assert (row.status, row.reason, row.ask_at) == (TopUpStatus.FAILED, "payment-refused", None)
    assert shop.lines() == [("deposit-online", "failed", CENTS)]


@pytest.mark.parametrize("point", ["before the call", "after the call", "storing the answer"])
def test_a_process_that_dies_on_the_way_is_taken_over_by_the_worker(shop: Shop, point: str) -> None:
    top_up = shop.intend()

    def die(_connection: object) -> None:
        raise Killed

    if point == "storing the answer":
        event.listen(shop.database.engine, "commit", die)
        with pytest.raises(Killed):
            shop.desk.ask(top_up, now=shop.clock.now())
        event.remove(shop.database.engine, "commit", die)
        shop.database.engine.dispose()
    else:
        with pytest.raises(Killed):
            replace(shop.desk, provider=Mortal(shop, point)).ask(top_up, now=shop.clock.now())
    assert (shop.row(top_up).status, shop.row(top_up).payment_id) == (TopUpStatus.INTENDED, None)

    shop.clock.advance(timedelta(minutes=2))
    assert shop.desk.ask_due(now=shop.clock.now()) == 1

    # One payment, whether the first call was made or not: it was the same call.
    payment = payments.only_payment(shop.sandbox.book)
    assert (shop.row(top_up).status, shop.row(top_up).payment_id) == (TopUpStatus.OPEN, payment)
    shop.sandbox.book.end(payment, "paid", "bancontact")
    shop.hear(payment)
    assert shop.balance() == CENTS


def test_an_intent_that_the_provider_may_have_forgotten_is_not_begun_anew(shop: Shop) -> None:
    top_up = shop.intend()

    shop.clock.advance(timedelta(hours=1))
    shop.desk.ask_due(now=shop.clock.now())

    assert (shop.row(top_up).status, shop.row(top_up).ask_at) == (TopUpStatus.EXPIRED, None)
    assert shop.sandbox.book.payments() == ()


def test_of_two_payments_for_one_intent_the_one_that_was_stored_first_stays(shop: Shop) -> None:
    """Should the provider ever forget a reference: only to the first one was anybody sent."""
    top_up = shop.intend()
    with shop.database.reading() as session:
        earlier = topups.asked(session, top_up)
    shop.desk.ask(top_up, now=shop.clock.now())
    first = shop.row(top_up).payment_id
    stray = replace(shop.desk.provider.payment(str(first)), id="tr_stray", status=PaymentStatus.PAID)

    with shop.database.transaction() as session:
        assert following.follow(session, earlier, stray, now=shop.clock.now()) == ()

    assert (shop.row(top_up).payment_id, shop.row(top_up).status, shop.balance()) == (first, TopUpStatus.OPEN, 0)


def test_nobody_is_sent_to_a_payment_that_came_second(shop: Shop) -> None:
    """The page and the worker ask at once, and the provider does not know the reference of either yet."""
    top_up = shop.intend()

    class Late(Mortal):
        def begin(self, order: Order) -> Payment:
            shop.desk.ask(order.reference, now=shop.clock.now())
            return replace(self._real.begin(order), id="tr_stray")

    assert replace(shop.desk, provider=Late(shop, "")).ask(top_up, now=shop.clock.now()) is None
    assert shop.row(top_up).payment_id == payments.only_payment(shop.sandbox.book)


def test_a_button_that_is_pressed_twice_is_one_payment(shop: Shop) -> None:
    pressed = [shop.intend(), shop.intend(), shop.intend(press="again"), shop.intend(CENTS + 1)]

    assert pressed[0] == pressed[1]
    assert len(set(pressed)) == len(shop.lines()) == 3


def test_refund_and_chargeback_are_followed_by_amount_once_each_and_so_is_their_undoing(shop: Shop) -> None:
    _top_up, payment = shop.paid()
    book = shop.sandbox.book

    refund = book.refund(payment, 20_00).refunds[0].id
    for _ in range(2):
        shop.hear(payment)
    assert shop.balance() == 30_00
    book.end_refund(payment, refund, "failed")
    shop.hear(payment)
    assert shop.balance() == CENTS
    chargeback = book.charge_back(payment).chargebacks[0].id
    book.refund(payment, 1_00)
    for _ in range(2):
        shop.hear(payment)
    # What had been refunded already is owed: nothing goes out until that is made up for.
    assert shop.balance() == -1_00
    book.reverse(payment, chargeback)
    shop.hear(payment)

    assert shop.balance() == CENTS - 1_00
    assert [kind for kind, _, _ in shop.lines()] == [
        *("deposit-online", "pay-out", "pay-out", "pay-out", "chargeback", "chargeback")
    ]
    assert shop.letters().count("wallet-recharge-charged-back") == 1


def test_a_refund_of_what_was_spent_freezes_the_wallet_and_the_next_payment_thaws_it(shop: Shop) -> None:
    _top_up, payment = shop.paid()
    with shop.database.transaction() as session:
        charging.charge(session, an_order(shop.wallet, cents=40_00), now=shop.clock.now())

    shop.sandbox.book.refund(payment, CENTS)
    shop.hear(payment)

    assert shop.balance() == -40_00
    with shop.database.reading() as session:
        assert session.get_one(WalletRow, shop.wallet).is_frozen


def test_what_is_announced_while_the_provider_answers_is_asked_about_again(shop: Shop) -> None:
    top_up, payment = shop.begun()
    shop.sandbox.book.end(payment, "paid", "bancontact")
    real = shop.desk.provider

    class Meanwhile(Mortal):
        def payment(self, payment_id: str) -> Payment:
            found = real.payment(payment_id)
            shop.sandbox.book.refund(payment_id, 10_00)
            shop.announce(payment_id)
            return found

    replace(shop.desk, provider=Meanwhile(shop, "")).ask(top_up, now=shop.clock.now())

    assert shop.desk.ask_due(now=shop.clock.now()) == 1
    assert shop.balance() == CENTS - 10_00


def test_what_is_announced_while_an_answer_is_followed_is_asked_about_again(shop: Shop) -> None:
    top_up, payment = shop.paid()
    shop.announce(payment)
    with shop.database.reading() as session:
        question = topups.asked(session, top_up)
    answered = shop.desk.provider.payment(payment)
    shop.clock.advance(timedelta(seconds=1))
    announcing = threading.Thread(target=shop.announce, args=(payment,))

    with shop.database.transaction() as session:
        following.follow(session, question, answered, now=shop.clock.now())
        announcing.start()
        announcing.join(0.3)
    announcing.join()

    assert shop.row(top_up).ask_at == shop.clock.now()


@pytest.mark.parametrize("cents", [49_99, 5_000_01, 0, -50_00])
def test_less_or_more_than_the_bounds_is_refused(shop: Shop, cents: int) -> None:
    with pytest.raises(InvalidAmount):
        shop.intend(cents)
    assert shop.lines() == []


def test_who_may_not_recharge_is_refused_in_the_transaction_itself(shop: Shop) -> None:
    with pytest.raises(RuleError):
        shop.intend(by=PersonId("usr_somebody"))
    with shop.database.transaction() as session:
        membership = session.scalars(select(MembershipRow)).one()
        # From a manager nothing can be taken.
        membership.is_manager, membership.recharges_wallet = False, False
    with pytest.raises(RuleError):
        shop.intend()

    assert shop.lines() == []


def test_settlements_say_what_was_paid_out_and_what_was_kept(shop: Shop) -> None:
    _top_up, payment = shop.paid()
    assert shop.desk.provider.settlements() == ()

    shop.sandbox.book.settle()
    shop.sandbox.book.charge_back(payment)
    shop.sandbox.book.settle()

    later, first = shop.desk.provider.settlements()
    assert (first.amount_cents, first.fees_cents) == (CENTS - 39, 39)
    assert (later.amount_cents, later.fees_cents) == (-CENTS - 39, 39)
    assert first.reference != later.reference
