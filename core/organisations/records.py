"""Between rows of memberships and the values that `rules.py` decides about."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from core.infra.errors import NotFound
from core.organisations import wallet_rights
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rules import MemberDetails, Membership
from core.organisations.states import DisputeState, MembershipStatus, MembershipType
from core.organisations.tables import DisputeRow, MembershipRow
from core.people.identifiers import PersonId


def membership(row: MembershipRow) -> Membership:
    """Return the value of a row."""
    return Membership(
        id=MembershipId(row.id),
        organisation_id=OrganisationId(row.organisation_id),
        person_id=PersonId(row.person_id),
        status=MembershipStatus(row.status),
        is_manager=row.is_manager,
        since=row.since,
        left_while_blocked=row.left_while_blocked,
        details=MemberDetails(
            type=None if row.type is None else MembershipType(row.type),
            function=row.function,
            email=row.email,
            phone_number=row.phone_number,
        ),
    )


def add(session: Session, value: Membership, *, now: datetime) -> None:
    """Store a new membership."""
    row = MembershipRow(id=value.id, organisation_id=value.organisation_id, person_id=value.person_id, created_at=now)
    wallet_rights.carry_on(session, row)
    session.add(row)
    write(row, value, now=now)
    session.flush()


def write(row: MembershipRow, value: Membership, *, now: datetime) -> None:
    """Bring a row to what a rule decided."""
    row.status = value.status
    row.is_manager = value.is_manager
    row.since = value.since
    row.left_while_blocked = value.left_while_blocked
    row.type = value.details.type
    row.function = value.details.function
    row.email = value.details.email
    row.phone_number = value.details.phone_number
    row.changed_at = now


def locked(
    session: Session, membership_id: MembershipId, *, by: PersonId | None
) -> tuple[MembershipRow, MembershipRow | None]:
    """Return a membership and the live one of whoever acts in the same organisation, both locked.

    Raises `NotFound` if the membership does not exist. The rows are locked in the order of their
    identifiers, so two managers who act on each other wait and do not deadlock.
    """
    organisation_id = session.scalar(select(MembershipRow.organisation_id).where(MembershipRow.id == membership_id))
    live = [status.value for status in MembershipStatus if status.is_live]
    own = (MembershipRow.person_id == by) & MembershipRow.status.in_(live)
    rows = session.scalars(
        select(MembershipRow)
        .where(MembershipRow.organisation_id == organisation_id, (MembershipRow.id == membership_id) | own)
        .order_by(MembershipRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    target = next((row for row in rows if row.id == membership_id), None)
    if target is None:
        raise NotFound(membership=membership_id)
    actor = next((row for row in rows if row.person_id == by and MembershipStatus(row.status).is_live), None)
    return target, actor


def live_of(session: Session, person_id: PersonId, organisation_id: OrganisationId) -> Membership | None:
    """Return the one live membership of a person in an organisation."""
    live = [status.value for status in MembershipStatus if status.is_live]
    row = session.scalars(
        select(MembershipRow).where(
            MembershipRow.person_id == person_id,
            MembershipRow.organisation_id == organisation_id,
            MembershipRow.status.in_(live),
        )
    ).one_or_none()
    return None if row is None else membership(row)


def left_blocked_at(person_id: PersonId, organisation_id: Any) -> Select[datetime]:
    """Return the selection of when a person left an organisation that had blocked them.

    Nothing where a manager let them in since: then their last membership ended otherwise. For use
    in a statement, so the organisation may be a column of it.
    """
    last, later = aliased(MembershipRow), aliased(MembershipRow)
    theirs = (last.person_id == person_id) & (last.organisation_id == organisation_id) & last.left_while_blocked
    since = (later.person_id == person_id) & (later.organisation_id == last.organisation_id)
    let_in = exists().where(since, later.created_at > last.created_at)
    return select(last.changed_at).where(theirs, ~let_in).limit(1)


def live_ids(person_id: PersonId) -> Select[str]:
    """Return the selection of a person's live memberships by identifier, for use in a statement."""
    live = [status.value for status in MembershipStatus if status.is_live]
    return select(MembershipRow.id).where(MembershipRow.person_id == person_id, MembershipRow.status.in_(live))


def is_disputed(session: Session, organisation_id: OrganisationId) -> bool:
    """Tell whether somebody disputes whose organisation this is, and nobody has decided yet."""
    is_open = (DisputeRow.organisation_id == organisation_id) & (DisputeRow.state == DisputeState.OPEN.value)
    return session.scalars(select(DisputeRow.id).where(is_open).limit(1)).first() is not None
