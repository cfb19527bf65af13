"""Adding an organisation, asking to join one, being invited or added to one."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.clock import belgian_date
from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.organisations import letters, numbers, records, rules
from core.organisations.company_check import require_active_company
from core.organisations.errors import NotManager
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rules import MemberDetails, Membership
from core.organisations.states import OrganisationKind, OrganisationStatus
from core.organisations.tables import OrganisationRow
from core.people.identifiers import PersonId
from core.people.receivers import name_of
from core.staff.reasons import Reason


@dataclass(frozen=True, slots=True)
class Company:
    """What adding an organisation asks for (O1)."""

    company_number: str
    name: str
    kind: OrganisationKind = OrganisationKind.LEGAL_PERSON
    email: str | None = None
    phone_number: str | None = None
    website: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    locality: str | None = None


def add_organisation(
    session: Session,
    company: Company,
    *,
    by: PersonId,
    wallet_id: str,
    details: MemberDetails,
    now: datetime,
) -> Membership:
    """Add an organisation whose first manager is whoever adds it, and return their membership.

    `core.closing.founding` calls this and opens the wallet of that name. Raises
    `InvalidCompanyNumber`; `CompanyHasStopped` and `CompanyUnknown` where the company register was
    read in and does not name the company as active; at the flush `OrganisationExists` where somebody
    was first.
    """
    number = numbers.normalise(company.company_number)
    require_active_company(session, number)
    organisation_id = OrganisationId(new_id("org"))
    session.add(
        OrganisationRow(
            id=organisation_id,
            company_number=number,
            name=company.name,
            kind=company.kind,
            email=company.email,
            phone_number=company.phone_number,
            website=company.website,
            street_address=company.street_address,
            postal_code=company.postal_code,
            locality=company.locality,
            manager_count=1,
            wallet_id=wallet_id,
            created_at=now,
            updated_at=now,
        )
    )
    session.flush()
    founder = rules.found(_new_membership(), organisation_id, by, details=details, today=belgian_date(now))
    records.add(session, founder, now=now)
    _record(session, "organisation-added", founder, by, now)
    return founder


def confirm_evidence(
    session: Session,
    organisation_id: OrganisationId,
    *,
    level: int,
    source: str,
    verified_at: date,
    by: PersonId | None,
    why: Reason | None = None,
    now: datetime,
) -> None:
    """Record how the claim to a company was proven, and on which day (organisations.md, levels).

    The helpdesk says why; the caller has asked for its role.
    """
    row = session.get(OrganisationRow, organisation_id)
    if row is None:
        raise NotFound(organisation=organisation_id)
    row.evidence_level, row.verified_source, row.verified_at = level, source, verified_at
    row.updated_at = now
    audit.record(
        session,
        action="organisation-verified",
        actor_id=by,
        subject_id=organisation_id,
        organisation_id=organisation_id,
        details={"level": level, "source": source, **({} if why is None else why.details())},
        now=now,
    )


def request_membership(
    session: Session,
    organisation_id: OrganisationId,
    *,
    by: PersonId,
    details: MemberDetails,
    now: datetime,
) -> Membership:
    """Ask to join an organisation; a manager decides, and the managers are mailed (O3).

    Raises `NotFound` for an organisation that is not there any more, `BlockedHere` for whoever left
    while blocked; at the flush `AlreadyMember` for whoever is a member, waits already, or is blocked.
    """
    row = session.get(OrganisationRow, organisation_id)
    if row is None or row.status in (OrganisationStatus.CLOSING, OrganisationStatus.CLOSED):
        raise NotFound(organisation=organisation_id)
    left_blocked = session.scalar(records.left_blocked_at(by, organisation_id)) is not None
    waiting = rules.request(_new_membership(), organisation_id, by, details=details, left_blocked=left_blocked)
    records.add(session, waiting, now=now)
    _record(session, "membership-requested", waiting, by, now)
    name = name_of(session, by)
    letters.tell_managers(session, organisation_id, "membership-requested", lambda _language: {"person": name}, now=now)
    return waiting


def invite(
    session: Session,
    organisation_id: OrganisationId,
    person_id: PersonId,
    *,
    by: PersonId,
    details: MemberDetails,
    now: datetime,
) -> Membership:
    """Invite a person, who then accepts or declines (O8); raises `NotManager`, `AlreadyMember`."""
    manager = _manager(session, by, organisation_id)
    invited = rules.invite(_new_membership(), person_id, by=manager, details=details)
    records.add(session, invited, now=now)
    _record(session, "membership-invited", invited, by, now)
    letters.tell_person(session, person_id, organisation_id, "membership-invited", now=now)
    return invited


def add_member(
    session: Session,
    organisation_id: OrganisationId,
    person_id: PersonId,
    *,
    by: PersonId,
    details: MemberDetails,
    now: datetime,
) -> Membership:
    """Make an existing user a member at once (O6a); raises `NotManager`, `AlreadyMember`."""
    manager = _manager(session, by, organisation_id)
    member = rules.add(_new_membership(), person_id, by=manager, details=details, today=belgian_date(now))
    records.add(session, member, now=now)
    _record(session, "membership-added", member, by, now)
    letters.tell_person(session, person_id, organisation_id, "membership-added", now=now)
    return member


def _new_membership() -> MembershipId:
    return MembershipId(new_id("mem"))


def _manager(session: Session, person_id: PersonId, organisation_id: OrganisationId) -> Membership:
    manager = records.live_of(session, person_id, organisation_id)
    if manager is None:
        raise NotManager(organisation=organisation_id)
    return manager


def _record(session: Session, action: str, membership: Membership, by: PersonId, now: datetime) -> None:
    audit.record(
        session,
        action=action,
        actor_id=by,
        subject_id=membership.person_id,
        organisation_id=membership.organisation_id,
        details={"membership": membership.id},
        now=now,
    )
