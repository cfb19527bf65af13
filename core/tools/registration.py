"""Registering a tool for an organisation, and ending a registration (T1)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.queries import held_by
from core.infra import audit
from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.organisations import letters, records
from core.organisations.errors import NotManager, NotMember
from core.organisations.identifiers import OrganisationId
from core.organisations.rules import Membership
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import OrganisationRow
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.people.receivers import name_of
from core.people.rules import AddressState
from core.people.tables import EidLinkRow, EmailAddressRow, PersonRow
from core.tools import access_requests, announcements, mandate_endings, mandates
from core.tools.catalogue import UsageFacts, tool_facts
from core.tools.context import Reason, ReasonCode
from core.tools.errors import RequirementNotMet, TermsNotAccepted
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.rules import Decision, evaluate_registering
from core.tools.situation import AccountStanding
from core.tools.states import AccessStatus, RegistrationStatus
from core.tools.tables import AccessRow, RegistrationRow


def register(
    session: Session,
    organisation_id: OrganisationId,
    tool_id: ToolId,
    usage: str,
    *,
    by: PersonId,
    acr: Acr,
    accepted_terms: str | None = None,
    now: datetime,
) -> RegistrationId:
    """Register one usage of a tool for an organisation and return the registration.

    Any active member whose own accreditation meets the requirement may. They get the usage's
    default role, and the registration rests on their accreditation under a mandate that they
    accept by registering, at the level `acr` of their sign-in. The other managers are mailed.

    Raises `NotFound`, `NotMember`, `RequirementNotMet` (with the tree of reasons; also where the
    organisation's company has stopped), `TermsNotAccepted`; at the flush `AlreadyRegistered`.
    """
    member = _active_member(session, by, organisation_id)
    _require_open(session, organisation_id)
    facts = _usage(session, tool_id, usage, now)
    decision = _decide(session, facts, by, now)
    if facts.terms_version is not None and accepted_terms != facts.terms_version:
        raise TermsNotAccepted(terms=facts.terms_version)
    row = RegistrationRow(
        id=new_id("reg"),
        organisation_id=organisation_id,
        tool_id=tool_id,
        usage=usage,
        status=RegistrationStatus.ACTIVE,
        terms_version=facts.terms_version,
        registered_by=by,
        registered_at=now,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    session.add(_default_access(row, member, facts.default_role, now))
    for accreditation in decision.basis.accreditations[:1]:
        mandates.begin(session, row, accreditation.id, holder=member, acr=acr, now=now)
    _record(session, "tool-registered", row, by, now)
    _tell_managers(session, row, "tool-registered", by, now)
    return RegistrationId(row.id)


def end(session: Session, registration_id: RegistrationId, *, by: PersonId, now: datetime) -> None:
    """End a registration with the mandates under it; the contexts close at once (T6).

    The other managers are mailed. It can be registered anew at any time. Raises `NotFound`, `NotManager`.
    """
    row = session.scalars(
        select(RegistrationRow).where(RegistrationRow.id == registration_id).with_for_update()
    ).one_or_none()
    if row is None or row.status == RegistrationStatus.ENDED:
        raise NotFound(registration=registration_id)
    manager = records.live_of(session, by, OrganisationId(row.organisation_id))
    if manager is None or not manager.is_manager_of(OrganisationId(row.organisation_id)):
        raise NotManager(organisation=row.organisation_id)
    row.status, row.status_reason, row.changed_at = RegistrationStatus.ENDED, "ended-by-manager", now
    mandate_endings.end_with_registration(session, registration_id, now=now)
    access_requests.close_all(session, registration_id)
    announcements.tell_users(session, [row], reason="registration-ended", now=now)
    _record(session, "tool-registration-ended", row, by, now)
    _tell_managers(session, row, "tool-registration-ended", by, now)


def account_standing(session: Session, person_id: PersonId) -> AccountStanding:
    """Return how complete an account is; raises `NotFound` for an unknown person."""
    current = (EmailAddressRow.person_id == PersonRow.id) & (EmailAddressRow.state == AddressState.CURRENT.value)
    found = session.execute(
        select(EmailAddressRow.verified_at, PersonRow.terms_accepted_at, EidLinkRow.linked_at)
        .select_from(PersonRow)
        .outerjoin(EmailAddressRow, current)
        .outerjoin(EidLinkRow, EidLinkRow.person_id == PersonRow.id)
        .where(PersonRow.id == person_id)
    ).one_or_none()
    if found is None:
        raise NotFound(person=person_id)
    verified_at, accepted_at, linked_at = found
    return AccountStanding(verified_at is not None, accepted_at is not None, linked_at is not None)


def _active_member(session: Session, person_id: PersonId, organisation_id: OrganisationId) -> Membership:
    member = records.live_of(session, person_id, organisation_id)
    if member is None or member.status is not MembershipStatus.ACTIVE:
        raise NotMember(organisation=organisation_id)
    return member


def _require_open(session: Session, organisation_id: OrganisationId) -> None:
    status = session.scalar(select(OrganisationRow.status).where(OrganisationRow.id == organisation_id))
    if status in (OrganisationStatus.CLOSING, OrganisationStatus.CLOSED):
        raise RequirementNotMet(reason=Reason(ReasonCode.ORGANISATION_INACTIVE))


def _usage(session: Session, tool_id: ToolId, usage: str, now: datetime) -> UsageFacts:
    tool = tool_facts(session, tool_id, now=now)
    found = None if tool is None or tool.is_retired else tool.usage(usage)
    if found is None:
        raise NotFound(tool=tool_id, usage=usage)
    return found


def _decide(session: Session, facts: UsageFacts, person_id: PersonId, now: datetime) -> Decision:
    account = account_standing(session, person_id)
    own = held_by(session, person_id)
    decision = evaluate_registering(facts.requirement, account=account, own=own, now=now)
    if decision.reason is not None:
        raise RequirementNotMet(reason=decision.reason)
    return decision


def _default_access(row: RegistrationRow, member: Membership, role: str, now: datetime) -> AccessRow:
    return AccessRow(
        registration_id=row.id,
        membership_id=member.id,
        organisation_id=row.organisation_id,
        tool_id=row.tool_id,
        status=AccessStatus.GRANTED,
        role=role,
        changed_at=now,
    )


def _tell_managers(session: Session, row: RegistrationRow, template: str, by: PersonId, now: datetime) -> None:
    name, of_registration = name_of(session, by), access_requests.names(session, row)
    letters.tell_managers(
        session,
        OrganisationId(row.organisation_id),
        template,
        lambda language: {"person": name, **of_registration(language)},
        but=by,
        now=now,
    )


def _record(session: Session, action: str, row: RegistrationRow, by: PersonId, now: datetime) -> None:
    audit.record(
        session,
        action=action,
        actor_id=by,
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details={"tool": row.tool_id, "usage": row.usage},
        now=now,
    )
