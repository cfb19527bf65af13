"""Organisations without a manager: after thirty days their tools rest, until somebody manages again (O7).

The helpdesk may make one of the members a manager; that takes a second person.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import NotFound
from core.organisations import appointing, letters
from core.organisations.errors import NotOwnerless, WrongState
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.staff import approvals
from core.staff.approvals import Act, Approved
from core.staff.reasons import Reason
from core.staff.states import StaffRole
from core.tools import unmanaged
from core.tools.rules import OWNERLESS_GRACE

MAKE_MANAGER = Act("make-manager", StaffRole.HELPDESK)
# One run does so many at most; the next one goes on.
_AT_ONCE = 50


def ask_to_make_manager(
    session: Session, membership_id: MembershipId, *, why: Reason, by: PersonId, now: datetime
) -> str:
    """Ask a second person to make a member the manager of an organisation that has none.

    Raises `NotStaff`, `NotFound`, `NotOwnerless`, `WrongState` unless the member is active, `AlreadyAskedFor`.
    """
    member = _candidate(session, membership_id)
    parameters = {
        "membership_id": member.id,
        "organisation_id": member.organisation_id,
        "person_id": member.person_id,
    }
    return approvals.ask(session, MAKE_MANAGER, parameters, subject_id=member.person_id, why=why, by=by, now=now)


def make_manager(session: Session, approved: Approved) -> None:
    """Carry out what was approved: the organisation is active again, and so are its tools; raises as the question."""
    member = _candidate(session, MembershipId(approved.text("membership_id")))
    organisation_id, person_id = OrganisationId(member.organisation_id), PersonId(member.person_id)
    appointing.appoint(session, organisation_id, person_id, reason="manager-appointed", now=approved.now)
    audit.record(
        session,
        action="manager-appointed",
        actor_id=approved.approved_by,
        subject_id=person_id,
        organisation_id=organisation_id,
        details={"membership": member.id, "asked_by": approved.asked_by, **approved.why.details()},
        now=approved.now,
    )
    letters.tell_person(session, person_id, organisation_id, "manager-appointed", now=approved.now)
    resume(session, organisation_id, now=approved.now)


def resume(session: Session, organisation_id: OrganisationId, *, now: datetime) -> None:
    """Let the tools work again that rested because nobody managed the organisation."""
    session.flush()
    unmanaged.resume(session, organisation_id, now=now)


def suspend_unmanaged(session: Session, *, now: datetime) -> int:
    """Let the tools rest of organisations that have had no manager for thirty days; return of how many.

    What closes the contexts is the clock (`core.tools.rules`); this tells the tools, so that nobody
    goes on with an old token, and shows it to whoever looks.
    """
    due = session.scalars(
        select(OrganisationRow.id)
        .where(
            OrganisationRow.status == OrganisationStatus.OWNERLESS.value,
            OrganisationRow.ownerless_since <= now - OWNERLESS_GRACE,
            OrganisationRow.id.in_(unmanaged.organisations_at_work()),
        )
        .order_by(OrganisationRow.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for organisation_id in due:
        unmanaged.suspend(session, OrganisationId(organisation_id), now=now)
    return len(due)


def _candidate(session: Session, membership_id: MembershipId) -> MembershipRow:
    row = session.get(MembershipRow, membership_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(membership=membership_id)
    organisation = session.get(OrganisationRow, row.organisation_id, populate_existing=True)
    if organisation is None or organisation.status != OrganisationStatus.OWNERLESS:
        raise NotOwnerless(organisation=row.organisation_id)
    if row.status != MembershipStatus.ACTIVE:
        raise WrongState(status=row.status)
    return row
