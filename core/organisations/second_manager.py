"""Advice to the only manager of an office with colleagues: name a second one, before somebody has to (O7)."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session, aliased

from core.infra.errors import NotFound
from core.organisations.identifiers import MembershipId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId

PUT_OFF_FOR = timedelta(days=30)


def is_advised(session: Session | Connection, membership_id: MembershipId, *, now: datetime) -> bool:
    """Tell whether this member is the only manager, has a colleague to choose, and has not put it off lately."""
    colleague = aliased(MembershipRow)
    colleagues = (
        select(func.count())
        .select_from(colleague)
        .where(
            colleague.organisation_id == MembershipRow.organisation_id,
            colleague.status == MembershipStatus.ACTIVE.value,
            colleague.id != MembershipRow.id,
        )
        .correlate(MembershipRow)
        .scalar_subquery()
    )
    row = session.execute(
        select(MembershipRow.second_manager_put_off_at, colleagues.label("colleagues"))
        .join(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
        .where(MembershipRow.id == membership_id, MembershipRow.is_manager, OrganisationRow.manager_count == 1)
    ).one_or_none()
    if row is None or row.colleagues == 0:
        return False
    put_off_at = row.second_manager_put_off_at
    return put_off_at is None or now >= put_off_at + PUT_OFF_FOR


def put_off(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> None:
    """Let a manager be without this advice for thirty days; raises `NotFound` for another's membership."""
    row = session.get(MembershipRow, membership_id)
    if row is None or row.person_id != by:
        raise NotFound(membership=membership_id)
    row.second_manager_put_off_at = now
