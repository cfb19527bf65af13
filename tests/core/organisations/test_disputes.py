"""What else ends or moves a dispute: the organisation's end, and two accounts that become one."""

import pytest
from sqlalchemy import select

from core.closing import merging, person
from core.closing.person import ErasureCause
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.organisations import disputes
from core.organisations.errors import AlreadyDisputed, DisputeDecided, DisputeOver, NotYours
from core.organisations.identifiers import OrganisationId
from core.organisations.states import DisputeState
from core.organisations.tables import DisputeRow
from core.people.identifiers import PersonId
from core.staff import roles
from core.staff.reasons import Reason, StaffReason
from core.staff.states import StaffRole
from tests.support.at_once import at_once
from tests.support.cards import link_card
from tests.support.offices import a_person, an_office


@pytest.fixture
def people(database: Database, clock: FixedClock) -> dict[str, PersonId]:
    """Return Anna, who manages an office, and Dora and Dirk, who do not."""
    with database.transaction() as session:
        found = {name: a_person(session, f"{name}.peeters", now=clock.now()) for name in ("anna", "dora", "dirk")}
        link_card(session, found["dora"], now=clock.now())
    return found


@pytest.fixture
def office(database: Database, clock: FixedClock, people: dict[str, PersonId]) -> OrganisationId:
    """Return Anna's office."""
    with database.transaction() as session:
        return an_office(session, people["anna"], now=clock.now()).organisation_id


def claim(database: Database, clock: FixedClock, office: OrganisationId, by: PersonId) -> str:
    with database.transaction() as session:
        return disputes.open_own(session, office, by=by, now=clock.now())


def rows(database: Database) -> list[tuple[str | None, str]]:
    with database.reading() as session:
        return [(row.claimant_id, row.state) for row in session.scalars(select(DisputeRow).order_by(DisputeRow.id))]


def test_a_dispute_ends_with_the_organisation(
    database: Database, clock: FixedClock, office: OrganisationId, people: dict[str, PersonId]
) -> None:
    claim(database, clock, office, people["dora"])

    with database.transaction() as session:
        ending = person.begin_erasure(session, people["anna"], may_leave_ownerless=False)
        person.complete_erasure(session, ending, by=None, cause=ErasureCause.REQUEST, reference=None, now=clock.now())

    assert rows(database) == [(people["dora"], "withdrawn")]


def test_a_claim_moves_with_an_account_that_becomes_another(
    database: Database, clock: FixedClock, office: OrganisationId, people: dict[str, PersonId]
) -> None:
    dispute = claim(database, clock, office, people["dora"])

    with database.transaction() as session:
        merging.take_over(session, kept=people["dirk"], given_up=people["dora"], now=clock.now())

    assert rows(database) == [(people["dirk"], "open")]
    with database.transaction() as session, pytest.raises(NotYours):
        disputes.withdraw(session, dispute, by=people["dora"], now=clock.now())


def test_of_two_claims_at_once_one_is_refused(
    database: Database, clock: FixedClock, office: OrganisationId, people: dict[str, PersonId]
) -> None:
    def claims() -> None:
        claim(database, clock, office, people["dora"])

    refused = at_once(claims, claims)

    assert [type(error) for error in refused] == [AlreadyDisputed]
    assert len(rows(database)) == 1


def test_what_was_withdrawn_is_over(
    database: Database, clock: FixedClock, office: OrganisationId, people: dict[str, PersonId]
) -> None:
    dispute = claim(database, clock, office, people["dora"])
    with database.transaction() as session:
        disputes.withdraw(session, dispute, by=people["dora"], now=clock.now())

    with database.transaction() as session, pytest.raises(DisputeOver):
        disputes.withdraw(session, dispute, by=people["dora"], now=clock.now())
    assert claim(database, clock, office, people["dora"]) != dispute


def test_whoever_lost_does_not_freeze_it_again(
    database: Database, clock: FixedClock, office: OrganisationId, people: dict[str, PersonId]
) -> None:
    dispute = claim(database, clock, office, people["dora"])
    with database.transaction() as session:
        row = disputes.locked(session, dispute)
        row.state, row.ended_at = DisputeState.KEPT, clock.now()

    with pytest.raises(DisputeDecided):
        claim(database, clock, office, people["dora"])

    with database.transaction() as session:
        roles.give(session, people["dirk"], StaffRole.HELPDESK, by=None, why=None, now=clock.now())
        why = Reason(StaffReason.DISPUTE, "T-2")
        disputes.open_for(session, office, people["dora"], why=why, by=people["dirk"], now=clock.now())
    assert rows(database) == [(people["dora"], "kept"), (people["dora"], "open")]
