"""Answering an invitation by mail (O8): what its link shows, accepting, declining. Whoever holds the link may."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.clock import belgian_date
from core.infra.errors import NotFound
from core.infra.ids import digest, new_id
from core.organisations import invitations, letters, records, rules
from core.organisations.errors import AlreadyMember, InvitationOver
from core.organisations.identifiers import InvitationId, MembershipId, OrganisationId
from core.organisations.rules import MemberDetails, Membership
from core.organisations.states import InvitationState, MembershipStatus, OrganisationStatus
from core.organisations.tables import InvitationRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.receivers import full_name, name_of
from core.people.rules import PersonStatus
from core.people.tables import PersonRow


@dataclass(frozen=True, slots=True)
class FoundInvitation:
    """What an invitation says to whoever opens its link: who invites to what, until when.

    `invited_by` is empty where that account is gone.
    """

    id: InvitationId
    organisation_id: OrganisationId
    organisation_name: str
    company_number: str
    is_verified: bool
    invited_by: str
    details: MemberDetails
    state: InvitationState
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """The membership that came of an invitation, and the roles that were promised in it."""

    membership: Membership
    roles: dict[str, str]


def find(session: Session | Connection, link: str, *, now: datetime) -> FoundInvitation | None:
    """Return the invitation with this secret, also one that is over; None where no mail of ours holds it."""
    row = session.execute(
        select(
            InvitationRow.__table__,
            *(OrganisationRow.name, OrganisationRow.company_number, OrganisationRow.evidence_level),
            OrganisationRow.status.label("organisation_status"),
            *(PersonRow.given_name, PersonRow.family_name, PersonRow.username),
            PersonRow.status.label("inviter"),
        )
        .join(OrganisationRow, OrganisationRow.id == InvitationRow.organisation_id)
        .join(PersonRow, PersonRow.id == InvitationRow.invited_by)
        .where(InvitationRow.digest == digest(link))
    ).one_or_none()
    if row is None:
        return None
    state = InvitationState(row.state)
    stops = row.organisation_status in (OrganisationStatus.CLOSING, OrganisationStatus.CLOSED)
    if state is InvitationState.OPEN and (stops or row.expires_at <= now):
        state = InvitationState.WITHDRAWN if stops else InvitationState.EXPIRED
    return FoundInvitation(
        id=InvitationId(row.id),
        organisation_id=OrganisationId(row.organisation_id),
        organisation_name=row.name,
        company_number=row.company_number,
        is_verified=row.evidence_level > 0,
        invited_by=_inviter(row),
        details=invitations.details_of(row),
        state=state,
        expires_at=row.expires_at,
    )


def _inviter(row: Row[Any]) -> str:
    if row.inviter == PersonStatus.ANONYMISED:
        return ""
    return full_name(row.given_name, row.family_name) or str(row.username)


def accept(session: Session, link: str, *, by: PersonId, now: datetime) -> Accepted:
    """Become a member by an invitation, which is spent by that; the managers are told.

    `core.closing.invitations` calls this and gives the roles. Raises `NotFound`, `InvitationOver`,
    `AlreadyMember`, `BlockedHere`; the invitation then stays open for whom it was meant.
    """
    row = _locked(session, link, now)
    organisation_id = OrganisationId(row.organisation_id)
    after = _joined(session, row, organisation_id, by=by, now=now)
    accepted = Accepted(after, dict(row.roles))
    invitations.close(row, InvitationState.ACCEPTED, now=now, membership_id=after.id)
    session.flush()
    audit.record(
        session,
        action="membership-accepted",
        actor_id=by,
        subject_id=by,
        organisation_id=organisation_id,
        details={"membership": after.id, "invitation": row.id},
        now=now,
    )
    name = name_of(session, by)
    letters.tell_managers(session, organisation_id, "invitation-accepted", lambda _language: {"person": name}, now=now)
    return accepted


def decline(session: Session, link: str, *, by: PersonId | None, now: datetime) -> None:
    """Turn an invitation down; its holder need not have an account. Raises `NotFound`, `InvitationOver`."""
    row = _locked(session, link, now)
    invitations.close(row, InvitationState.DECLINED, now=now)
    session.flush()
    invitations.record(session, "invitation-turned-down", row, by=by, now=now)


def _joined(
    session: Session, row: InvitationRow, organisation_id: OrganisationId, *, by: PersonId, now: datetime
) -> Membership:
    present = records.live_of(session, by, organisation_id)
    if present is not None and present.status is MembershipStatus.ACTIVE:
        raise AlreadyMember(organisation=organisation_id)
    details, today = invitations.details_of(row), belgian_date(now)
    new = MembershipId(new_id("mem"))
    left_at = session.scalar(records.left_blocked_at(by, organisation_id))
    # A manager who writes to somebody who left while blocked lets them in; an older mail does not.
    left_blocked = left_at is not None and left_at >= row.sent_at
    after = rules.take_up(
        new, organisation_id, by, present=present, details=details, today=today, left_blocked=left_blocked
    )
    if present is None:
        records.add(session, after, now=now)
        return after
    waiting, _ = records.locked(session, present.id, by=by)
    if waiting.status not in (MembershipStatus.REQUESTED, MembershipStatus.INVITED):
        # Answered by a manager since it was read: that stands.
        raise AlreadyMember(organisation=organisation_id)
    records.write(waiting, after, now=now)
    waiting.version += 1
    session.flush()
    return after


def _locked(session: Session, link: str, now: datetime) -> InvitationRow:
    row = session.scalars(
        select(InvitationRow)
        .where(InvitationRow.digest == digest(link))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(invitation="unknown")
    if row.state != InvitationState.OPEN:
        raise InvitationOver(state=row.state)
    if row.expires_at <= now:
        raise InvitationOver(state=InvitationState.EXPIRED.value)
    organisation = session.get_one(OrganisationRow, row.organisation_id)
    if organisation.status in (OrganisationStatus.CLOSING, OrganisationStatus.CLOSED):
        raise InvitationOver(state=InvitationState.WITHDRAWN.value)
    return row
