"""A membership ends or is shut: with it end the mandates on its person's accreditations (T6)."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.organisations import employees
from core.organisations.identifiers import MembershipId
from core.organisations.rules import Membership
from core.people.identifiers import PersonId
from core.tools.mandate_endings import end_with_membership


def block(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Shut a member or a requester out; raises as `employees.block`."""
    after = employees.block(session, membership_id, by=by, now=now)
    end_with_membership(session, membership_id, now=now)
    return after


def leave(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Leave an organisation, withdraw a request, decline an invitation; raises as `employees.leave`."""
    after = employees.leave(session, membership_id, by=by, now=now)
    end_with_membership(session, membership_id, now=now)
    return after


def remove(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> Membership:
    """Delete a member, or take an invitation back; raises as `employees.remove`."""
    after = employees.remove(session, membership_id, by=by, now=now)
    end_with_membership(session, membership_id, now=now)
    return after
