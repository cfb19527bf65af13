"""Many at once: money for ten is spent ten times, and a call that is repeated happens once."""

import pytest
from sqlalchemy import func, select

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import ImmoError
from core.wallet import charging, holds, idempotency, transfers
from core.wallet.errors import HoldOver, IdempotencyKeyReused, InsufficientFunds, RefundTooLarge
from core.wallet.idempotency import Answer, Call
from core.wallet.identifiers import WalletId
from core.wallet.proof import differences
from core.wallet.states import EntryKind
from core.wallet.tables import EntryRow, WalletRow
from tests.support import deposits
from tests.support.at_once import at_once
from tests.support.offices import a_person
from tests.support.wallets import a_wallet, an_order


def balance(database: Database, wallet: WalletId) -> int:
    with database.reading() as session:
        assert list(differences(session)) == []
        return session.get_one(WalletRow, wallet).balance_cents


def entries(database: Database, kind: EntryKind) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(EntryRow.kind == kind.value)) or 0


def test_fifty_charges_on_money_for_ten_succeed_ten_times(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=1_000, now=clock.now())

    def charge() -> None:
        with database.transaction() as session:
            charging.charge(session, an_order(wallet, cents=100), now=clock.now())

    refused = at_once(*[charge] * 50)

    assert [type(error) for error in refused] == [InsufficientFunds] * 40
    assert balance(database, wallet) == 0
    assert entries(database, EntryKind.CHARGE) == 10


def test_fifty_calls_with_one_key_are_one_charge_and_49_repetitions(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=1_000, now=clock.now())
    call = Call.of("finder", "key-1", b"POST", b"/charges", b"{}")
    repeated: list[Answer] = []

    def charge() -> None:
        with database.transaction() as session:
            known = idempotency.claim(session, call, now=clock.now())
            if known is not None:
                repeated.append(known)
                return
            done = charging.charge(session, an_order(wallet, cents=100), now=clock.now())
            idempotency.answer(session, call, Answer(201, done.id.encode()))

    assert at_once(*[charge] * 50) == []

    assert len(repeated) == 49
    assert len({answer.body for answer in repeated}) == 1
    assert {answer.status for answer in repeated} == {201}
    assert balance(database, wallet) == 900


def test_a_key_stands_for_one_thing_and_a_refused_call_may_come_again(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=50, now=clock.now())
    call = Call.of("finder", "key-1", b"100")

    def charge() -> Answer | None:
        with database.transaction() as session:
            known = idempotency.claim(session, call, now=clock.now())
            if known is None:
                charging.charge(session, an_order(wallet, cents=100), now=clock.now())
                idempotency.answer(session, call, Answer(201, b"done"))
            return known

    with pytest.raises(InsufficientFunds):
        charge()
    with database.transaction() as session:
        deposits.credit(session, wallet, 50, kind=EntryKind.TOP_UP_BANK, reference="b", now=clock.now())

    assert charge() is None
    assert charge() == Answer(201, b"done")
    with pytest.raises(IdempotencyKeyReused), database.transaction() as session:
        idempotency.claim(session, Call.of("finder", "key-1", b"200"), now=clock.now())
    assert balance(database, wallet) == 0


def test_a_hold_is_resolved_once_whoever_comes_first(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=500, now=clock.now())
        hold = holds.reserve(session, an_order(wallet, cents=300), life=holds.LONGEST, now=clock.now())

    def capture() -> None:
        with database.transaction() as session:
            holds.capture(session, hold.id, None, client_id="finder", now=clock.now())

    def void() -> None:
        with database.transaction() as session:
            holds.void(session, hold.id, client_id="finder", now=clock.now())

    refused = at_once(capture, void, capture, void)

    assert [type(error) for error in refused] == [HoldOver] * 3
    assert balance(database, wallet) in (200, 500)


def test_refunds_at_once_never_exceed_the_charge(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        wallet = a_wallet(session, cents=500, now=clock.now())
        charged = charging.charge(session, an_order(wallet, cents=300), now=clock.now())

    def refund() -> None:
        with database.transaction() as session:
            charging.refund(session, charged.id, 200, client_id="finder", now=clock.now())

    assert [type(error) for error in at_once(refund, refund, refund)] == [RefundTooLarge] * 2
    assert balance(database, wallet) == 400


def test_transfers_both_ways_at_once_neither_deadlock_nor_lose_a_cent(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=clock.now())
        noord, zuid = (a_wallet(session, cents=1_000, now=clock.now()) for _ in range(2))

    def move(source: WalletId, target: WalletId) -> None:
        with database.transaction() as session:
            transfers.transfer(session, source, target, 10, by=anna, description="", now=clock.now())

    refused: list[ImmoError] = at_once(*[lambda: move(noord, zuid), lambda: move(zuid, noord)] * 8)

    assert refused == []
    assert balance(database, noord) == balance(database, zuid) == 1_000
