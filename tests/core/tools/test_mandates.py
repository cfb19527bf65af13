from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.accreditations.rules import AccreditationStatus
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.infra.outbox import OutboxRow
from core.organisations.errors import NotManager, NotYours
from core.organisations.rules import Membership
from core.people.assurance import Acr
from core.tools.access import offered_context
from core.tools.assignments import assign_role
from core.tools.context import OfferedContext
from core.tools.errors import MandateExists, MandateOver, MandateTooLong, RequirementNotMet
from core.tools.identifiers import MandateId, RegistrationId
from core.tools.mandates import TEXT_VERSION, accept, propose, withdraw
from core.tools.registration import register
from core.tools.states import RegistrationStatus
from core.tools.tables import MandateRow, RegistrationRow
from tests.support.offices import Office, a_member, a_person, a_staffed_office, an_accreditation


class World:
    """An office whose tool rests on Anna's accreditation; Celine has one too, Bram has none."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        with database.transaction() as session:
            self.office: Office = a_staffed_office(session, now=clock.now())
            anna = self.office.manager.person_id
            celine = a_person(session, "celine.dubois", now=clock.now())
            self.celine: Membership = a_member(session, self.office.manager, celine, now=clock.now())
            self.accreditation = an_accreditation(session, celine, "500002", now=clock.now())
            self.registration: RegistrationId = register(
                session,
                self.office.organisation_id,
                self.office.tool_id,
                "estate-agent",
                by=anna,
                acr=Acr.HIGH,
                now=clock.now(),
            )
            assign_role(session, self.registration, self.office.colleague.id, "user", by=anna, now=clock.now())
            self.first = MandateId(session.scalars(select(MandateRow)).one().id)

    def bram(self) -> OfferedContext:
        with self.database.connection() as connection:
            context = offered_context(
                connection,
                person_id=self.office.colleague.person_id,
                registration_id=self.registration,
                reachable=Acr.PASSWORD,
                now=self.clock.now(),
            )
        assert context is not None
        return context

    def propose(self, **options: object) -> MandateId:
        with self.database.transaction() as session:
            return propose(
                session,
                self.registration,
                str(options.pop("accreditation", self.accreditation)),
                by=self.office.manager.person_id,
                now=self.clock.now(),
                **options,  # type: ignore[arg-type]
            )

    def accept(self, mandate: MandateId) -> None:
        with self.database.transaction() as session:
            accept(session, mandate, by=self.celine.person_id, acr=Acr.PASSWORD, now=self.clock.now())

    def mandate(self, mandate: MandateId) -> MandateRow:
        with self.database.reading() as session:
            return session.get_one(MandateRow, mandate)

    def status(self) -> str:
        with self.database.reading() as session:
            return session.get_one(RegistrationRow, self.registration).status


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def test_old_mandate_holds_until_the_new_one_is_accepted(world: World) -> None:
    proposed = world.propose()
    assert world.bram().accreditations[0].number == "500001"

    world.accept(proposed)

    assert world.bram().accreditations[0].number == "500002"
    assert world.bram().accreditations[0].holder_name == "Celine.Dubois Peeters"
    assert world.mandate(world.first).end_reason == "replaced"
    accepted = world.mandate(proposed)
    assert (accepted.accepted_at, accepted.accepted_acr) == (world.clock.now(), Acr.PASSWORD)
    assert accepted.text_version == TEXT_VERSION


def test_only_the_holder_accepts_and_only_once(world: World) -> None:
    proposed = world.propose()
    with world.database.transaction() as session, pytest.raises(NotYours):
        accept(session, proposed, by=world.office.manager.person_id, acr=Acr.HIGH, now=world.clock.now())

    world.accept(proposed)

    with pytest.raises(MandateOver):
        world.accept(proposed)
    with pytest.raises(NotFound):
        world.accept(MandateId("mnd_unknown"))


def test_a_new_proposal_takes_the_place_of_one_nobody_accepted(world: World) -> None:
    first = world.propose()
    second = world.propose()

    assert world.mandate(first).end_reason == "replaced"
    with pytest.raises(MandateOver):
        world.accept(first)
    world.accept(second)


def test_only_a_manager_proposes(world: World) -> None:
    with world.database.transaction() as session, pytest.raises(NotManager):
        propose(session, world.registration, world.accreditation, by=world.celine.person_id, now=world.clock.now())


def test_a_mandate_lasts_twelve_months_at_most(world: World) -> None:
    with pytest.raises(MandateTooLong):
        world.propose(valid_until=date(2027, 11, 2))

    assert world.mandate(world.propose(valid_until=date(2027, 11, 1))).valid_until == date(2027, 11, 1)


def test_only_an_accreditation_that_qualifies_can_be_mandated(world: World) -> None:
    with world.database.transaction() as session:
        celine = world.celine.person_id
        trainee = an_accreditation(session, celine, "500003", now=world.clock.now(), list_="trainees")
        lapsed = an_accreditation(session, celine, "500004", now=world.clock.now(), status=AccreditationStatus.LAPSED)
        stranger = a_person(session, "dirk.maes", now=world.clock.now())
        foreign = an_accreditation(session, stranger, "500005", now=world.clock.now())

    for accreditation in (trainee, lapsed, foreign):
        with pytest.raises(RequirementNotMet):
            world.propose(accreditation=accreditation)
    with pytest.raises(NotFound):
        world.propose(accreditation="acr_unknown")


def test_what_lapsed_between_proposal_and_acceptance_is_not_accepted(world: World) -> None:
    with world.database.transaction() as session:
        ending = an_accreditation(
            session, world.celine.person_id, "500006", now=world.clock.now(), valid_until=date(2026, 11, 3)
        )
    proposed = world.propose(accreditation=ending)
    world.clock.advance(timedelta(days=5))

    with pytest.raises(RequirementNotMet):
        world.accept(proposed)


def test_mandate_for_some_colleagues_covers_nobody_else(world: World) -> None:
    world.accept(world.propose(colleagues=[world.celine.id]))
    assert not world.bram().is_usable

    world.accept(world.propose(colleagues=[world.office.colleague.id]))
    assert world.bram().is_usable


def test_holder_withdraws_at_once_and_the_registration_is_suspended(world: World) -> None:
    with world.database.transaction() as session:
        withdraw(session, world.first, by=world.office.manager.person_id, now=world.clock.now())

    assert world.status() == RegistrationStatus.SUSPENDED
    assert not world.bram().is_usable
    with world.database.reading() as session:
        told = {
            row.body["person_id"]
            for row in session.scalars(select(OutboxRow))
            if row.body.get("reason") == "mandate-ended"
        }
        assert told == {world.office.manager.person_id, world.office.colleague.person_id}
    with world.database.transaction() as session, pytest.raises(MandateOver):
        withdraw(session, world.first, by=world.office.manager.person_id, now=world.clock.now())


def test_neither_colleague_nor_stranger_withdraws(world: World) -> None:
    with world.database.transaction() as session:
        stranger = a_person(session, "dirk.maes", now=world.clock.now())
        for person in (world.office.colleague.person_id, stranger):
            with pytest.raises(NotManager):
                withdraw(session, world.first, by=person, now=world.clock.now())


def test_accepting_lets_a_suspended_registration_work_again(world: World) -> None:
    with world.database.transaction() as session:
        withdraw(session, world.first, by=world.office.manager.person_id, now=world.clock.now())

    world.accept(world.propose())

    assert world.status() == RegistrationStatus.ACTIVE
    assert world.bram().is_usable


def test_mandate_ends_by_itself_after_its_last_day(world: World) -> None:
    world.clock.advance(timedelta(days=364, hours=13, minutes=59))
    assert world.bram().is_usable

    world.clock.advance(timedelta(minutes=1))

    assert not world.bram().is_usable


def test_database_keeps_one_accepted_mandate_per_registration(world: World) -> None:
    proposed = world.propose()

    with pytest.raises(MandateExists), world.database.transaction() as session:
        session.get_one(MandateRow, proposed).accepted_at = world.clock.now()
