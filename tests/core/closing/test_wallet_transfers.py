"""Money moves between two wallets for whoever manages both organisations, and for nobody else (W9)."""

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from core.closing.wallet_transfers import TransferOrder, transfer
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import ImmoError
from core.infra.outbox import OutboxRow
from core.infra.topics import MailRequested
from core.organisations import employees, records
from core.organisations.errors import Disputed, NotManager
from core.organisations.identifiers import OrganisationId
from core.organisations.rules import Membership
from core.organisations.tables import DisputeRow
from core.people.identifiers import PersonId
from core.wallet.errors import IdempotencyKeyReused, InsufficientFunds, InvalidAmount
from core.wallet.proof import differences
from core.wallet.queries import wallet_of
from core.wallet.states import EntryKind
from core.wallet.tables import TransactionRow
from tests.support import deposits
from tests.support.at_once import at_once
from tests.support.offices import a_member, a_person, an_office


@dataclass(frozen=True)
class Two:
    """Anna manages both offices, Bram works in both and manages the one that pays, Carl manages neither."""

    noord: Membership
    zuid: Membership
    anna: PersonId
    bram: PersonId
    carl: PersonId

    @property
    def order(self) -> TransferOrder:
        return TransferOrder(self.noord.organisation_id, self.zuid.organisation_id, 40_00, "key-1")


@pytest.fixture
def two(database: Database, clock: FixedClock) -> Two:
    now = clock.now()
    with database.transaction() as session:
        anna, bram, carl = (a_person(session, f"{name}.peeters", now=now) for name in ("anna", "bram", "carl"))
        noord = an_office(session, anna, now=now, number=1, name="Immo Noord BV")
        zuid = an_office(session, anna, now=now, number=2, name="Immo Zuid SRL")
        employees.promote(session, a_member(session, noord, bram, now=now).id, by=anna, now=now)
        a_member(session, zuid, bram, now=now)
        wallet = wallet_of(session, noord.organisation_id)
        assert wallet is not None
        deposits.credit(session, wallet.id, 100_00, kind=EntryKind.TOP_UP_BANK, reference="bank-1", now=now)
    return Two(noord, zuid, anna, bram, carl)


def balances(database: Database, two: Two) -> tuple[int, int]:
    with database.reading() as session:
        assert list(differences(session)) == []
        wallets = [wallet_of(session, office.organisation_id) for office in (two.noord, two.zuid)]
    noord, zuid = (wallet.balance_cents for wallet in wallets if wallet is not None)
    return noord, zuid


def move(database: Database, clock: FixedClock, order: TransferOrder, by: PersonId) -> None:
    with database.transaction() as session:
        transfer(session, order, by=by, now=clock.now())


def test_both_wallets_and_histories_tell_of_it_and_the_other_manager_is_written_to(
    database: Database, clock: FixedClock, two: Two
) -> None:
    move(database, clock, two.order, two.anna)

    assert balances(database, two) == (60_00, 40_00)
    with database.reading() as session:
        lines = session.execute(
            select(TransactionRow.amount_cents, TransactionRow.description, TransactionRow.receipt_number).where(
                TransactionRow.kind == "transfer"
            )
        ).all()
        told = session.execute(
            select(AuditRow.action, AuditRow.organisation_id, AuditRow.actor_id).where(
                AuditRow.action.startswith("wallet-")
            )
        ).all()
        bodies = session.scalars(select(OutboxRow.body).where(OutboxRow.topic == MailRequested.topic)).all()
    said = "Immo Noord BV → Immo Zuid SRL"
    assert sorted(map(tuple, lines)) == [(-40_00, said, 2), (40_00, said, 1)]
    assert set(map(tuple, told)) == {
        ("wallet-transfer-sent", two.noord.organisation_id, two.anna),
        ("wallet-transfer-received", two.zuid.organisation_id, two.anna),
    }
    mails = [mail for mail in map(MailRequested.from_json, bodies) if mail.template == "wallet-transferred"]
    assert [(mail.recipient_person_id, mail.values["amount"]) for mail in mails] == [(two.bram, "€\xa040,00")]


def test_a_form_sent_ten_times_at_once_moves_money_once(database: Database, clock: FixedClock, two: Two) -> None:
    assert at_once(*[lambda: move(database, clock, two.order, two.anna)] * 10) == []

    assert balances(database, two) == (60_00, 40_00)
    with pytest.raises(IdempotencyKeyReused):
        move(database, clock, replace(two.order, amount_cents=1), two.anna)


@pytest.mark.parametrize("key", ["key-1", "key\0"], ids=ascii)
def test_a_key_is_of_one_person_whatever_it_is(database: Database, clock: FixedClock, two: Two, key: str) -> None:
    with database.transaction() as session:
        zuid = records.live_of(session, two.bram, two.zuid.organisation_id)
        assert zuid is not None
        employees.promote(session, zuid.id, by=two.anna, now=clock.now())

    for by in (two.anna, two.bram, two.bram):
        move(database, clock, replace(two.order, key=key), by)

    assert balances(database, two) == (20_00, 80_00)


def test_who_manages_one_of_the_two_or_none_moves_nothing(database: Database, clock: FixedClock, two: Two) -> None:
    back = replace(two.order, from_organisation=two.zuid.organisation_id, to_organisation=two.noord.organisation_id)
    nowhere = replace(two.order, to_organisation=OrganisationId("org_none"))

    for order, by in ((two.order, two.bram), (back, two.bram), (two.order, two.carl), (nowhere, two.anna)):
        with pytest.raises(NotManager):
            move(database, clock, order, by)

    assert balances(database, two) == (100_00, 0)


@pytest.mark.parametrize(
    ("cents", "refusal"), [(100_01, InsufficientFunds), (0, InvalidAmount), (-5, InvalidAmount)], ids=str
)
def test_what_cannot_be_moved_leaves_nothing_behind(
    database: Database, clock: FixedClock, two: Two, cents: int, refusal: type[ImmoError]
) -> None:
    with pytest.raises(refusal):
        move(database, clock, replace(two.order, amount_cents=cents), two.anna)

    assert balances(database, two) == (100_00, 0)
    # The key was not spent: the corrected form goes through.
    move(database, clock, two.order, two.anna)


def test_nothing_leaves_an_organisation_that_somebody_disputes(database: Database, clock: FixedClock, two: Two) -> None:
    with database.transaction() as session:
        office, now = two.noord.organisation_id, clock.now()
        session.add(DisputeRow(id="dsp_1", organisation_id=office, claimant_id=two.carl, opened_at=now))

    with pytest.raises(Disputed):
        move(database, clock, two.order, two.anna)
    assert balances(database, two) == (100_00, 0)
