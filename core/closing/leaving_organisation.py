"""What would end if somebody left an organisation: their roles, the mandates they hold, who could step in (T6)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.closing.replacements import who_can_replace
from core.infra.errors import NotFound
from core.infra.localised import Localised
from core.organisations.identifiers import MembershipId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.tools.states import AccessStatus, RegistrationStatus
from core.tools.tables import AccessRow, MandateRow, RegistrationRow, ToolRow, UsageRow


@dataclass(frozen=True, slots=True)
class EndingMandate:
    """A registration that rests on the member's accreditation: how many colleagues use it, who could replace it."""

    tool: Localised
    usage: Localised
    colleagues: int
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would end with a membership, and whether it can end at all: not that of the last manager."""

    tools: tuple[Localised, ...]
    mandates: tuple[EndingMandate, ...]
    is_last_manager: bool
    colleagues: int


def leaving(session: Session, membership_id: MembershipId, *, now: datetime) -> Leaving:
    """Return what would end if this membership ended now; nothing is changed. Raises `NotFound`."""
    member = session.get(MembershipRow, membership_id)
    if member is None:
        raise NotFound(membership=membership_id)
    managers = session.scalars(
        select(OrganisationRow.manager_count).where(OrganisationRow.id == member.organisation_id)
    ).one()
    colleagues = session.scalars(
        select(func.count())
        .select_from(MembershipRow)
        .where(
            MembershipRow.organisation_id == member.organisation_id,
            MembershipRow.status == MembershipStatus.ACTIVE.value,
            MembershipRow.id != member.id,
        )
    ).one()
    return Leaving(
        tools=_tools(session, member),
        mandates=_mandates(session, member, now),
        is_last_manager=member.is_manager and managers <= 1,
        colleagues=colleagues,
    )


def _tools(session: Session, member: MembershipRow) -> tuple[Localised, ...]:
    rows = session.execute(
        select(ToolRow.name_nl, ToolRow.name_fr, ToolRow.name_en)
        .join(AccessRow, AccessRow.tool_id == ToolRow.id)
        .where(AccessRow.membership_id == member.id, AccessRow.status == AccessStatus.GRANTED.value)
        .distinct()
        .order_by(ToolRow.name_en)
    )
    return tuple(Localised(row.name_nl, row.name_fr, row.name_en) for row in rows)


def _mandates(session: Session, member: MembershipRow, now: datetime) -> tuple[EndingMandate, ...]:
    others = (
        select(func.count())
        .select_from(AccessRow)
        .where(
            AccessRow.registration_id == MandateRow.registration_id,
            AccessRow.status == AccessStatus.GRANTED.value,
            AccessRow.membership_id != member.id,
        )
        .correlate(MandateRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(RegistrationRow, ToolRow, UsageRow, others.label("colleagues"))
        .select_from(MandateRow)
        .join(RegistrationRow, RegistrationRow.id == MandateRow.registration_id)
        .join(ToolRow, ToolRow.id == RegistrationRow.tool_id)
        .join(UsageRow, (UsageRow.tool_id == ToolRow.id) & (UsageRow.code == RegistrationRow.usage))
        .where(
            MandateRow.holder_membership_id == member.id,
            MandateRow.accepted_at.is_not(None),
            MandateRow.ended_at.is_(None),
            RegistrationRow.status != RegistrationStatus.ENDED.value,
        )
        .order_by(ToolRow.code, UsageRow.position)
    ).all()
    return tuple(
        EndingMandate(
            tool=Localised(tool.name_nl, tool.name_fr, tool.name_en),
            usage=Localised(usage.name_nl, usage.name_fr, usage.name_en),
            colleagues=colleagues,
            alternatives=who_can_replace(session, registration, but=member.person_id, now=now),
        )
        for registration, tool, usage, colleagues in rows
    )
