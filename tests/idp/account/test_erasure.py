"""An account goes (A15): no personal value is left anywhere, and what others rest on still holds."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from core.closing.person import ErasureCause, Fate, NeedsManager
from core.infra import audit, outbox
from core.infra.audit import AuditRow
from core.infra.db import Base
from core.infra.errors import NotFound
from core.infra.outbox import OutboxRow
from core.infra.topics import MailRequested
from core.organisations import employees
from core.organisations.enrolment import request_membership
from core.organisations.identifiers import OrganisationId
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.rules import PersonStatus
from core.people.tables import EmailAddressRow, PersonRow
from core.tools.states import RegistrationStatus
from core.tools.tables import RegistrationRow
from core.wallet.tables import WalletRow
from idp.account import erasure
from idp.wiring import Services
from tests.support import markers
from tests.support.offices import kinds
from tests.support.tools import Office, a_person, an_office

# What a person's identifier may point to afterwards: who did something, never who it was.
KEPT_REFERENCES = {
    ("accreditation", "person_id"): "emptied, where a mandate names it",
    ("membership", "person_id"): "ended, without function and contact data",
    ("registration", "registered_by"): "who did it",
    ("mandate", "granted_by"): "who did it",
    ("organisation_invitation", "invited_by"): "who did it",
    ("approval", "asked_by"): "who did it",
    ("client_policy", "replaced_by"): "who did it",
    ("tool_version", "replaced_by"): "who did it",
    ("tool_requirement", "set_by"): "who did it",
    ("accreditation_kind_version", "replaced_by"): "who did it",
    ("register_upload", "uploaded_by"): "who did it",
    ("approval", "decided_by"): "who did it",
    ("ledger_entry", "done_by"): "who did it",
    ("wallet_transaction", "done_by"): "who did it",
    ("top_up", "done_by"): "who did it",
    ("bank_file", "brought_by"): "who did it",
    ("bank_upload", "brought_by"): "who did it",
    ("dispute", "claimant_id"): "who did it; the dispute is withdrawn",
}
# What then points to nobody: it goes on without them.
CLEARED_REFERENCES = {("client", "owner_id")}
REMOVED_WITH_THE_PERSON = {
    *("email_address", "eid_link", "further_address", "social_profile", "picture", "imported_account"),
    *("password", "mailed_code", "passkey", "authenticator", "recovery_code", "sign_in"),
    *("consent", "session_participant", "refresh_family", "register_inquiry", "help_request"),
    *("registration_token", "staff_role", "sent_mail", "waiting_notice", "wallet_limit"),
}


def erase(services: Services, person_id: str, **changes: Any) -> Fate:
    arguments: dict[str, Any] = {"by": None, "cause": ErasureCause.REQUEST, "now": services.clock.now(), **changes}
    return erasure.erase(services, PersonId(person_id), **arguments)


def rows(session: Session | Connection) -> dict[str, int]:
    tables = Base.metadata.sorted_tables
    return {table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


def a_stranger(services: Services, name: str = "carla.stranger") -> PersonId:
    with services.database.transaction() as session:
        return a_person(session, name, now=services.clock.now())


def handed_over(services: Services, office: Office) -> None:
    """Let Bert manage both of Anna's organisations as well."""
    now = services.clock.now()
    with services.database.transaction() as session:
        for organisation_id in (office.noord, office.zuid):
            waiting = request_membership(session, organisation_id, by=office.bert, details=MemberDetails(), now=now)
            employees.confirm(session, waiting.id, by=office.anna, details=MemberDetails(), now=now)
            employees.promote(session, waiting.id, by=office.anna, now=now)


@pytest.fixture
def office(services: Services) -> Office:
    """Return Anna's two organisations with Bert as second manager."""
    office = an_office(services)
    handed_over(services, office)
    with services.database.transaction() as session:
        kinds(session)
    return office


def test_every_reference_to_a_person_is_thought_of() -> None:
    """Whoever adds one decides here, and in `core.closing.person`, what becomes of it."""
    found = set(markers.references())

    assert {table for table, _ in found - set(KEPT_REFERENCES) - CLEARED_REFERENCES} == REMOVED_WITH_THE_PERSON
    assert set(KEPT_REFERENCES) | CLEARED_REFERENCES <= found


def test_no_column_names_a_person_without_pointing_to_one() -> None:
    """Such a column would escape the test above: it is to have a foreign key, or to stand here."""
    free = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name in {"person_id", "actor_id", "subject_id"} or column.name.endswith("_by")
    }

    assert free - set(markers.references()) == {("audit", "actor_id"), ("audit", "subject_id")}


@pytest.mark.parametrize("fate", list(Fate))
def test_nothing_that_was_kept_about_a_person_is_left_in_any_column(
    services: Services, office: Office, fate: Fate
) -> None:
    """Every free column of every row of theirs holds a mark, and then none does."""
    person_id = office.anna if fate is Fate.ANONYMISED else a_stranger(services)
    with services.database.engine.begin() as connection:
        marked = markers.mark(connection, person_id)
        if fate is Fate.DELETED:
            # The marking gave them a membership and an accreditation: an invitation is no activity.
            connection.execute(
                text("UPDATE membership SET since = NULL WHERE person_id = :id"),
                {"id": person_id},
            )
        found = markers.find(connection, markers.MARK, str(markers.BIRTHDATE))
    assert set(marked) <= set(found)
    assert {("person", "family_name"), ("picture", "content"), ("sign_in", "network")} <= set(marked)

    assert erase(services, person_id) is fate

    with services.database.engine.begin() as connection:
        # Letters on their way, that it is done and to the manager who stays, leave with their delivery.
        assert set(markers.find(connection, markers.MARK, str(markers.BIRTHDATE))) <= {("outbox", "body")}
        connection.execute(text("DELETE FROM outbox"))
        assert markers.find(connection, markers.MARK, str(markers.BIRTHDATE)) == []


def test_person_without_activity_leaves_no_row(services: Services, office: Office) -> None:
    before = services.database
    with before.reading() as session:
        counted = rows(session)
    person_id = a_stranger(services)

    assert erase(services, person_id) is Fate.DELETED

    with services.database.reading() as session:
        after = rows(session)
        assert session.get(PersonRow, person_id) is None
        changed = {name for name in after if after[name] != counted[name]}
        assert changed == {"audit", "outbox"}
        last = session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(1)).one()
        assert (last.action, last.subject_id) == ("person-deleted", person_id)
        assert last.details == {"cause": "request", "reference": None}


def test_history_and_books_of_the_anonymised_still_join(services: Services, office: Office) -> None:
    with services.database.reading() as session:
        counted = rows(session)

    assert erase(services, office.anna) is Fate.ANONYMISED

    with services.database.reading() as session:
        after = rows(session)
        kept = {"person", "membership", "organisation", "registration", "tool_access", "mandate", "wallet"}
        assert {name: after[name] for name in kept} == {name: counted[name] for name in kept}
        person = session.get_one(PersonRow, office.anna)
        assert person.status == PersonStatus.ANONYMISED
        assert "anna" not in person.username
        registrations = session.execute(
            select(RegistrationRow.id, PersonRow.id, WalletRow.id)
            .join(PersonRow, PersonRow.id == RegistrationRow.registered_by)
            .join(WalletRow, WalletRow.organisation_id == RegistrationRow.organisation_id)
        ).all()
        assert len(registrations) == 3
        memberships = session.scalars(select(MembershipRow).where(MembershipRow.person_id == office.anna)).all()
        assert {row.status for row in memberships} == {MembershipStatus.LEFT}
        assert {row.manager_count for row in session.scalars(select(OrganisationRow))} == {1}


def test_username_and_address_are_free_again(services: Services, office: Office) -> None:
    erase(services, office.anna)

    with services.database.transaction() as session:
        assert a_person(session, "anna.peeters", now=services.clock.now()) != office.anna


@pytest.mark.parametrize("activity", ["consent-given", "membership"])
def test_activity_decides(services: Services, office: Office, activity: str) -> None:
    person_id, now = a_stranger(services), services.clock.now()
    with services.database.transaction() as session:
        if activity == "membership":
            noord = session.scalars(select(MembershipRow).where(MembershipRow.person_id == office.bert)).first()
            assert noord is not None
            waiting = request_membership(
                session, OrganisationId(noord.organisation_id), by=person_id, details=MemberDetails(), now=now
            )
            member = employees.confirm(session, waiting.id, by=office.bert, details=MemberDetails(), now=now)
            employees.leave(session, member.id, by=person_id, now=now)
        else:
            audit.record(session, action=activity, actor_id=person_id, subject_id=person_id, now=now)

    assert erase(services, person_id) is Fate.ANONYMISED


def test_sign_ins_and_requests_are_no_activity(services: Services, office: Office) -> None:
    person_id, now = a_stranger(services), services.clock.now()
    with services.database.transaction() as session:
        audit.record(session, action="signed-in", actor_id=person_id, subject_id=person_id, now=now)
        request_membership(session, office.noord, by=person_id, details=MemberDetails(function="x"), now=now)

    assert erase(services, person_id) is Fate.DELETED

    with services.database.reading() as session:
        assert session.scalars(select(MembershipRow).where(MembershipRow.person_id == person_id)).all() == []


def test_account_goes_once(services: Services, office: Office) -> None:
    erase(services, office.anna)

    with pytest.raises(NotFound):
        erase(services, office.anna)


def test_last_manager_with_colleagues_stays(services: Services) -> None:
    """O7: refused as a whole, with the organisations it is about."""
    office = an_office(services)
    with services.database.transaction() as session:
        waiting = request_membership(
            session, office.noord, by=office.bert, details=MemberDetails(), now=services.clock.now()
        )
        employees.confirm(session, waiting.id, by=office.anna, details=MemberDetails(), now=services.clock.now())

    with pytest.raises(NeedsManager) as refused:
        erase(services, office.anna)

    assert [found.organisation_id for found in refused.value.organisations] == [office.noord]
    with services.database.reading() as session:
        assert session.get_one(PersonRow, office.anna).given_name == "Anna"
        assert session.get_one(OrganisationRow, office.zuid).status == OrganisationStatus.ACTIVE


def test_helpdesk_may_leave_an_organisation_without_manager(services: Services) -> None:
    """organisations.md: against everybody's will it is ownerless, and tools keep working for thirty days."""
    office, now = an_office(services), services.clock.now()
    with services.database.transaction() as session:
        waiting = request_membership(session, office.noord, by=office.bert, details=MemberDetails(), now=now)
        employees.confirm(session, waiting.id, by=office.anna, details=MemberDetails(), now=now)

    erase(services, office.anna, cause=ErasureCause.DECEASED, may_leave_ownerless=True)

    with services.database.reading() as session:
        noord = session.get_one(OrganisationRow, office.noord)
        assert (noord.status, noord.ownerless_since, noord.manager_count) == ("ownerless", now, 0)
        registrations = session.scalars(select(RegistrationRow).where(RegistrationRow.organisation_id == office.noord))
        assert {row.status for row in registrations} == {RegistrationStatus.ACTIVE}


def test_organisation_ends_with_its_only_member(services: Services) -> None:
    """Its number is free again, its contact data are gone, whoever waited hears of it, the books stay."""
    office, now = an_office(services), services.clock.now()
    with services.database.transaction() as session:
        request_membership(session, office.noord, by=office.bert, details=MemberDetails(), now=now)
        session.get_one(OrganisationRow, office.noord).email = "anna.peeters@people.example"

    erase(services, office.anna)

    with services.database.reading() as session:
        noord = session.get_one(OrganisationRow, office.noord)
        assert (noord.status, noord.manager_count, noord.email) == ("closed", 0, None)
        assert (noord.name, noord.company_number) == ("Noord BV", "0100001060")
        assert {row.status for row in session.scalars(select(RegistrationRow))} == {RegistrationStatus.ENDED}
        mails = [row.body for row in session.scalars(select(OutboxRow)) if row.topic == MailRequested.topic]
        assert {(mail["template"], mail["recipient_person_id"]) for mail in mails} == {
            ("organisation-ended", office.bert),
            ("account-anonymised", None),
        }
        assert len(session.scalars(select(WalletRow)).all()) == 2


def test_managers_who_stay_are_told(services: Services, office: Office) -> None:
    erase(services, office.anna)

    with services.database.reading() as session:
        mails = [row.body for row in session.scalars(select(OutboxRow)) if row.topic == MailRequested.topic]
        told = [mail for mail in mails if mail["template"] == "colleague-erased"]
        assert {(mail["recipient_person_id"], mail["language"]) for mail in told} == {(office.bert, "fr")}
        assert {mail["values"]["organisation"] for mail in told} == {"Noord BV", "Zuid SRL"}  # type: ignore[index]


def test_mails_to_and_about_the_person_are_withdrawn(services: Services, office: Office) -> None:
    now = services.clock.now()
    to_them = MailRequested(
        "access-closed", office.anna, "old@people.example", "en", {"tool": "t", "organisation": "o"}
    )
    at_address = MailRequested("access-closed", None, "ANNA.peeters@people.example", "en", {})
    about = MailRequested("request-waits", office.bert, "bert@people.example", "fr", {"name": "Anna Peeters"})
    other = MailRequested("access-closed", office.bert, "bert.janssens@people.example", "fr", {"tool": "Annaplan"})
    with services.database.transaction() as session:
        for mail in (to_them, at_address, about, other):
            outbox.enqueue(session, mail, now=now)
        session.flush()
        session.execute(text("UPDATE outbox SET dead_at = due_at WHERE topic = 'mail-requested'"))

    erase(services, office.anna)

    with services.database.reading() as session:
        parked = session.scalars(select(OutboxRow).where(OutboxRow.dead_at.is_not(None))).all()
        values = [row.body["values"] for row in parked if row.body["template"] in {"access-closed", "request-waits"}]
        assert values == [{"tool": "Annaplan"}]


def test_letters_about_the_gone_that_nobody_took_do_not_stay(services: Services, office: Office) -> None:
    """A parked mail keeps for a month what was erased: these are dropped at the next sweep."""
    erase(services, office.anna)
    with services.database.transaction() as session:
        session.execute(text("UPDATE outbox SET dead_at = due_at WHERE topic = 'mail-requested'"))

    erasure.sweep(services, now=services.clock.now())

    with services.database.engine.begin() as connection:
        assert markers.find(connection, "anna.peeters", "Anna Peeters") == []


def test_sweep_takes_what_came_after(services: Services, office: Office) -> None:
    """A request that read the account before, and wrote after: see `idp.account.erasure.sweep`."""
    erase(services, office.anna)
    with services.database.engine.begin() as connection:
        assert ("passkey", "name") in markers.mark(connection, office.anna)

    assert erasure.sweep(services, now=services.clock.now()) == 1

    with services.database.engine.begin() as connection:
        assert set(markers.find(connection, markers.MARK)) == {("person", "username"), ("person", "username_key")}
    with services.database.reading() as session:
        assert session.scalars(select(EmailAddressRow).where(EmailAddressRow.person_id == office.anna)).all() == []


def test_audit_trail_of_the_whole_office_names_nobody(services: Services, office: Office) -> None:
    with services.database.engine.begin() as connection:
        assert connection.execute(select(func.count()).select_from(AuditRow)).scalar_one() > 10
        found = markers.find(connection, "anna", "bert", "peeters", "people.example")

    assert "audit" not in {table for table, _ in found}
