"""What managers decide about their wallet: by them alone, as a whole, seen by whom it concerns (W11, O12)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.closing import membership as endings
from core.closing.wallet_control import ForAll, ForOne, decide_for_all, decide_for_one, for_all, for_one, restricted
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.infra.topics import MailRequested
from core.organisations import employees
from core.organisations.errors import ChangedMeanwhile, NotManager, WrongState
from core.organisations.rights import Right
from core.organisations.rules import Membership
from core.organisations.standing import place_of
from core.organisations.wallet_rights import WalletRights
from core.people.identifiers import PersonId
from core.wallet.control.limits import Limit, max_charge
from core.wallet.identifiers import WalletId
from core.wallet.queries import wallet_of
from tests.support.offices import a_member, a_person, an_office

NOTHING = WalletRights(sees=False, recharges=False, pays=False)


@dataclass(frozen=True)
class World:
    """Anna manages the office, Bram works there; Carl manages another one."""

    database: Database
    clock: FixedClock
    office: Membership
    wallet: WalletId
    bram: Membership
    carl: PersonId

    @property
    def anna(self) -> PersonId:
        return self.office.person_id

    def limits(self, *amounts: tuple[str | None, int | None, int | None]) -> frozenset[Limit]:
        """Return limits of Bram, by tool, charge and month."""
        return frozenset(Limit(self.bram.person_id, *amount) for amount in amounts)

    def decide(self, rights: WalletRights, limits: Collection[Limit] = (), by: PersonId | None = None) -> bool:
        """Decide for Bram, with what there is now before one's eyes."""
        wanted, seen = ForOne(rights, frozenset(limits)), self.decided().mark
        with self.database.transaction() as session:
            return decide_for_one(session, self.bram.id, wanted, seen=seen, by=by or self.anna, now=self.clock.now())

    def decided(self) -> ForOne:
        with self.database.reading() as session:
            return for_one(session, self.wallet, self.bram.id)

    def may(self, right: Right) -> bool:
        with self.database.reading() as session:
            place = place_of(session, self.office.organisation_id, self.bram.person_id)
        return place is not None and place.may(right)

    def mails(self) -> list[str | None]:
        with self.database.reading() as session:
            bodies = session.scalars(select(OutboxRow.body).where(OutboxRow.topic == MailRequested.topic)).all()
        mails = map(MailRequested.from_json, bodies)
        return [mail.recipient_person_id for mail in mails if mail.template == "wallet-rights-changed"]

    def deeds(self) -> list[tuple[str, str | None]]:
        with self.database.reading() as session:
            found = select(AuditRow.action, AuditRow.subject_id).where(AuditRow.action.startswith("wallet-"))
            return [(row.action, row.subject_id) for row in session.execute(found)]


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    now = clock.now()
    with database.transaction() as session:
        anna, bram, carl = (a_person(session, f"{name}.peeters", now=now) for name in ("anna", "bram", "carl"))
        office = an_office(session, anna, now=now, number=1)
        an_office(session, carl, now=now, number=2)
        member = a_member(session, office, bram, now=now)
        wallet = wallet_of(session, office.organisation_id)
        assert wallet is not None
    return World(database, clock, office, wallet.id, member, carl)


def test_what_is_taken_from_an_employee_is_gone_told_and_recorded(world: World) -> None:
    rights = (Right.SEE_WALLET, Right.RECHARGE_WALLET)
    assert all(map(world.may, rights))

    assert world.decide(NOTHING, world.limits((None, 10_00, None), ("finder", None, 5_00)))
    assert not world.decide(NOTHING, world.limits((None, 10_00, None), ("finder", None, 5_00)))

    assert not any(map(world.may, rights))
    with world.database.reading() as session:
        assert max_charge(session, world.wallet, world.bram.person_id, "finder") == 5_00
        assert max_charge(session, world.wallet, world.bram.person_id, "rent") == 10_00
        (one,) = restricted(session, world.office.organisation_id, world.wallet)
    assert (one.membership_id, one.rights, one.has_limits) == (world.bram.id, NOTHING, True)
    assert world.mails() == [world.bram.person_id]
    assert world.deeds() == [("wallet-rights-changed", world.bram.person_id)]

    assert world.decide(WalletRights())
    assert all(map(world.may, rights))
    with world.database.reading() as session:
        assert restricted(session, world.office.organisation_id, world.wallet) == ()
        assert max_charge(session, world.wallet, world.bram.person_id, "finder") is None


def test_whoever_leaves_and_comes_back_may_no_more_than_before(world: World) -> None:
    now = world.clock.now()
    world.decide(NOTHING)
    with world.database.transaction() as session:
        employees.leave(session, world.bram.id, by=world.bram.person_id, now=now)
    world.clock.advance(timedelta(minutes=1))

    with world.database.transaction() as session:
        again = a_member(session, world.office, world.bram.person_id, now=world.clock.now())

    assert not any(map(world.may, (Right.SEE_WALLET, Right.RECHARGE_WALLET)))
    with world.database.reading() as session:
        assert for_one(session, world.wallet, again.id).rights == NOTHING


def test_nothing_is_taken_from_a_manager_but_limits_hold_for_them(world: World) -> None:
    with world.database.transaction() as session:
        employees.promote(session, world.bram.id, by=world.anna, now=world.clock.now())

    assert world.decide(NOTHING, world.limits((None, 10_00, None)))

    assert world.decided() == ForOne(WalletRights(), world.limits((None, 10_00, None)))


def test_nobody_but_a_manager_of_this_organisation_decides(world: World) -> None:
    before = world.decided()
    with world.database.reading() as session:
        standing = for_all(session, world.wallet)

    for by in (world.bram.person_id, world.carl):
        with pytest.raises(NotManager):
            world.decide(NOTHING, by=by)
        with pytest.raises(NotManager), world.database.transaction() as session:
            decide_for_all(
                session,
                world.office.organisation_id,
                ForAll(None, frozenset()),
                seen=standing.mark,
                by=by,
                now=world.clock.now(),
            )

    assert world.decided() == before
    assert world.deeds() == []


def test_a_manager_who_saw_something_else_overwrites_nothing(world: World) -> None:
    seen, now = world.decided().mark, world.clock.now()
    world.decide(WalletRights(), world.limits((None, 10_00, None)))

    with pytest.raises(ChangedMeanwhile), world.database.transaction() as session:
        decide_for_one(session, world.bram.id, ForOne(NOTHING, frozenset()), seen=seen, by=world.anna, now=now)

    assert world.decided().limits == world.limits((None, 10_00, None))


def test_for_everybody_there_are_limits_and_the_warning(world: World) -> None:
    with world.database.transaction() as session:
        before = for_all(session, world.wallet)
        assert before == ForAll(25_00, frozenset())
        wanted = ForAll(None, frozenset({Limit(None, "finder", 3_00, None)}))
        office, now = world.office.organisation_id, world.clock.now()
        assert decide_for_all(session, office, wanted, seen=before.mark, by=world.anna, now=now)
        assert not decide_for_all(session, office, wanted, seen="", by=world.anna, now=now)
        with pytest.raises(ChangedMeanwhile):
            decide_for_all(
                session, office, replace(wanted, limits=frozenset()), seen=before.mark, by=world.anna, now=now
            )

        assert for_all(session, world.wallet) == wanted
        assert max_charge(session, world.wallet, world.bram.person_id, "finder") == 3_00
    assert world.deeds() == [("wallet-control-changed", None)]


def test_nothing_is_decided_for_whoever_left(world: World) -> None:
    with world.database.transaction() as session:
        endings.remove(session, world.bram.id, by=world.anna, now=world.clock.now())

    with pytest.raises(WrongState):
        world.decide(NOTHING)
