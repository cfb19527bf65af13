"""Two accounts turn out to be one person's (A20): their memberships come together."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import Conflict
from core.organisations import records, rules, wallet_rights
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import DisputeState, MembershipStatus
from core.organisations.tables import DisputeRow, InvitationRow, MembershipRow, OrganisationRow
from core.people.identifiers import PersonId

_WAITING = (MembershipStatus.REQUESTED, MembershipStatus.INVITED)


class BlockedInOne(Conflict):
    """An organisation blocked one of the accounts: merging must neither undo nor extend that."""

    code = "blocked-in-one"


@dataclass(frozen=True, slots=True)
class Joined:
    """Two live memberships in one organisation that became one: `into` goes on, `ended` does not."""

    ended: MembershipId
    into: MembershipId


def take_over(session: Session, *, kept: PersonId, given_up: PersonId, now: datetime) -> tuple[Joined, ...]:
    """Give the memberships of one account to another, and return where both were members.

    There the stronger one goes on: who is active in one and waits in the other is active, who manages
    with one manages. Raises `BlockedInOne`. Call `departures.locked` for both first.
    """
    theirs = session.scalars(select(MembershipRow).where(MembershipRow.person_id == given_up)).all()
    own = session.scalars(select(MembershipRow).where(MembershipRow.person_id == kept)).all()
    live = {row.organisation_id: row for row in own if MembershipStatus(row.status).is_live}
    joined = []
    for row in theirs:
        other = live.get(row.organisation_id) if MembershipStatus(row.status).is_live else None
        if other is not None:
            into, ended = _stronger_first(other, row)
            _join(session, into, ended, by=kept, now=now)
            joined.append(Joined(MembershipId(ended.id), MembershipId(into.id)))
        # Also what ended long ago: it is one person's history.
        row.person_id = kept
    session.execute(update(InvitationRow).where(InvitationRow.invited_by == given_up).values(invited_by=kept))
    _take_over_disputes(session, kept=kept, given_up=given_up)
    session.flush()
    return tuple(joined)


def _take_over_disputes(session: Session, *, kept: PersonId, given_up: PersonId) -> None:
    """Claim for the account that stays what the other one claimed; where both did, the other's ends with it."""
    rows = session.scalars(select(DisputeRow).where(DisputeRow.claimant_id.in_((kept, given_up)))).all()
    own = {row.organisation_id for row in rows if row.claimant_id == kept and row.state == DisputeState.OPEN}
    for row in rows:
        if row.claimant_id == given_up and row.organisation_id not in own:
            row.claimant_id = kept


def _stronger_first(own: MembershipRow, theirs: MembershipRow) -> tuple[MembershipRow, MembershipRow]:
    own_waits, theirs_wait = (MembershipStatus(row.status) in _WAITING for row in (own, theirs))
    return (theirs, own) if own_waits and not theirs_wait else (own, theirs)


def _join(session: Session, into: MembershipRow, ended: MembershipRow, *, by: PersonId, now: datetime) -> None:
    goes_on, goes = records.membership(into), records.membership(ended)
    if MembershipStatus.BLOCKED in (goes_on.status, goes.status):
        raise BlockedInOne(organisation=into.organisation_id)
    if goes_on.is_manager and goes.is_manager:
        session.get_one(OrganisationRow, into.organisation_id).manager_count -= 1
    records.write(ended, rules.depart(goes), now=now)
    # Only one may be live at a time.
    session.flush()
    records.write(into, replace(goes_on, is_manager=goes_on.is_manager or goes.is_manager), now=now)
    wallet_rights.join(into, ended)
    audit.record(
        session,
        action="memberships-joined",
        actor_id=by,
        subject_id=by,
        organisation_id=OrganisationId(into.organisation_id),
        details={"membership": into.id, "ended": ended.id},
        now=now,
    )
