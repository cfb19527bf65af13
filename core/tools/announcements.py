"""Telling the outbox whose access to a registration changed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import outbox
from core.infra.topics import AccessChanged
from core.organisations.tables import MembershipRow
from core.tools.states import AccessStatus
from core.tools.tables import AccessRow, RegistrationRow


def tell_users(session: Session, registrations: Iterable[RegistrationRow], *, reason: str, now: datetime) -> None:
    """Say of everybody with a role in these registrations that their access may have changed.

    The provider's worker looks again and revokes only what is closed now (T6).
    """
    organisation_of = {row.id: row.organisation_id for row in registrations}
    users = session.execute(
        select(AccessRow.registration_id, MembershipRow.person_id)
        .join(MembershipRow, MembershipRow.id == AccessRow.membership_id)
        .where(
            AccessRow.registration_id.in_(organisation_of),
            AccessRow.status == AccessStatus.GRANTED.value,
        )
        .order_by(AccessRow.registration_id, MembershipRow.person_id)
    )
    for registration_id, person_id in users:
        changed = AccessChanged(person_id, registration_id, organisation_of[registration_id], reason)
        outbox.enqueue(session, changed, now=now)
