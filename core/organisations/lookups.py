"""Finding the account of somebody whom a manager wants to add (O6a): by exact address or username, and on record."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.organisations import records
from core.organisations.errors import NotManager
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.rules import AddressState, PersonStatus, address_key, username_key
from core.people.tables import EmailAddressRow, PersonRow

_LIVE = [status.value for status in MembershipStatus if status.is_live]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a manager sees of an account before adding it: a name, and as much of the username as they know.

    `membership` says how the person stands here already, None for a stranger.
    """

    person_id: PersonId
    name: str
    username: str
    membership_id: MembershipId | None
    membership: MembershipStatus | None


def look_up(
    session: Session, organisation_id: OrganisationId, typed: str, *, by: PersonId, now: datetime
) -> Candidate | None:
    """Return the account with exactly this address or username, None for none that can be added.

    The same one statement whatever was typed and found, and a line in the audit trail each time, so
    that neither the answer nor its time tells an account that cannot be added from none at all.
    Whoever is found reads in their own history that they were. Raises `NotManager`.
    """
    manager = records.live_of(session, by, organisation_id)
    if manager is None or not manager.is_manager_of(organisation_id):
        raise NotManager(organisation=organisation_id)
    found = _find(session, organisation_id, typed)
    audit.record(
        session,
        action="employee-looked-up",
        actor_id=by,
        subject_id=None if found is None else found.person_id,
        organisation_id=organisation_id,
        details={"found": found is not None},
        now=now,
    )
    return found


def masked(username: str) -> str:
    """Return a username of which only the first letter of each part can be read: `d•••.m••••••`."""
    marks = (
        mark if not mark.isalnum() or place == 0 or not username[place - 1].isalnum() else "•"
        for place, mark in enumerate(username)
    )
    return "".join(marks)


def _find(session: Session, organisation_id: OrganisationId, typed: str) -> Candidate | None:
    address = and_(
        EmailAddressRow.person_id == PersonRow.id,
        EmailAddressRow.state == AddressState.CURRENT.value,
        EmailAddressRow.verified_at.is_not(None),
    )
    here = and_(
        MembershipRow.person_id == PersonRow.id,
        MembershipRow.organisation_id == organisation_id,
        MembershipRow.status.in_(_LIVE),
    )
    row = session.execute(
        select(
            *(PersonRow.id, PersonRow.given_name, PersonRow.family_name, PersonRow.username, PersonRow.username_key),
            *(MembershipRow.id.label("membership_id"), MembershipRow.status),
        )
        # Nobody without an activated address can be added: nothing could tell them of it.
        .join(EmailAddressRow, address)
        .outerjoin(MembershipRow, here)
        .where(
            PersonRow.status == PersonStatus.ACTIVE.value,
            PersonRow.erasure_due_at.is_(None),
            or_(PersonRow.username_key == username_key(typed), EmailAddressRow.address_key == address_key(typed)),
        )
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    knows_username = row.username_key == username_key(typed)
    return Candidate(
        person_id=PersonId(row.id),
        name=full_name(row.given_name, row.family_name) or masked(row.username),
        username=row.username if knows_username else masked(row.username),
        membership_id=None if row.membership_id is None else MembershipId(row.membership_id),
        membership=None if row.status is None else MembershipStatus(row.status),
    )
