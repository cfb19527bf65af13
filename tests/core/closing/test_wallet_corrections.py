"""Corrections of operators: asked for, agreed to by another, and posted only if they still can be."""

from dataclasses import replace

import pytest

from core.closing import wallet_corrections
from core.closing.staff_deeds import DEEDS
from core.closing.wallet_corrections import WALLET, Correction
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import ImmoError
from core.organisations.identifiers import OrganisationId
from core.people.identifiers import PersonId
from core.staff import approvals, roles
from core.staff.errors import ApprovalOver, NotStaff
from core.staff.reasons import Reason, StaffReason
from core.staff.rules import Decision
from core.staff.states import StaffRole
from core.wallet import accounts
from core.wallet.errors import InsufficientFunds, InvalidAmount
from core.wallet.identifiers import WalletId
from core.wallet.queries import WalletFacts, wallet_of
from core.wallet.states import EntryKind
from tests.support import deposits
from tests.support.offices import a_company, a_person, an_office

WHY = Reason(StaffReason.CORRECTION, "OPS-7")
TAKEN = Correction(WALLET, accounts.PROMOTION, 5_00, a_company().company_number)


class World:
    """An organisation with five euros on its wallet, and two operators."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        with database.transaction() as session:
            manager, *people = (a_person(session, name, now=clock.now()) for name in ("manager", "gilles", "joke.o"))
            self.office = OrganisationId(an_office(session, manager, now=clock.now()).organisation_id)
            self.gilles, self.joke = (PersonId(one) for one in people)
            for one in people:
                roles.give(session, PersonId(one), StaffRole.OPERATOR, by=None, why=None, now=clock.now())
            self.manager = manager
        self.move(EntryKind.TOP_UP_BANK)

    def move(self, kind: EntryKind) -> None:
        """Put five euros on the wallet, or take them back."""
        wallet, now = self.wallet.id, self.clock.now()
        with self.database.transaction() as session:
            if kind is EntryKind.CHARGEBACK:
                deposits.take_back(session, wallet, 5_00, reference="r", now=now)
            else:
                deposits.credit(session, wallet, 5_00, kind=kind, reference="r", now=now)

    @property
    def wallet(self) -> WalletFacts:
        with self.database.reading() as session:
            found = wallet_of(session, self.office)
        assert found is not None
        return found

    def ask(self, correction: Correction, by: PersonId) -> str:
        with self.database.transaction() as session:
            return wallet_corrections.ask_to_correct(session, correction, why=WHY, by=by, now=self.clock.now())

    def approve(self, asked: str) -> None:
        with self.database.transaction() as session:
            approvals.decide(session, asked, Decision.APPROVE, by=self.joke, deeds=DEEDS, now=self.clock.now())


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def test_nothing_moves_before_the_second_word_and_once_after_it(world: World) -> None:
    asked = world.ask(TAKEN, world.gilles)
    assert world.wallet.balance_cents == 5_00

    world.approve(asked)

    assert world.wallet.balance_cents == 0
    with pytest.raises(ApprovalOver):
        world.approve(asked)
    assert world.wallet.balance_cents == 0


def test_what_is_gone_before_the_second_word_is_not_taken(world: World) -> None:
    asked = world.ask(TAKEN, world.gilles)
    world.move(EntryKind.CHARGEBACK)
    before = world.wallet

    with pytest.raises(InsufficientFunds):
        world.approve(asked)

    assert world.wallet == before


def test_what_cannot_be_corrected_is_not_even_asked_for(world: World) -> None:
    wrong = {
        "unknown-organisation": replace(TAKEN, company_number=a_company(2).company_number),
        InvalidAmount.code: replace(TAKEN, target=accounts.wallet(WalletId("wal_other"))),
        "not-found": replace(TAKEN, company_number=None),
    }
    for code, correction in wrong.items():
        with pytest.raises(ImmoError) as caught:
            world.ask(correction, world.gilles)
        assert caught.value.code == code
    with pytest.raises(NotStaff):
        world.ask(TAKEN, world.manager)
