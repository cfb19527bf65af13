"""Two people, or two presses, at once: one wins, the other is told, nothing is written twice."""

from sqlalchemy import select

from core.closing.founding import found
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.organisations.enrolment import request_membership
from core.organisations.errors import AlreadyMember, OrganisationExists
from core.organisations.tables import MembershipRow, OrganisationRow
from core.wallet.tables import WalletRow
from tests.support.at_once import at_once
from tests.support.offices import NO_DETAILS, a_company, a_person, an_office


def test_of_two_who_add_the_same_company_one_is_told_that_it_exists(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        people = [a_person(session, name, now=clock.now()) for name in ("anna.peeters", "bram.claes")]

    def add(number: int) -> None:
        with database.transaction() as session:
            found(session, a_company(), by=people[number], details=NO_DETAILS, now=clock.now())

    refused = at_once(lambda: add(0), lambda: add(1))

    assert [type(error) for error in refused] == [OrganisationExists]
    with database.reading() as session:
        assert len(session.scalars(select(OrganisationRow)).all()) == 1
        assert len(session.scalars(select(MembershipRow)).all()) == 1
        assert len(session.scalars(select(WalletRow)).all()) == 1


def test_of_two_requests_of_one_person_one_counts_and_is_mailed_once(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())

    def ask() -> None:
        with database.transaction() as session:
            request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())

    refused = at_once(ask, ask)

    assert [type(error) for error in refused] == [AlreadyMember]
    with database.reading() as session:
        mailed = [r for r in session.scalars(select(OutboxRow)) if r.body.get("template") == "membership-requested"]
        assert len(mailed) == 1


def test_requests_of_two_people_both_count(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        people = [a_person(session, name, now=clock.now()) for name in ("bram.claes", "celine.dubois")]

    def ask(number: int) -> None:
        with database.transaction() as session:
            request_membership(session, office.organisation_id, by=people[number], details=NO_DETAILS, now=clock.now())

    assert at_once(lambda: ask(0), lambda: ask(1)) == []
    with database.reading() as session:
        assert len(session.scalars(select(MembershipRow)).all()) == 3
