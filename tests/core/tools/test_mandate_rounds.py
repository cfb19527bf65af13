"""Mandates come near their end, are renewed by their holders, or end by themselves (T4)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.organisations.errors import NotYours
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools.errors import MandateOver, RenewedTooEarly
from core.tools.identifiers import MandateId
from core.tools.mandate_choices import alternatives
from core.tools.mandate_rounds import REMINDED_BEFORE, end_those_over, remind, reminder_is_due
from core.tools.mandates import propose, renew, withdraw
from core.tools.mandates_held import mandates_of
from core.tools.rules import last_day_of_mandate
from core.tools.states import RegistrationStatus
from core.tools.tables import MandateRow, RegistrationRow
from tests.core.tools.test_mandates import World
from tests.support.at_once import at_once
from tests.support.offices import FOR_AGENTS
from tests.support.statements import counted

DAY = timedelta(days=1)
FIRST_DAY = date(2026, 11, 2)
LAST_DAY = date(2027, 11, 1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return World(database, clock)


def letters(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        rows = [row.body for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]
    return [
        (str(row["template"]), str(row["recipient_person_id"]))
        for row in rows
        if str(row.get("template", "")).startswith("mandate")
    ]


def before_the_end(world: World, days: int) -> None:
    """Let the clock stand so many days before the last one."""
    world.clock.advance(LAST_DAY - timedelta(days=days) - world.clock.now().date())


def test_holder_and_managers_are_reminded_three_times(world: World) -> None:
    sent = []
    for day in range(40, -1, -1):
        before_the_end(world, day)
        if remind(world.database, now=world.clock.now()):
            sent.append(day)
        assert remind(world.database, now=world.clock.now()) == 0

    assert sent == [30, 7, 1]
    # Anna is holder and the only manager: she is written to once each time.
    assert letters(world) == [("mandate-ends-soon-holder", world.office.manager.person_id)] * 3


def test_managers_other_than_the_holder_are_reminded_too(world: World) -> None:
    world.accept(world.propose())
    before = len(letters(world))
    before_the_end(world, 7)

    remind(world.database, now=world.clock.now())

    assert letters(world)[before:] == [
        ("mandate-ends-soon-holder", world.celine.person_id),
        ("mandate-ends-soon", world.office.manager.person_id),
    ]


def test_on_the_day_after_the_last_it_ends_by_itself(world: World) -> None:
    before_the_end(world, 0)
    assert end_those_over(world.database, now=world.clock.now()) == 0
    assert world.bram().is_usable

    world.clock.advance(DAY)
    assert not world.bram().is_usable
    refused = at_once(
        lambda: end_those_over(world.database, now=world.clock.now()),
        lambda: end_those_over(world.database, now=world.clock.now()),
    )

    assert refused == []
    assert world.mandate(world.first).end_reason == "expired"
    assert world.status() == RegistrationStatus.SUSPENDED
    assert letters(world) == [("mandate-expired-holder", world.office.manager.person_id)]


def test_its_holder_renews_it_for_a_year(world: World) -> None:
    before_the_end(world, 30)
    now = world.clock.now()
    with world.database.transaction() as session:
        renewed = renew(session, world.first, by=world.office.manager.person_id, acr=Acr.MFA, now=now)

    row = world.mandate(renewed)
    assert (row.accepted_at, row.accepted_acr) == (now, Acr.MFA)
    assert row.valid_until == last_day_of_mandate(now.date())
    assert world.mandate(world.first).end_reason == "renewed"
    assert world.bram().is_usable
    world.clock.advance(timedelta(days=60))
    assert end_those_over(world.database, now=world.clock.now()) == 0


def test_a_list_of_colleagues_is_renewed_with_it(world: World) -> None:
    proposed = world.propose(colleagues=[world.office.manager.id])
    world.accept(proposed)
    before_the_end(world, 10)
    assert not world.bram().is_usable

    with world.database.transaction() as session:
        renew(session, proposed, by=world.celine.person_id, acr=Acr.HIGH, now=world.clock.now())

    assert not world.bram().is_usable


def test_only_its_holder_renews_and_not_too_early(world: World) -> None:
    def renewed(by: PersonId, mandate: MandateId = world.first) -> None:
        with world.database.transaction() as session:
            renew(session, mandate, by=by, acr=Acr.HIGH, now=world.clock.now())

    with pytest.raises(RenewedTooEarly):
        renewed(world.office.manager.person_id)
    before_the_end(world, 20)
    with pytest.raises(NotYours):
        renewed(world.celine.person_id)
    with pytest.raises(MandateOver):
        renewed(world.celine.person_id, world.propose())
    with world.database.transaction() as session:
        withdraw(session, world.first, by=world.office.manager.person_id, now=world.clock.now())
    with pytest.raises(MandateOver):
        renewed(world.office.manager.person_id)


def test_each_side_hears_what_the_other_did(world: World) -> None:
    anna, celine = world.office.manager.person_id, world.celine.person_id
    proposed = world.propose()
    assert letters(world) == [("mandate-proposed", celine)]

    with world.database.transaction() as session:
        withdraw(session, proposed, by=celine, now=world.clock.now())
    assert letters(world)[1:] == [("mandate-declined", anna)]
    assert world.mandate(proposed).end_reason == "declined"
    assert world.status() == RegistrationStatus.ACTIVE

    proposed = world.propose()
    world.accept(proposed)
    assert letters(world)[3:] == [("mandate-accepted", anna)]
    with world.database.transaction() as session:
        withdraw(session, proposed, by=anna, now=world.clock.now())
    assert letters(world)[4:] == [("mandate-withdrawn-by-manager", celine)]


def test_the_alternatives_are_what_qualifies_of_active_members(world: World) -> None:
    with counted(world.database) as asked, world.database.reading() as session:
        found = alternatives(session, world.office.organisation_id, FOR_AGENTS, now=world.clock.now())

    assert [one.number for one in found] == ["500001", "500002"]
    assert len(asked) == 1


def test_a_holder_sees_by_how_many_each_is_used(world: World) -> None:
    world.propose()
    with counted(world.database) as asked, world.database.reading() as session:
        annas = mandates_of(session, world.office.manager.person_id)
    with world.database.reading() as session:
        celines = mandates_of(session, world.celine.person_id)
        brams = mandates_of(session, world.office.colleague.person_id)

    assert [(one.accepted_at is not None, one.users) for one in annas] == [
        (True, frozenset({world.office.colleague.person_id}))
    ]
    assert [(one.accepted_at, one.asked_by) for one in celines] == [(None, "Anna.Peeters Peeters")]
    assert brams == ()
    assert len(asked) == 2


def test_what_has_ended_is_not_reminded_of(world: World) -> None:
    with world.database.transaction() as session:
        withdraw(session, world.first, by=world.office.manager.person_id, now=world.clock.now())
    before = len(letters(world))
    before_the_end(world, 7)

    assert remind(world.database, now=world.clock.now()) == 0
    assert len(letters(world)) == before


def test_a_registration_that_rests_works_again_with_the_next_mandate(world: World) -> None:
    before_the_end(world, -1)
    end_those_over(world.database, now=world.clock.now())
    with world.database.transaction() as session:
        proposed = propose(
            session, world.registration, world.accreditation, by=world.office.manager.person_id, now=world.clock.now()
        )

    world.accept(proposed)

    assert world.status() == RegistrationStatus.ACTIVE
    assert world.bram().is_usable
    with world.database.reading() as session:
        assert session.get_one(RegistrationRow, world.registration).status_reason is None
        assert len(session.scalars(select(MandateRow)).all()) == 2


@given(
    st.integers(0, 400),
    st.integers(0, 400),
    st.none() | st.integers(0, 400),
)
def test_a_reminder_comes_only_before_the_end_and_after_a_step(length: int, passed: int, reminded: int | None) -> None:
    last = FIRST_DAY + timedelta(days=length)
    today = FIRST_DAY + timedelta(days=passed)
    reminded_on = None if reminded is None else FIRST_DAY + timedelta(days=reminded)

    is_due = reminder_is_due(valid_from=FIRST_DAY, valid_until=last, reminded_on=reminded_on, today=today)

    steps = [last - before for before in REMINDED_BEFORE if FIRST_DAY < last - before <= today]
    if is_due:
        assert today <= last
        assert steps
    if reminded_on is not None and reminded_on >= today:
        assert not is_due
