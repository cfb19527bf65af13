"""Requests that nobody answers: the managers are reminded, and in the end the request is over (O8)."""

import math
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.errors import NotFound, RateLimited
from core.organisations import employees, letters
from core.organisations.errors import NotYours, WrongState
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.organisations.waiting import REMINDED_AFTER, REQUEST_EXPIRES_AFTER, Wait
from core.people.identifiers import PersonId
from core.people.receivers import name_of

_WAITING = (MembershipStatus.REQUESTED.value, MembershipStatus.INVITED.value)
# One run does so many at most; the next one goes on.
_AT_ONCE = 200


def remind(session: Session, membership_id: MembershipId, *, by: PersonId, now: datetime) -> None:
    """Remind the managers of one's own request, once a day at most.

    Raises `NotFound`, `NotYours`, `WrongState` once it was answered, and `RateLimited` for less
    than a day since the request or the last reminder.
    """
    row = session.scalars(
        select(MembershipRow)
        .where(MembershipRow.id == membership_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(membership=membership_id)
    if row.person_id != by:
        raise NotYours(membership=membership_id)
    if row.status != MembershipStatus.REQUESTED:
        raise WrongState(status=row.status)
    again_from = Wait(row.created_at, row.reminded_at).may_be_reminded_from
    if now < again_from:
        raise RateLimited(math.ceil((again_from - now).total_seconds()), limit="membership-reminder")
    _remind(session, row, by=by, now=now)


def send_due_reminders(session: Session, *, now: datetime) -> int:
    """Remind the managers of requests that wait for three and for seven days; return of how many.

    Several workers may do so at once: a request that one of them has in hand is passed over.
    """
    candidates = session.execute(
        select(MembershipRow.id, MembershipRow.created_at, MembershipRow.reminded_at)
        .where(
            MembershipRow.status == MembershipStatus.REQUESTED.value,
            MembershipRow.created_at <= now - REMINDED_AFTER[0],
        )
        .order_by(MembershipRow.created_at, MembershipRow.id)
    ).all()
    due = [row.id for row in candidates if Wait(row.created_at, row.reminded_at).reminder_is_due(now)][:_AT_ONCE]
    rows = session.scalars(
        select(MembershipRow)
        .where(MembershipRow.id.in_(due), MembershipRow.status == MembershipStatus.REQUESTED.value)
        .order_by(MembershipRow.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    # Judged again under the lock: another worker may have reminded meanwhile.
    still_due = [row for row in rows if Wait(row.created_at, row.reminded_at).reminder_is_due(now)]
    for row in still_due:
        _remind(session, row, by=None, now=now)
    return len(still_due)


def end_unanswered(session: Session, *, now: datetime) -> int:
    """End the requests and invitations that nobody answered in thirty days; return how many."""
    due = session.scalars(
        select(MembershipRow.id)
        .where(MembershipRow.status.in_(_WAITING), MembershipRow.created_at <= now - REQUEST_EXPIRES_AFTER)
        .order_by(MembershipRow.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for membership_id in due:
        employees.expire(session, MembershipId(membership_id), now=now)
    return len(due)


def _remind(session: Session, row: MembershipRow, *, by: PersonId | None, now: datetime) -> None:
    row.reminded_at = now
    session.flush()
    name, asked_on = name_of(session, PersonId(row.person_id)), belgian_date(row.created_at)
    letters.tell_managers(
        session,
        OrganisationId(row.organisation_id),
        "membership-reminder",
        lambda language: {"person": name, "since": date_in_words(asked_on, language)},
        now=now,
    )
    audit.record(
        session,
        action="membership-reminded",
        actor_id=by,
        subject_id=row.person_id,
        organisation_id=row.organisation_id,
        details={"membership": row.id},
        now=now,
    )
