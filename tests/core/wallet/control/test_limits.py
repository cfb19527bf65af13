"""Limits of a wallet: every one that a charge falls under holds, also for two charges at once (W11)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.ids import new_id
from core.people.identifiers import PersonId
from core.wallet import charging, holds
from core.wallet.charging import ChargeOrder, Done
from core.wallet.control.limits import max_charge, require_within
from core.wallet.control.tables import LimitRow
from core.wallet.errors import LimitReached
from core.wallet.identifiers import WalletId
from core.wallet.tables import WalletRow
from tests.support.at_once import at_once
from tests.support.offices import a_person
from tests.support.wallets import a_wallet, an_order


def a_limit(
    session: Session,
    wallet: WalletId,
    person: PersonId | None = None,
    tool: str | None = None,
    *,
    charge: int | None = None,
    month: int | None = None,
    now: datetime,
) -> None:
    session.add(
        LimitRow(
            id=new_id("lim"),
            wallet_id=wallet,
            subject=f"{person} {tool}",
            person_id=person,
            tool_code=tool,
            per_charge_cents=charge,
            per_month_cents=month,
            changed_at=now,
        )
    )
    session.flush()


def pay(session: Session, order: ChargeOrder, now: datetime) -> Done:
    require_within(session, order.wallet_id, order.person_id, order.tool_code, order.amount_cents, now=now)
    return charging.charge(session, order, now=now)


def test_each_limit_holds_for_those_it_names_and_for_nobody_else(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.transaction() as session:
        wallet = a_wallet(session, cents=100_00, now=now)
        anna, bert = a_person(session, "anna.peeters", now=now), a_person(session, "bert.peeters", now=now)
        a_limit(session, wallet, charge=50_00, now=now)
        a_limit(session, wallet, anna, charge=10_00, now=now)
        a_limit(session, wallet, bert, "finder", month=2_00, now=now)

        assert max_charge(session, wallet, anna, "finder") == 10_00
        assert max_charge(session, wallet, bert, "finder") == 2_00
        assert max_charge(session, wallet, bert, "rent") == 50_00
        assert max_charge(session, wallet, None, "rent") == 50_00
        assert max_charge(session, a_wallet(session, now=now), anna, "finder") is None
        require_within(session, wallet, anna, "finder", 10_00, now=now)
        with pytest.raises(LimitReached) as refused:
            require_within(session, wallet, anna, "finder", 10_01, now=now)
        assert (refused.value.limit_cents, refused.value.left_cents) == (10_00, 10_00)
        require_within(session, wallet, bert, "rent", 50_00, now=now)
        with pytest.raises(LimitReached):
            require_within(session, wallet, bert, "rent", 50_01, now=now)


def test_a_month_counts_charges_and_holds_less_refunds_of_its_own(database: Database, clock: FixedClock) -> None:
    """Half past eleven at night of 31 January in UTC is February in Brussels."""
    january = datetime(2026, 1, 31, 22, 30, tzinfo=UTC)
    with database.transaction() as session:
        wallet = a_wallet(session, cents=100_00, now=january)
        anna, bert = a_person(session, "anna.peeters", now=january), a_person(session, "bert.peeters", now=january)
        a_limit(session, wallet, anna, month=10_00, now=january)
        order = replace(an_order(wallet, cents=4_00), person_id=anna)

        first = pay(session, order, january)
        holds.reserve(session, order, life=timedelta(days=1), now=january)
        charging.charge(session, replace(order, person_id=bert), now=january)
        charging.refuse(session, order, "insufficient-funds", now=january)
        with pytest.raises(LimitReached) as refused:
            pay(session, order, january)
        assert (refused.value.limit_cents, refused.value.left_cents) == (10_00, 2_00)
        charging.refund(session, first.id, 2_00, client_id=order.client_id, now=january)
        pay(session, order, january)
        with pytest.raises(LimitReached):
            pay(session, replace(order, amount_cents=1), january)

        pay(session, replace(order, amount_cents=10_00), january + timedelta(hours=1))


def test_a_limit_for_all_counts_all_together(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.transaction() as session:
        wallet = a_wallet(session, cents=100_00, now=now)
        anna, bert = a_person(session, "anna.peeters", now=now), a_person(session, "bert.peeters", now=now)
        a_limit(session, wallet, tool="finder", month=10_00, now=now)
        order = replace(an_order(wallet, cents=6_00), person_id=anna)

        pay(session, order, now)
        pay(session, replace(order, tool_code="rent"), now)
        with pytest.raises(LimitReached):
            pay(session, replace(order, person_id=bert), now)


def test_twenty_charges_at_once_stop_at_the_limit_of_the_month(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=100_00, now=clock.now())
        a_limit(session, wallet, month=5_00, now=clock.now())

    def charge() -> None:
        with database.transaction() as session:
            pay(session, an_order(wallet, cents=1_00), clock.now())

    refused = at_once(*[charge] * 20)

    assert [type(error) for error in refused] == [LimitReached] * 15
    with database.reading() as session:
        assert session.get_one(WalletRow, wallet).balance_cents == 95_00
