"""What follows from what a provider says, whatever it says and in whatever order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wallet.payments.provider import Amount, Payment, PaymentStatus, Taken
from core.wallet.payments.rules import Verdict, ask_again_at, due, judge, moves
from core.wallet.states import PaymentEvent, TopUpStatus

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLOSED = set(TopUpStatus) - {TopUpStatus.INTENDED, TopUpStatus.OPEN}


def a_payment(status: PaymentStatus, *, currency: str = "EUR", cents: int = 50_00, reference: str = "top_1") -> Payment:
    return Payment("tr_1", status, Amount(currency, cents), reference, None, None)


def verdict(payment: Payment) -> Verdict:
    return judge(payment, reference="top_1", amount_cents=50_00)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (PaymentStatus.OPEN, TopUpStatus.OPEN),
        (PaymentStatus.PENDING, TopUpStatus.OPEN),
        (PaymentStatus.AUTHORIZED, TopUpStatus.OPEN),
        (PaymentStatus.PAID, TopUpStatus.PAID),
        (PaymentStatus.FAILED, TopUpStatus.FAILED),
        (PaymentStatus.CANCELED, TopUpStatus.CANCELLED),
        (PaymentStatus.EXPIRED, TopUpStatus.EXPIRED),
    ],
)
def test_only_paid_is_paid(said: PaymentStatus, status: TopUpStatus) -> None:
    assert verdict(a_payment(said)) == Verdict(status)


@pytest.mark.parametrize(
    ("payment", "reason"),
    [
        (a_payment(PaymentStatus.PAID, cents=49_99), "amount-differs"),
        (a_payment(PaymentStatus.PAID, cents=50_01), "amount-differs"),
        (a_payment(PaymentStatus.PAID, currency="USD"), "currency-differs"),
        (a_payment(PaymentStatus.PAID, reference="top_2"), "reference-differs"),
        (a_payment(PaymentStatus.OPEN, cents=1), "amount-differs"),
    ],
)
def test_what_is_not_what_was_asked_for_is_flagged(payment: Payment, reason: str) -> None:
    assert verdict(payment) == Verdict(TopUpStatus.FLAGGED, reason)


def test_what_differs_and_was_never_paid_needs_nobody() -> None:
    assert verdict(a_payment(PaymentStatus.EXPIRED, cents=1)) == Verdict(TopUpStatus.EXPIRED)


@given(st.sampled_from(TopUpStatus), st.sampled_from(TopUpStatus))
def test_what_was_concluded_stays_but_for_money_that_comes_after_all(current: TopUpStatus, to: TopUpStatus) -> None:
    """Answers that come late, or twice, lead nowhere."""
    if current in {TopUpStatus.PAID, TopUpStatus.FLAGGED} or current is to:
        assert not moves(current, to)
    elif current in CLOSED:
        assert moves(current, to) == (to in {TopUpStatus.PAID, TopUpStatus.FLAGGED})
    else:
        assert moves(current, to)


UNDOING = {
    PaymentEvent.REFUNDED: PaymentEvent.REFUND_FAILED,
    PaymentEvent.CHARGED_BACK: PaymentEvent.CHARGEBACK_REVERSED,
}
TAKEN = st.lists(
    st.builds(
        Taken,
        st.sampled_from([PaymentEvent.REFUNDED, PaymentEvent.CHARGED_BACK]),
        st.sampled_from(["a", "b", "c"]),
        st.integers(1, 50_00),
        st.booleans(),
    ),
    unique_by=lambda one: (one.kind, one.id),
)


@given(TAKEN, st.data())
def test_each_thing_is_followed_once_and_what_was_undone_cancels_out(last: list[Taken], data: st.DataObject) -> None:
    """Whatever older snapshots came before the last one, in whatever order, and however often it comes."""
    seen: set[tuple[PaymentEvent, str]] = set()
    older = [
        [replace(one, is_undone=one.is_undone and data.draw(st.booleans())) for one in last if data.draw(st.booleans())]
        for _ in range(data.draw(st.integers(0, 4)))
    ]

    for snapshot in (*older, last, last):
        found = [(event, one.id) for event, one in due(snapshot, seen)]
        assert seen.isdisjoint(found)
        seen.update(found)

    for one in last:
        is_taken, is_given_back = (one.kind, one.id) in seen, (UNDOING[one.kind], one.id) in seen
        assert is_taken - is_given_back == (not one.is_undone)


def test_the_provider_is_asked_ever_more_seldom_and_never_stops_being_asked() -> None:
    moments, now = [NOW], NOW
    while now < NOW + timedelta(days=3):
        now = ask_again_at(NOW, now)
        moments.append(now)

    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=1)
    assert waits[-1] == timedelta(hours=6)
    assert len(waits) < 30
