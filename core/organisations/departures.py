"""The account of a member goes (A15): its memberships end, and what then becomes of the organisations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.organisations import records, rules
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.presentation_tables import OrganisationPictureRow, OrganisationSocialProfileRow
from core.organisations.rules import Membership
from core.organisations.states import DisputeState, MembershipStatus, OrganisationStatus, Succession
from core.organisations.tables import DisputeRow, MembershipRow, OrganisationRow, OrganisationSuggestionRow
from core.people.identifiers import PersonId

_LIVE = MembershipRow.status.in_([status.value for status in MembershipStatus if status.is_live])
_ACTIVE = MembershipStatus.ACTIVE.value
_WAITING = (MembershipStatus.REQUESTED.value, MembershipStatus.INVITED.value)


@dataclass(frozen=True, slots=True)
class Departure:
    """A membership that ends with its person's account, and what that does to the organisation."""

    membership_id: MembershipId
    organisation_id: OrganisationId
    organisation_name: str
    was_confirmed: bool
    succession: Succession


def departures(session: Session | Connection, person_id: PersonId) -> tuple[Departure, ...]:
    """Return what would end with a person's account, by the organisation's name."""
    member, organisation = MembershipRow.__table__.c, OrganisationRow.__table__.c
    live = [status.value for status in MembershipStatus if status.is_live]
    rows = session.execute(
        select(member.organisation_id, member.id, member.person_id, member.status, member.is_manager, member.since)
        .add_columns(organisation.name, organisation.manager_count)
        .join(OrganisationRow.__table__, organisation.id == member.organisation_id)
        .where(
            member.status.in_(live),
            member.organisation_id.in_(
                select(MembershipRow.organisation_id).where(MembershipRow.person_id == person_id, _LIVE)
            ),
        )
    ).all()
    found = []
    for own in (row for row in rows if row.person_id == person_id):
        colleagues = sum(
            row.organisation_id == own.organisation_id and row.status == _ACTIVE and row.id != own.id for row in rows
        )
        membership = Membership(
            *(MembershipId(own.id), OrganisationId(own.organisation_id), person_id, MembershipStatus(own.status)),
            is_manager=own.is_manager,
        )
        becomes = rules.succession(membership, managers=own.manager_count, colleagues=colleagues)
        found.append(Departure(membership.id, membership.organisation_id, own.name, own.since is not None, becomes))
    return tuple(sorted(found, key=lambda departure: (departure.organisation_name.casefold(), departure.membership_id)))


def was_ever_confirmed(session: Session, person_id: PersonId) -> bool:
    """Tell whether the person was ever an active member anywhere: activity in the sense of A15."""
    confirmed = (MembershipRow.person_id == person_id) & MembershipRow.since.is_not(None)
    return session.scalars(select(MembershipRow.id).where(confirmed).limit(1)).first() is not None


def locked(session: Session, person_id: PersonId) -> tuple[MembershipRow, ...]:
    """Lock a person's live memberships, with their colleagues' and the organisations, and return them.

    In the order in which `records.locked` locks: memberships by identifier, then the organisation.
    """
    mine = select(MembershipRow.organisation_id).where(MembershipRow.person_id == person_id, _LIVE)
    rows = session.scalars(
        select(MembershipRow)
        .where(MembershipRow.organisation_id.in_(mine), _LIVE)
        .order_by(MembershipRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    own = tuple(row for row in rows if row.person_id == person_id)
    session.scalars(
        select(OrganisationRow)
        .where(OrganisationRow.id.in_(sorted(row.organisation_id for row in own)))
        .order_by(OrganisationRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return own


def depart(session: Session, departure: Departure, *, by: PersonId | None, now: datetime) -> None:
    """End one membership; its organisation goes on, ends, or is left without a manager.

    Call `locked` first. That an organisation may be left so is the caller's decision.
    """
    row = session.get_one(MembershipRow, departure.membership_id)
    organisation = session.get_one(OrganisationRow, departure.organisation_id)
    before = records.membership(row)
    records.write(row, rules.depart(before), now=now)
    match departure.succession:
        case Succession.ENDS:
            _end(session, organisation, by=by, now=now)
        case Succession.NEEDS_MANAGER:
            organisation.status, organisation.ownerless_since = OrganisationStatus.OWNERLESS, now
        case Succession.GOES_ON:
            pass
    if before.is_manager:
        organisation.manager_count -= 1
    session.flush()
    _record(session, "membership-ended-with-account", before, by, now)


def others_waiting(session: Session, organisation_id: OrganisationId, person_id: PersonId) -> Sequence[PersonId]:
    """Return who else asked to join an organisation or is invited to it."""
    found = session.scalars(
        select(MembershipRow.person_id)
        .where(MembershipRow.organisation_id == organisation_id, MembershipRow.status.in_(_WAITING))
        .where(MembershipRow.person_id != person_id)
        .order_by(MembershipRow.person_id)
    )
    return [PersonId(other) for other in found]


def forget_unconfirmed(session: Session, person_id: PersonId) -> None:
    """Remove the requests and invitations of a person who was never a member of anything."""
    session.execute(delete(MembershipRow).where(MembershipRow.person_id == person_id, MembershipRow.since.is_(None)))


def withdraw_disputes(session: Session, person_id: PersonId, *, now: datetime) -> None:
    """End what the person disputes: nobody is left to prove it."""
    _end_disputes(session, DisputeRow.claimant_id == person_id, now)


def forget_details(session: Session, person_id: PersonId) -> None:
    """Empty what all memberships of a person say of them, those that ended long ago included."""
    for row in session.scalars(select(MembershipRow).where(MembershipRow.person_id == person_id)):
        row.function, row.email, row.phone_number = None, None, None


def _end(session: Session, organisation: OrganisationRow, *, by: PersonId | None, now: datetime) -> None:
    """Close an organisation with its only member; name and number stay for the bookkeeping.

    Its contact data and pictures go: in a company of one they are that person's.
    """
    organisation.status, organisation.updated_at = OrganisationStatus.CLOSED, now
    organisation.email, organisation.phone_number, organisation.website = None, None, None
    organisation.street_address, organisation.postal_code, organisation.locality = None, None, None
    organisation.post_street_address, organisation.post_postal_code, organisation.post_locality = None, None, None
    for shown in (OrganisationPictureRow, OrganisationSocialProfileRow):
        session.execute(delete(shown).where(shown.organisation_id == organisation.id))
    session.execute(
        delete(OrganisationSuggestionRow).where(OrganisationSuggestionRow.organisation_id == organisation.id)
    )
    waiting = (MembershipRow.organisation_id == organisation.id) & _LIVE & (MembershipRow.status != _ACTIVE)
    for row in session.scalars(select(MembershipRow).where(waiting)):
        before = records.membership(row)
        records.write(row, rules.depart(before), now=now)
        _record(session, "membership-ended-with-organisation", before, None, now)
    # The number is free: whoever claimed it may add it.
    _end_disputes(session, DisputeRow.organisation_id == organisation.id, now)
    audit.record(
        session,
        action="organisation-ended",
        actor_id=by,
        subject_id=organisation.id,
        organisation_id=organisation.id,
        now=now,
    )


def _end_disputes(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    is_open = DisputeRow.state == DisputeState.OPEN.value
    for row in session.scalars(select(DisputeRow).where(which, is_open).order_by(DisputeRow.id).with_for_update()):
        row.state, row.ended_at = DisputeState.WITHDRAWN, now
        audit.record(
            session,
            action="dispute-ended",
            actor_id=None,
            subject_id=row.claimant_id,
            organisation_id=row.organisation_id,
            details={"dispute": row.id},
            now=now,
        )
    session.flush()


def _record(session: Session, action: str, membership: Membership, by: PersonId | None, now: datetime) -> None:
    audit.record(
        session,
        action=action,
        actor_id=by,
        subject_id=membership.person_id,
        organisation_id=membership.organisation_id,
        details={"membership": membership.id},
        now=now,
    )
