import pytest

from core.closing.membership import leave
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.organisations.enrolment import request_membership
from core.organisations.errors import InvalidCompanyNumber
from core.organisations.queries import find_by_company_number, my_organisations, organisations_where_active
from core.organisations.states import OrganisationStatus
from core.organisations.tables import OrganisationRow
from tests.support.offices import NO_DETAILS, a_company, a_member, a_person, an_office
from tests.support.statements import counted


def test_all_organisations_of_a_person_are_one_statement(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=clock.now())
        for number in range(20):
            an_office(session, anna, number=number, name=f"Immo {number:02d}", now=clock.now())

    with counted(database) as statements, database.connection() as connection:
        mine = my_organisations(connection, anna)

    assert [it.name for it in mine] == [f"Immo {number:02d}" for number in range(20)]
    assert len(statements) == 1


def test_only_a_manager_sees_how_many_wait(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        a_member(session, office, bram, now=clock.now())
        for name in ("celine.dubois", "dirk.maes"):
            asking = a_person(session, name, now=clock.now())
            request_membership(session, office.organisation_id, by=asking, details=NO_DETAILS, now=clock.now())

        (of_manager,) = my_organisations(session, office.person_id)
        (of_employee,) = my_organisations(session, bram)

    assert (of_manager.is_manager, of_manager.waiting_requests) == (True, 2)
    assert (of_employee.is_manager, of_employee.waiting_requests) == (False, 0)


def test_what_was_left_or_closed_is_not_listed(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        member = a_member(session, office, bram, now=clock.now())
        assert organisations_where_active(session, bram) == (office.organisation_id,)

        leave(session, member.id, by=bram, now=clock.now())
        session.get_one(OrganisationRow, office.organisation_id).status = OrganisationStatus.CLOSED
        session.flush()

        assert my_organisations(session, bram) == ()
        assert my_organisations(session, office.person_id) == ()
        assert organisations_where_active(session, bram) == ()


def test_company_is_found_by_its_number_however_written(database: Database, clock: FixedClock) -> None:
    number = a_company().company_number
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())

        assert find_by_company_number(session, f"BE {number[:4]}.{number[4:7]}.{number[7:]}") == office.organisation_id
        assert find_by_company_number(session, a_company(2).company_number) is None
        with pytest.raises(InvalidCompanyNumber):
            find_by_company_number(session, "0403019262")


def test_number_of_a_closed_company_is_free_again(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=clock.now())
        office = an_office(session, anna, now=clock.now())
        session.get_one(OrganisationRow, office.organisation_id).status = OrganisationStatus.CLOSED
        session.flush()

        again = an_office(session, anna, now=clock.now())

        assert find_by_company_number(session, a_company().company_number) == again.organisation_id
