"""One save of the access table, and two managers who save at the same moment."""

import pytest

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.organisations.employees import promote
from core.organisations.errors import NotManager
from core.organisations.rules import Membership
from core.people.identifiers import PersonId
from core.tools.access_changes import Saved, Wish, save
from core.tools.access_states import Decided
from core.tools.mandates import withdraw
from core.tools.states import AccessStatus
from core.tools.tables import AccessRow
from tests.core.tools.test_mandates import World
from tests.support.at_once import at_once
from tests.support.offices import an_office

NOBODY, USER, BLOCKED = Decided(), Decided(AccessStatus.GRANTED, "user"), Decided(AccessStatus.BLOCKED)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def saved(world: World, *wishes: Wish, by: PersonId | None = None) -> Saved:
    with world.database.transaction() as session:
        return save(
            session,
            world.registration,
            world.office.organisation_id,
            wishes,
            by=by or world.office.manager.person_id,
            now=world.clock.now(),
        )


def decided(world: World, member: Membership) -> Decided:
    with world.database.reading() as session:
        row = session.get(AccessRow, (world.registration, member.id))
        return Decided() if row is None else Decided.of(row.status, row.role)


def test_two_managers_at_once_neither_fail_nor_overwrite_each_other(world: World) -> None:
    bram, celine, anna = world.office.colleague, world.celine, world.office.manager
    with world.database.transaction() as session:
        promote(session, celine.id, by=anna.person_id, now=world.clock.now())
    outcomes: list[Saved] = []
    both = (Wish(bram.id, USER, BLOCKED), Wish(celine.id, NOBODY, USER))
    other_way = (Wish(celine.id, NOBODY, USER), Wish(bram.id, USER, NOBODY))

    refused = at_once(
        lambda: outcomes.append(saved(world, *both)),
        lambda: outcomes.append(saved(world, *other_way, by=celine.person_id)),
    )

    assert refused == []
    assert decided(world, celine) == USER
    assert decided(world, bram) in {NOBODY, BLOCKED}
    # The second to come was told of Bram, whom the first had changed; about Celine they agreed.
    assert sorted(len(outcome.overtaken) for outcome in outcomes) == [0, 1]
    assert sum(outcome.changed.count(bram.id) for outcome in outcomes) == 1
    assert sum(outcome.changed.count(celine.id) for outcome in outcomes) == 1


def test_one_who_lacks_what_is_needed_stops_nobody_else(world: World) -> None:
    anna, bram = world.office.manager, world.office.colleague
    saved(world, Wish(bram.id, USER, BLOCKED))
    with world.database.transaction() as session:
        withdraw(session, world.first, by=anna.person_id, now=world.clock.now())

    outcome = saved(world, Wish(bram.id, BLOCKED, USER), Wish(world.celine.id, NOBODY, USER))

    assert (outcome.refused, outcome.changed) == ((bram.id,), (world.celine.id,))
    assert decided(world, bram) == BLOCKED


def test_only_a_manager_of_this_organisation_saves(world: World) -> None:
    wish = Wish(world.celine.id, NOBODY, USER)
    with pytest.raises(NotManager):
        saved(world, wish, by=world.celine.person_id)
    with world.database.transaction() as session:
        elsewhere = an_office(session, world.celine.person_id, now=world.clock.now(), number=9, name="Elders BV")
        with pytest.raises(NotFound):
            save(
                session,
                world.registration,
                elsewhere.organisation_id,
                (wish,),
                by=world.celine.person_id,
                now=world.clock.now(),
            )
    with pytest.raises(NotFound):
        saved(world, Wish(elsewhere.id, NOBODY, USER))
