"""The account of somebody goes (A15): what they did with tools, and what of others rests on them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from core.accreditations.tables import AccreditationRow
from core.infra import audit
from core.infra.localised import Localised
from core.organisations.identifiers import OrganisationId
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.tools import announcements, mandate_endings
from core.tools.states import AccessStatus, RegistrationStatus
from core.tools.tables import AccessRequestRow, AccessRow, MandateRow, RegistrationRow, ToolRow

ORGANISATION_ENDED = "organisation-ended"


@dataclass(frozen=True, slots=True)
class LentAccreditation:
    """A registration that rests on somebody's accreditation, and how many colleagues use it."""

    tool: Localised
    organisation_name: str
    colleagues: int


def lent(session: Session, person_id: PersonId) -> tuple[LentAccreditation, ...]:
    """Return the registrations that rest on a person's accreditations, by organisation and tool."""
    others = (
        select(func.count())
        .select_from(AccessRow)
        .join(MembershipRow, MembershipRow.id == AccessRow.membership_id)
        .where(
            AccessRow.registration_id == MandateRow.registration_id,
            AccessRow.status == AccessStatus.GRANTED.value,
            MembershipRow.person_id != person_id,
        )
        .correlate(MandateRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(ToolRow.name_nl, ToolRow.name_fr, ToolRow.name_en, OrganisationRow.name, others.label("colleagues"))
        .select_from(MandateRow)
        .join(AccreditationRow, AccreditationRow.id == MandateRow.accreditation_id)
        .join(ToolRow, ToolRow.id == MandateRow.tool_id)
        .join(OrganisationRow, OrganisationRow.id == MandateRow.organisation_id)
        .where(AccreditationRow.person_id == person_id)
        .where(MandateRow.ended_at.is_(None), MandateRow.accepted_at.is_not(None))
    )
    found = (
        LentAccreditation(Localised(row.name_nl, row.name_fr, row.name_en), row.name, row.colleagues) for row in rows
    )
    return tuple(sorted(found, key=lambda lent: (lent.organisation_name.casefold(), lent.tool.en)))


def has_acted(session: Session, person_id: PersonId) -> bool:
    """Tell whether the person registered a tool, or lent, or let lend: activity in the sense of A15."""
    registered = select(RegistrationRow.id).where(RegistrationRow.registered_by == person_id)
    mandated = (
        select(MandateRow.id)
        .join(AccreditationRow, AccreditationRow.id == MandateRow.accreditation_id)
        .where(or_(MandateRow.granted_by == person_id, AccreditationRow.person_id == person_id))
    )
    return any(session.scalars(found.limit(1)).first() is not None for found in (registered, mandated))


def named_in_mandates(session: Session, person_id: PersonId) -> frozenset[str]:
    """Return the accreditations of a person that a mandate names, also one that ended long ago."""
    return frozenset(
        session.scalars(
            select(MandateRow.accreditation_id)
            .join(AccreditationRow, AccreditationRow.id == MandateRow.accreditation_id)
            .where(AccreditationRow.person_id == person_id)
        )
    )


def forget_requests(session: Session, person_id: PersonId) -> None:
    """Remove what the person asked for and nobody has decided."""
    theirs = select(MembershipRow.id).where(MembershipRow.person_id == person_id)
    session.execute(delete(AccessRequestRow).where(AccessRequestRow.membership_id.in_(theirs)))


def end_registrations(session: Session, organisation_id: OrganisationId, *, now: datetime) -> None:
    """End every registration of an organisation that ends; the contexts close at once (T6)."""
    rows = session.scalars(
        select(RegistrationRow)
        .where(
            RegistrationRow.organisation_id == organisation_id,
            RegistrationRow.status != RegistrationStatus.ENDED.value,
        )
        .order_by(RegistrationRow.id)
        .with_for_update()
    ).all()
    for row in rows:
        row.status, row.status_reason, row.changed_at = RegistrationStatus.ENDED, ORGANISATION_ENDED, now
        mandate_endings.end_with_registration(session, row.id, now=now)
        audit.record(
            session,
            action="tool-registration-ended",
            actor_id=None,
            subject_id=row.id,
            organisation_id=organisation_id,
            details={"tool": row.tool_id, "usage": row.usage},
            now=now,
        )
    announcements.tell_users(session, rows, reason=ORGANISATION_ENDED, now=now)
