"""What rests on one's accreditations, and what a kind is needed for (A14)."""

from datetime import timedelta

import pytest

from core.accreditations.queries import accreditations_of, kinds_in_words
from core.accreditations.rules import AccreditationStatus
from core.closing.lapse import accreditation_changed
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools import registration
from core.tools.accreditation_uses import Purpose, Resting, purposes, resting_on
from core.tools.identifiers import RegistrationId
from core.tools.mandates import propose
from core.tools.publishing import set_requirement
from core.tools.requirements import AccreditationNeeded, Requirement
from core.tools.rules import last_day_of_mandate
from core.tools.states import RegistrationStatus
from tests.support.offices import Office, a_member, a_person, a_staffed_office, a_tool, an_accreditation, same


class World:
    """An office whose tool rests on Anna's accreditation; Bram works there and has none."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        with database.transaction() as session:
            self.office: Office = a_staffed_office(session, now=clock.now())
            self.registration: RegistrationId = registration.register(
                session,
                self.office.organisation_id,
                self.office.tool_id,
                "estate-agent",
                by=self.anna,
                acr=Acr.HIGH,
                now=clock.now(),
            )

    @property
    def anna(self) -> PersonId:
        return self.office.manager.person_id

    def resting(self, person_id: PersonId | None = None) -> tuple[Resting, ...]:
        with self.database.reading() as session:
            return resting_on(session, person_id or self.anna)

    def purposes(self, kind: str) -> tuple[Purpose, ...]:
        with self.database.reading() as session:
            return purposes(session, now=self.clock.now()).get(kind, ())


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def test_registration_that_rests_on_it_is_named(world: World) -> None:
    last_day = last_day_of_mandate(world.clock.now().date())

    assert world.resting() == (
        Resting(
            world.office.accreditation_id,
            "Immo Test BV",
            same("finder"),
            same("Estate agent"),
            RegistrationStatus.ACTIVE,
            last_day,
        ),
    )


def test_nothing_rests_on_a_colleague_who_has_none(world: World) -> None:
    assert world.resting(world.office.colleague.person_id) == ()


def test_proposal_that_nobody_accepted_is_no_use(world: World) -> None:
    with world.database.transaction() as session:
        celine = a_person(session, "celine.dubois", now=world.clock.now())
        a_member(session, world.office.manager, celine, now=world.clock.now())
        hers = an_accreditation(session, celine, "500002", now=world.clock.now())
        propose(session, world.registration, hers, by=world.anna, now=world.clock.now())

    assert world.resting(celine) == ()
    assert len(world.resting()) == 1


def test_lapse_is_seen_and_an_end_leaves_nothing(world: World) -> None:
    with world.database.transaction() as session:
        accreditation_changed(
            session,
            world.office.accreditation_id,
            status=AccreditationStatus.LAPSED,
            valid_until=None,
            by=None,
            now=world.clock.now(),
        )
    lapsed = world.resting()
    with world.database.transaction() as session:
        registration.end(session, world.registration, by=world.anna, now=world.clock.now())

    assert [resting.status for resting in lapsed] == [RegistrationStatus.SUSPENDED]
    assert world.resting() == ()


def test_kind_is_needed_for_what_names_it_now(world: World) -> None:
    later = world.clock.now() + timedelta(days=10)
    with world.database.transaction() as session:
        needing = Requirement(use=AccreditationNeeded("be.biv"))
        a_tool(session, "measures", now=world.clock.now(), requirement=needing)
        set_requirement(
            session,
            world.office.tool_id,
            "estate-agent",
            Requirement(),
            applies_from=later,
            by=None,
            now=world.clock.now(),
        )

    finder = Purpose(same("finder"), same("Estate agent"), to_register=True, to_use=True, may_be_lent=True)
    measures = Purpose(same("measures"), same("Estate agent"), to_register=False, to_use=True)
    assert world.purposes("be.biv") == (finder, measures)
    assert world.purposes("be.surveyor") == ()

    world.clock.advance(timedelta(days=10))
    assert world.purposes("be.biv") == (measures,)


def test_kinds_have_a_name_and_an_issuer_and_aliases_are_none(world: World) -> None:
    with world.database.reading() as session:
        kinds = kinds_in_words(session)
        (held,) = accreditations_of(session, world.anna)

    assert [(kind.code, kind.name, kind.issuer) for kind in kinds] == [
        ("be.biv", same("be.biv"), "issuer"),
        ("be.surveyor", same("be.surveyor"), "issuer"),
    ]
    assert (held.source, held.held().kind, held.held().id) == ("test", "be.biv", world.office.accreditation_id)
