"""What the daily comparison finds: nothing where all agree, each difference under its name, and it mends nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.closing import reconciling
from core.infra.clock import FixedClock, belgian_date
from core.infra.db import Database
from core.infra.errors import Unavailable
from core.wallet import accounts, holds
from core.wallet.bank import desk
from core.wallet.control import reconciliation
from core.wallet.control.reconciliation import Reconciliation
from core.wallet.payments import following, topups
from core.wallet.payments.provider import Amount, Order, Payment, PaymentStatus, Settlement, Taken
from core.wallet.states import EntryKind, PaymentEvent
from tests.support import deposits
from tests.support.at_once import at_once
from tests.support.bank_files import NORTH_SENDER, a_statement, brought
from tests.support.offices import a_person
from tests.support.wallets import a_wallet, an_order

DAY = timedelta(days=1)


@dataclass
class PayingOut:
    """A payment provider that tells of these settlements, or is away."""

    told: list[Settlement] = field(default_factory=list)
    is_away: bool = False
    name: str = "mollie"

    def begin(self, order: Order) -> Payment:
        raise AssertionError(order)

    def payment(self, payment_id: str) -> Payment:
        raise AssertionError(payment_id)

    def settlements(self) -> tuple[Settlement, ...]:
        if self.is_away:
            raise Unavailable
        return tuple(self.told)


def paid(session: Session, now: datetime, *, cents: int = 50_00, taken: tuple[Taken, ...] = ()) -> None:
    """Recharge a new wallet online, as the provider tells it."""
    wallet, number = a_wallet(session, now=now), f"{now:%d%H%M}"
    by = a_person(session, f"payer.{number}", now=now)
    topups.intend(session, wallet, cents, top_up_id=f"top_{number}", provider="mollie", by=by, language="nl", now=now)
    payment = Payment(
        f"tr_{number}", PaymentStatus.PAID, Amount("EUR", cents), f"top_{number}", "bancontact", None, taken
    )
    following.follow(session, topups.asked(session, f"top_{number}"), payment, now=now)


def a_settlement(cents: int, fees: int, at: datetime) -> Settlement:
    return Settlement(f"stl_{cents}", f"1000.{cents}.01", cents, fees, at)


def whats(found: Reconciliation) -> list[str]:
    return [one.what for one in found.differences]


def test_payments_and_what_is_paid_out_of_them_agree_and_are_posted_once(database: Database, clock: FixedClock) -> None:
    provider = PayingOut([a_settlement(49_61, 39, clock.now())])
    with database.transaction() as session:
        paid(session, clock.now())

    first = reconciling.compare(database, provider, now=clock.now())
    again = reconciling.compare(database, provider, now=clock.now())

    assert first.differences == again.differences == ()
    wanted = {accounts.BANK_CLEARING: -49_61, accounts.PROVIDER_FEES: -39, accounts.PROVIDER_CLEARING: 0}
    assert {name: again.balances[name] for name in wanted} == wanted
    assert again.balances[reconciliation.WALLETS] == 50_00
    with database.reading() as session:
        assert reconciliation.latest(session, most=5) == (again,)


def test_two_that_compare_at_once_post_a_settlement_once(database: Database, clock: FixedClock) -> None:
    provider = PayingOut([a_settlement(30_00, 1_00, clock.now())])
    with database.transaction() as session:
        paid(session, clock.now())

    refused = at_once(*[lambda: reconciling.compare(database, provider, now=clock.now())] * 4)

    assert refused == []
    with database.reading() as session:
        (kept,) = reconciliation.latest(session, most=5)
    assert (kept.differences, kept.balances[accounts.PROVIDER_FEES]) == ((), -1_00)


def test_what_is_taken_back_counts_against_what_the_provider_owes(database: Database, clock: FixedClock) -> None:
    undone = Taken(PaymentEvent.CHARGED_BACK, "chb_1", 10_00, is_undone=False)
    provider = PayingOut([a_settlement(39_50, 50, clock.now())])
    with database.transaction() as session:
        paid(session, clock.now(), taken=(undone,))

    assert reconciling.compare(database, provider, now=clock.now()).differences == ()


def test_money_of_which_nobody_told_is_found_and_stays_as_it_is(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=5_00, now=clock.now())
        deposits.credit(session, wallet, 7_00, kind=EntryKind.TOP_UP_ONLINE, reference="tr_x", now=clock.now())

    for _ in range(2):
        found = reconciling.compare(database, PayingOut(), now=clock.now())

        assert [(one.what, one.stands, one.proven) for one in found.differences] == [
            ("provider-clearing", 7_00, 0),
            ("provider-late", 7_00, 0),
            ("bank-clearing", 5_00, 0),
        ]


def test_a_provider_that_pays_late_too_much_or_does_not_answer_is_told_of(
    database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        paid(session, clock.now())
    clock.advance(11 * DAY)

    late = reconciling.compare(database, PayingOut(is_away=True), now=clock.now())
    overpaid = reconciling.compare(database, PayingOut([a_settlement(60_00, 0, clock.now())]), now=clock.now())

    assert whats(late) == ["provider-unanswered", "provider-late"]
    assert [(one.what, one.stands) for one in overpaid.differences] == [("provider-overpaid", 60_00)]


def test_what_waits_for_somebody_too_long_is_told_of(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, now=clock.now())
        by = a_person(session, "payer.waits", now=clock.now())
        topups.intend(session, wallet, 1, top_up_id="top_1", provider="mollie", by=by, language="nl", now=clock.now())
        flagged = Payment("tr_2", PaymentStatus.PAID, Amount("EUR", 2), "top_2", None, None)
        topups.intend(session, wallet, 1, top_up_id="top_2", provider="mollie", by=by, language="nl", now=clock.now())
        following.follow(session, topups.asked(session, "top_2"), flagged, now=clock.now())
        deposits.credit(session, wallet, 9, kind=EntryKind.TOP_UP_BANK, reference="b", now=clock.now())
        holds.reserve(session, an_order(wallet, cents=4), life=DAY, now=clock.now())
        deposits.take_back(session, wallet, 7, reference="b", now=clock.now())
    clock.advance(3 * DAY)

    found = reconciling.compare(database, PayingOut(), now=clock.now()).differences

    waits = {one.what: (one.of, one.stands) for one in found}
    assert waits["payment-flagged"] == ("tr_2", 1)
    assert waits["payment-open"] == ("top_1", 1)
    assert waits["hold-overdue"][1] == 4
    assert waits["wallet-below-zero"] == (wallet, -2)


def test_a_books_own_mistake_is_among_what_is_found(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        paid(session, clock.now())
        session.execute(text("UPDATE wallet SET balance_cents = balance_cents + 1"))

    assert "balance" in whats(reconciling.compare(database, PayingOut(), now=clock.now()))


def test_each_belgian_day_is_compared_once_by_itself(database: Database) -> None:
    evening = datetime(2026, 11, 2, 22, 30, tzinfo=UTC)
    runs: list[Callable[[], Reconciliation | None]] = [
        lambda: reconciling.follow(database, PayingOut(), now=evening),
        lambda: reconciling.follow(database, PayingOut(), now=evening),
        lambda: reconciling.follow(database, PayingOut(), now=evening + timedelta(hours=1)),
    ]

    found = [run() for run in runs]

    assert [one and one.day for one in found] == [date(2026, 11, 2), None, date(2026, 11, 3)]


def test_what_the_bank_has_not_shown_or_nobody_decided_is_told_of(database: Database, clock: FixedClock) -> None:
    """A settlement on no statement, a transfer that waits, a bank that says nothing more."""
    with database.transaction() as session:
        paid(session, clock.now())
        brought(session, a_statement((12_00, NORTH_SENDER, "no message"), on=belgian_date(clock.now())), clock)
    provider = PayingOut([a_settlement(49_00, 1_00, clock.now())])
    assert reconciling.compare(database, provider, now=clock.now()).differences == ()

    clock.advance(15 * DAY)
    late = reconciling.compare(database, provider, now=clock.now())
    with database.transaction() as session:
        shown = (49_00, NORTH_SENDER, "Payout 1000.4900.01")
        brought(session, a_statement(shown, opening=12_00, name="S2", number=2, on=belgian_date(clock.now())), clock)
        desk.dismiss(session, desk.waiting(session)[0].id, now=clock.now())
    then = reconciling.compare(database, provider, now=clock.now())

    assert {one.what: one.stands for one in late.differences} == {
        "settlement-missing": 49_00,
        "bank-silent": 15,
        "suspense-old": 12_00,
    }
    assert then.differences == ()
    assert (then.balances[accounts.BANK_CLEARING], then.balances[accounts.UNMATCHED]) == (-49_00, 0)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE payment_event SET amount_cents = 1", {"payment event", "provider-clearing", "provider-overpaid"}),
        ("UPDATE payment_settlement SET fees_cents = fees_cents + 1", {"settlement", "provider-clearing"}),
        ("UPDATE bank_entry SET amount_cents = 1", {"bank entry", "bank-clearing", "suspense"}),
    ],
)
def test_what_was_told_and_its_entry_are_the_same_money(
    database: Database, clock: FixedClock, statement: str, found: set[str]
) -> None:
    with database.transaction() as session:
        paid(session, clock.now())
        brought(session, a_statement((12_00, NORTH_SENDER, "no message"), on=belgian_date(clock.now())), clock)
    provider = PayingOut([a_settlement(30_00, 1_00, clock.now())])
    reconciling.compare(database, provider, now=clock.now())
    with database.transaction() as session:
        session.execute(text(statement))

    differing = set(whats(reconciling.compare(database, provider, now=clock.now())))

    assert differing - {"provider-late"} == found
