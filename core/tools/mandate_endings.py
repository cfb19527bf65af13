"""How mandates end or rest, and what closes with them: registrations, and their users' contexts."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.tools import announcements, mandate_letters
from core.tools.catalogue import usage_requirements
from core.tools.identifiers import ToolId
from core.tools.requirements import NOTHING
from core.tools.states import RegistrationStatus
from core.tools.tables import MandateRow, RegistrationRow

ACCREDITATION_LAPSED = "accreditation-lapsed"
MANDATE_ENDED = "mandate-ended"
REQUIREMENT_CHANGED = "requirement-changed"
# What an accreditation beneath a registration puts right; other causes have other ends.
_FOR_WANT_OF_ONE = frozenset({ACCREDITATION_LAPSED, MANDATE_ENDED, REQUIREMENT_CHANGED})

_LIVE = MandateRow.ended_at.is_(None)
_ACCEPTED = MandateRow.accepted_at.is_not(None)


def end(session: Session, mandates: Sequence[MandateRow], *, reason: str, now: datetime) -> None:
    """End mandates; a registration that rested on one and needs one is suspended, not deleted."""
    rested_on = {row.registration_id for row in mandates if row.accepted_at is not None}
    _close(session, mandates, reason, now)
    _suspend(session, rested_on, MANDATE_ENDED, now)


def end_proposals(session: Session, registration_id: str, *, now: datetime) -> None:
    """End what was proposed and not accepted, because something else is proposed."""
    found = _find(session, MandateRow.registration_id == registration_id, ~_ACCEPTED)
    _close(session, found, "replaced", now)


def end_accepted(session: Session, registration_id: str, *, reason: str = "replaced", now: datetime) -> None:
    """End the mandate that holds, because another takes its place."""
    found = _find(session, MandateRow.registration_id == registration_id, _ACCEPTED)
    _close(session, found, reason, now)


def end_with_registration(session: Session, registration_id: str, *, now: datetime) -> None:
    """End all mandates of a registration that ends."""
    _close(session, _find(session, MandateRow.registration_id == registration_id), "registration-ended", now)


def end_with_membership(session: Session, membership_id: str, *, now: datetime) -> None:
    """End the mandates whose holder leaves the organisation or is blocked in it; the managers are told."""
    found = _find(session, MandateRow.holder_membership_id == membership_id)
    end(session, found, reason="holder-left", now=now)
    for row in found:
        if row.accepted_at is not None:
            mandate_letters.to_managers(session, row, "mandate-ended-with-membership", now=now)


def suspend_resting_on(session: Session, accreditation_id: str, *, now: datetime) -> Sequence[RegistrationRow]:
    """Suspend every registration that rests on an accreditation which no longer holds; return those it concerns."""
    found = _find(session, MandateRow.accreditation_id == accreditation_id, _ACCEPTED)
    return _suspend(session, {row.registration_id for row in found}, ACCREDITATION_LAPSED, now)


def resume_resting_on(session: Session, accreditation_id: str, *, now: datetime) -> Sequence[RegistrationRow]:
    """Let registrations work again that were suspended only because this accreditation lapsed; return these."""
    found = _find(session, MandateRow.accreditation_id == accreditation_id, _ACCEPTED)
    suspended = _registrations(session, {row.registration_id for row in found}, RegistrationStatus.SUSPENDED)
    resumed = [registration for registration in suspended if registration.status_reason == ACCREDITATION_LAPSED]
    for registration in resumed:
        set_status(session, registration, RegistrationStatus.ACTIVE, None, now)
    return resumed


def set_status(
    session: Session,
    registration: RegistrationRow,
    status: RegistrationStatus,
    reason: str | None,
    now: datetime,
) -> None:
    """Let a registration rest, or work again, and record it."""
    registration.status, registration.status_reason = status, reason
    registration.changed_at = now
    audit.record(
        session,
        action=f"tool-registration-{status.value}",
        actor_id=None,
        subject_id=registration.id,
        organisation_id=registration.organisation_id,
        details={"reason": reason},
        now=now,
    )


def resume(session: Session, registration: RegistrationRow, *, now: datetime) -> bool:
    """Let a registration work that was suspended for want of an accreditation; tell whether it was."""
    rests = registration.status == RegistrationStatus.SUSPENDED and registration.status_reason in _FOR_WANT_OF_ONE
    if rests:
        set_status(session, registration, RegistrationStatus.ACTIVE, None, now)
    return rests


def _find(session: Session, *conditions: ColumnElement[bool]) -> Sequence[MandateRow]:
    return session.scalars(select(MandateRow).where(_LIVE, *conditions).order_by(MandateRow.id)).all()


def _close(session: Session, mandates: Iterable[MandateRow], reason: str, now: datetime) -> None:
    for row in mandates:
        row.ended_at, row.end_reason = now, reason
    session.flush()


def _suspend(
    session: Session, registration_ids: Iterable[str], reason: str, now: datetime
) -> Sequence[RegistrationRow]:
    suspended = []
    for registration in _registrations(session, registration_ids, RegistrationStatus.ACTIVE):
        needed = usage_requirements(session, ToolId(registration.tool_id), registration.usage, now=now)
        if needed is not None and needed.register != NOTHING:
            set_status(session, registration, RegistrationStatus.SUSPENDED, reason, now)
        suspended.append(registration)
    announcements.tell_users(session, suspended, reason=reason, now=now)
    return suspended


def _registrations(
    session: Session, registration_ids: Iterable[str], status: RegistrationStatus
) -> Sequence[RegistrationRow]:
    return session.scalars(
        select(RegistrationRow)
        .where(RegistrationRow.id.in_(sorted(registration_ids)), RegistrationRow.status == status.value)
        .order_by(RegistrationRow.id)
        .with_for_update()
    ).all()
