import threading
from datetime import date

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import ImmoError, NotFound
from core.infra.outbox import OutboxRow
from core.organisations.employees import block, promote
from core.organisations.enrolment import request_membership
from core.organisations.errors import NotManager, NotMember
from core.organisations.states import OrganisationStatus
from core.organisations.tables import OrganisationRow
from core.people.assurance import Acr
from core.tools.context import Reason, ReasonCode
from core.tools.errors import AlreadyRegistered, RequirementNotMet, TermsNotAccepted
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.publishing import NewTerms
from core.tools.registration import end, register
from core.tools.requirements import Requirement
from core.tools.states import RegistrationStatus
from core.tools.tables import AccessRow, MandateRow, RegistrationRow
from tests.support.offices import NO_DETAILS, Office, a_person, a_staffed_office, a_tool, an_office


def an_office_of(database: Database, clock: FixedClock) -> Office:
    with database.transaction() as session:
        return a_staffed_office(session, now=clock.now())


def registering(database: Database, clock: FixedClock, office: Office) -> RegistrationId:
    with database.transaction() as session:
        return register(
            session,
            office.organisation_id,
            office.tool_id,
            "estate-agent",
            by=office.manager.person_id,
            acr=Acr.HIGH,
            now=clock.now(),
        )


def test_who_registers_gets_the_default_role_and_becomes_the_holder(database: Database, clock: FixedClock) -> None:
    office = an_office_of(database, clock)

    registration = registering(database, clock, office)

    with database.reading() as session:
        access = session.get_one(AccessRow, (registration, office.manager.id))
        assert access.role == "user"
        mandate = session.scalars(select(MandateRow)).one()
        assert (mandate.registration_id, mandate.accreditation_id) == (registration, office.accreditation_id)
        assert (mandate.accepted_at, mandate.accepted_acr) == (clock.now(), Acr.HIGH)
        assert (mandate.valid_from, mandate.valid_until) == (date(2026, 11, 2), date(2027, 11, 1))
        deeds = session.scalars(select(AuditRow.action).where(AuditRow.organisation_id == office.organisation_id)).all()
        assert {"tool-registered", "mandate-accepted"} <= set(deeds)


def test_who_lacks_the_accreditation_is_told_what_is_missing(database: Database, clock: FixedClock) -> None:
    office = an_office_of(database, clock)

    with pytest.raises(RequirementNotMet) as refused, database.transaction() as session:
        register(
            session,
            office.organisation_id,
            office.tool_id,
            "estate-agent",
            by=office.colleague.person_id,
            acr=Acr.HIGH,
            now=clock.now(),
        )

    assert refused.value.details["reason"] == Reason(ReasonCode.ACCREDITATION_MISSING, "be.biv")
    with database.reading() as session:
        assert session.scalars(select(RegistrationRow)).all() == []


def test_only_an_active_member_registers(database: Database, clock: FixedClock) -> None:
    office = an_office_of(database, clock)
    with database.transaction() as session:
        waiting = a_person(session, "celine.dubois", now=clock.now())
        request_membership(session, office.organisation_id, by=waiting, details=NO_DETAILS, now=clock.now())
        stranger = a_person(session, "dirk.maes", now=clock.now())
        block(session, office.colleague.id, by=office.manager.person_id, now=clock.now())

        for person in (waiting, stranger, office.colleague.person_id):
            with pytest.raises(NotMember):
                register(
                    session,
                    office.organisation_id,
                    office.tool_id,
                    "estate-agent",
                    by=person,
                    acr=Acr.HIGH,
                    now=clock.now(),
                )


def test_an_organisation_whose_company_has_stopped_registers_nothing_new(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now())
        session.get_one(OrganisationRow, office.organisation_id).status = OrganisationStatus.CLOSING

    with pytest.raises(RequirementNotMet) as refused, database.transaction() as session:
        register(
            *(session, office.organisation_id, office.tool_id, "estate-agent"),
            by=office.manager.person_id,
            acr=Acr.HIGH,
            now=clock.now(),
        )

    assert refused.value.details["reason"] == Reason(ReasonCode.ORGANISATION_INACTIVE)
    with database.reading() as session:
        assert session.scalars(select(RegistrationRow)).all() == []


def test_an_account_that_is_not_activated_registers_nothing(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        office = a_staffed_office(session, now=clock.now(), requirement=Requirement())
        anna = a_person(session, "erik.wouters", now=clock.now(), activated=False)
        other = an_office(session, anna, number=2, now=clock.now())

        with pytest.raises(RequirementNotMet) as refused:
            register(
                session,
                other.organisation_id,
                office.tool_id,
                "estate-agent",
                by=anna,
                acr=Acr.PASSWORD,
                now=clock.now(),
            )

    assert refused.value.details["reason"] == Reason(ReasonCode.ADDRESS_NOT_ACTIVATED)


@pytest.mark.parametrize(("tool", "usage"), [("tol_unknown", "estate-agent"), (None, "plumber")])
def test_unknown_tool_or_usage_is_not_found(
    database: Database, clock: FixedClock, tool: str | None, usage: str
) -> None:
    office = an_office_of(database, clock)

    with pytest.raises(NotFound), database.transaction() as session:
        register(
            session,
            office.organisation_id,
            ToolId(tool or office.tool_id),
            usage,
            by=office.manager.person_id,
            acr=Acr.HIGH,
            now=clock.now(),
        )


@pytest.mark.parametrize("accepted", [None, "v1"])
def test_terms_come_first_in_their_present_version(database: Database, clock: FixedClock, accepted: str | None) -> None:
    office = an_office_of(database, clock)
    with database.transaction() as session:
        versions = (NewTerms("v1", "https://tool.example/v1"), NewTerms("v2", "https://tool.example/v2"))
        tool_id = a_tool(session, "terms", now=clock.now(), requirement=Requirement(terms="v2"), terms=versions)

        with pytest.raises(TermsNotAccepted) as refused:
            register(
                session,
                office.organisation_id,
                tool_id,
                "estate-agent",
                by=office.colleague.person_id,
                acr=Acr.PASSWORD,
                accepted_terms=accepted,
                now=clock.now(),
            )
        registration = register(
            session,
            office.organisation_id,
            tool_id,
            "estate-agent",
            by=office.colleague.person_id,
            acr=Acr.PASSWORD,
            accepted_terms="v2",
            now=clock.now(),
        )

        assert refused.value.details == {"terms": "v2"}
        assert session.get_one(RegistrationRow, registration).terms_version == "v2"
        # Nothing was needed, so the registration rests on nobody's accreditation.
        assert session.scalars(select(MandateRow)).all() == []


def test_a_usage_is_registered_once_even_when_two_do_it_at_once(database: Database, clock: FixedClock) -> None:
    office = an_office_of(database, clock)
    start = threading.Barrier(2)
    outcomes: list[object] = []

    def go() -> None:
        start.wait()
        try:
            outcomes.append(registering(database, clock, office))
        except ImmoError as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count(AlreadyRegistered) == 1
    with database.reading() as session:
        assert len(session.scalars(select(RegistrationRow)).all()) == 1


def test_an_ended_registration_makes_room_for_a_new_one(database: Database, clock: FixedClock) -> None:
    office = an_office_of(database, clock)
    first = registering(database, clock, office)
    with database.transaction() as session:
        end(session, first, by=office.manager.person_id, now=clock.now())

    second = registering(database, clock, office)

    assert second != first
    with database.reading() as session:
        assert session.get_one(RegistrationRow, first).status == RegistrationStatus.ENDED
        ended = session.scalars(select(MandateRow).where(MandateRow.registration_id == first)).one()
        assert ended.end_reason == "registration-ended"
        users = [
            row.body["person_id"]
            for row in session.scalars(select(OutboxRow))
            if row.body.get("reason") == "registration-ended"
        ]
        assert users == [office.manager.person_id]


def test_only_a_manager_ends_a_registration(database: Database, clock: FixedClock) -> None:
    office = an_office_of(database, clock)
    registration = registering(database, clock, office)

    with database.transaction() as session:
        with pytest.raises(NotManager):
            end(session, registration, by=office.colleague.person_id, now=clock.now())
        end(session, registration, by=office.manager.person_id, now=clock.now())
        with pytest.raises(NotFound):
            end(session, registration, by=office.manager.person_id, now=clock.now())


def test_the_other_managers_are_told_and_whoever_registers_is_not(database: Database, clock: FixedClock) -> None:
    office = an_office_of(database, clock)
    with database.transaction() as session:
        promote(session, office.colleague.id, by=office.manager.person_id, now=clock.now())

    registering(database, clock, office)

    with database.reading() as session:
        told = [row.body for row in session.scalars(select(OutboxRow)) if row.body.get("template") == "tool-registered"]
        assert [mail["recipient_person_id"] for mail in told] == [office.colleague.person_id]
        assert told[0]["values"] == {
            "organisation": "Immo Test BV",
            "organisation_id": office.organisation_id,
            "page": f"organisations/{office.organisation_id}/tools/finder/estate-agent",
            "person": "Anna.Peeters Peeters",
            "tool": "finder",
            "usage": "Estate agent",
        }
