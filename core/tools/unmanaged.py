"""Tools of an organisation that nobody manages: they rest, and work again when somebody does (O7)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.accreditations.queries import held
from core.accreditations.rules import is_in_force
from core.accreditations.tables import AccreditationRow
from core.infra import audit
from core.organisations.identifiers import OrganisationId
from core.tools import announcements
from core.tools.catalogue import usage_requirements
from core.tools.identifiers import ToolId
from core.tools.mandate_endings import ACCREDITATION_LAPSED, MANDATE_ENDED
from core.tools.requirements import NOTHING
from core.tools.states import RegistrationStatus
from core.tools.tables import MandateRow, RegistrationRow

NOBODY_MANAGES = "ownerless"


def organisations_at_work() -> Select[str]:
    """Return the selection of organisations with a tool that works, for use in a statement."""
    return select(RegistrationRow.organisation_id).where(RegistrationRow.status == RegistrationStatus.ACTIVE.value)


def suspend(session: Session, organisation_id: OrganisationId, *, now: datetime) -> None:
    """Let every registration that works rest; its users are looked at again."""
    rows = _registrations(session, organisation_id, RegistrationStatus.ACTIVE)
    for row in rows:
        _set(session, row, RegistrationStatus.SUSPENDED, NOBODY_MANAGES, now)
    announcements.tell_users(session, rows, reason=NOBODY_MANAGES, now=now)


def resume(session: Session, organisation_id: OrganisationId, *, now: datetime) -> None:
    """Let the registrations work again that rested for this reason, unless what they rest on is gone meanwhile."""
    resting = _registrations(session, organisation_id, RegistrationStatus.SUSPENDED)
    rows = [row for row in resting if row.status_reason == NOBODY_MANAGES]
    for row in rows:
        hindrance = _hindrance(session, row, now)
        status = RegistrationStatus.ACTIVE if hindrance is None else RegistrationStatus.SUSPENDED
        _set(session, row, status, hindrance, now)
    announcements.tell_users(session, rows, reason="manager-appointed", now=now)


def _hindrance(session: Session, row: RegistrationRow, now: datetime) -> str | None:
    needed = usage_requirements(session, ToolId(row.tool_id), row.usage, now=now)
    if needed is None or needed.register == NOTHING:
        return None
    accreditation = session.scalars(
        select(AccreditationRow)
        .join(MandateRow, MandateRow.accreditation_id == AccreditationRow.id)
        .where(
            MandateRow.registration_id == row.id,
            MandateRow.ended_at.is_(None),
            MandateRow.accepted_at.is_not(None),
        )
    ).first()
    if accreditation is None:
        return MANDATE_ENDED
    return None if is_in_force(held(accreditation), now) else ACCREDITATION_LAPSED


def _registrations(
    session: Session, organisation_id: OrganisationId, status: RegistrationStatus
) -> Sequence[RegistrationRow]:
    return session.scalars(
        select(RegistrationRow)
        .where(RegistrationRow.organisation_id == organisation_id, RegistrationRow.status == status.value)
        .order_by(RegistrationRow.id)
        .with_for_update()
    ).all()


def _set(session: Session, row: RegistrationRow, status: RegistrationStatus, reason: str | None, now: datetime) -> None:
    row.status, row.status_reason, row.changed_at = status, reason, now
    is_active = status is RegistrationStatus.ACTIVE
    audit.record(
        session,
        action="tool-registration-active" if is_active else "tool-registration-suspended",
        actor_id=None,
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details={"reason": reason},
        now=now,
    )
