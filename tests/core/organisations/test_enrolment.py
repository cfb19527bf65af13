from datetime import date

import pytest
from sqlalchemy import select

from core.closing.founding import found
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.organisations import enrolment, records
from core.organisations.errors import AlreadyMember, InvalidCompanyNumber, NotManager, OrganisationExists
from core.organisations.identifiers import OrganisationId
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.wallet.tables import WalletRow
from tests.support.offices import NO_DETAILS, a_company, a_member, a_person, an_office


def test_whoever_adds_an_organisation_manages_it_at_once(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=clock.now())
        founder = found(session, a_company(), by=anna, details=MemberDetails(function="Zaakvoerder"), now=clock.now())

    with database.reading() as session:
        membership = records.live_of(session, anna, founder.organisation_id)
        assert membership == founder
        assert membership.is_manager_of(founder.organisation_id)
        assert membership.since == date(2026, 11, 2)


def test_organisation_comes_with_its_wallet(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        founder = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())

    with database.reading() as session:
        organisation = session.get_one(OrganisationRow, founder.organisation_id)
        wallet = session.get_one(WalletRow, organisation.wallet_id)
        assert wallet.organisation_id == founder.organisation_id
        assert wallet.currency == "EUR"


def test_company_number_is_stored_in_its_normal_form(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=clock.now())
        company = enrolment.Company("BE 0403.019.261", "Immo Test BV")
        founder = found(session, company, by=anna, details=NO_DETAILS, now=clock.now())

    with database.reading() as session:
        assert session.get_one(OrganisationRow, founder.organisation_id).company_number == "0403019261"


def test_wrong_company_number_adds_nothing(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=clock.now())

    with pytest.raises(InvalidCompanyNumber), database.transaction() as session:
        found(session, enrolment.Company("0403019262", "x"), by=anna, details=NO_DETAILS, now=clock.now())

    with database.reading() as session:
        assert session.scalars(select(OrganisationRow)).all() == []
        assert session.scalars(select(WalletRow)).all() == []


def test_second_claim_to_a_company_is_refused(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())

    with pytest.raises(OrganisationExists), database.transaction() as session:
        an_office(session, bram, now=clock.now())


def test_request_waits_and_is_recorded(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())

        waiting = enrolment.request_membership(
            session, office.organisation_id, by=bram, details=MemberDetails(function="Bediende"), now=clock.now()
        )

    assert waiting.status is MembershipStatus.REQUESTED
    with database.reading() as session:
        deed = session.scalars(select(AuditRow).where(AuditRow.action == "membership-requested")).one()
        assert (deed.actor_id, deed.subject_id, deed.organisation_id) == (bram, bram, office.organisation_id)


@pytest.mark.parametrize("status", [MembershipStatus.REQUESTED, MembershipStatus.ACTIVE, MembershipStatus.BLOCKED])
def test_nobody_has_two_live_memberships(database: Database, clock: FixedClock, status: MembershipStatus) -> None:
    """After `blocked` no new request is possible, nor while one waits (organisations.md)."""
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        enrolment.request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())
        row = session.scalars(select(MembershipRow).where(MembershipRow.person_id == bram)).one()
        row.status = status

    with pytest.raises(AlreadyMember), database.transaction() as session:
        enrolment.request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())


@pytest.mark.parametrize("status", [MembershipStatus.REFUSED, MembershipStatus.LEFT])
def test_a_new_request_is_possible_after_an_end(
    database: Database, clock: FixedClock, status: MembershipStatus
) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        enrolment.request_membership(session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now())
        session.scalars(select(MembershipRow).where(MembershipRow.person_id == bram)).one().status = status
        session.flush()

        again = enrolment.request_membership(
            session, office.organisation_id, by=bram, details=NO_DETAILS, now=clock.now()
        )

    assert again.status is MembershipStatus.REQUESTED


def test_nobody_joins_what_is_closing_or_unknown(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        session.get_one(OrganisationRow, office.organisation_id).status = OrganisationStatus.CLOSING
        session.flush()

        for organisation_id in (office.organisation_id, OrganisationId("org_unknown")):
            with pytest.raises(NotFound):
                enrolment.request_membership(session, organisation_id, by=bram, details=NO_DETAILS, now=clock.now())


def test_manager_invites_and_adds_others_do_not(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        bram = a_person(session, "bram.claes", now=clock.now())
        celine = a_person(session, "celine.dubois", now=clock.now())
        a_member(session, office, bram, now=clock.now())

        for stranger_or_employee in (bram, celine):
            for act in (enrolment.invite, enrolment.add_member):
                with pytest.raises(NotManager):
                    act(
                        session,
                        office.organisation_id,
                        celine,
                        by=stranger_or_employee,
                        details=NO_DETAILS,
                        now=clock.now(),
                    )
        added = enrolment.add_member(
            session, office.organisation_id, celine, by=office.person_id, details=NO_DETAILS, now=clock.now()
        )

    assert added.status is MembershipStatus.ACTIVE


def test_evidence_is_recorded_with_source_and_day(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = an_office(session, a_person(session, "anna.peeters", now=clock.now()), now=clock.now())
        enrolment.confirm_evidence(
            session,
            office.organisation_id,
            level=1,
            source="kbo",
            verified_at=date(2026, 9, 1),
            by=None,
            now=clock.now(),
        )

    with database.reading() as session:
        row = session.get_one(OrganisationRow, office.organisation_id)
        assert (row.evidence_level, row.verified_source, row.verified_at) == (1, "kbo", date(2026, 9, 1))
