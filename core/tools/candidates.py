"""Which tools of an organisation somebody could use who is to be an employee: the second step of adding them (O6).

The person may wait to be a member, or be nothing here yet (`employee_access.py` is about members);
what they bring is judged by `rules.evaluate_needs` like everywhere. The number of statements is fixed.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import Session, aliased

from core.accreditations.queries import held, held_by
from core.accreditations.rules import HeldAccreditation
from core.accreditations.tables import AccreditationRow
from core.infra.localised import Localised
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId
from core.tools import assignments, requirements
from core.tools.context import Reason
from core.tools.errors import RequirementNotMet, UnknownRole
from core.tools.identifiers import MandateId, RegistrationId
from core.tools.registration import account_standing
from core.tools.rules import evaluate_needs
from core.tools.situation import AccountStanding, LentAccreditation, OrganisationStanding, Situation
from core.tools.states import AccessStatus, Colleagues, RegistrationStatus
from core.tools.tables import (
    AccessRow,
    MandateColleagueRow,
    MandateRow,
    RegistrationRow,
    RequirementRow,
    RoleRow,
    ToolRow,
    UsageRow,
)

# Role wished in a registration, by the registration's identifier.
RolesWished = Mapping[RegistrationId, str]


@dataclass(frozen=True, slots=True)
class OfferedRole:
    """A role that the tool knows."""

    code: str
    name: Localised


@dataclass(frozen=True, slots=True)
class CandidateTool:
    """A registration of the organisation, as it stands for one employee.

    `role` None: no user. `reason` says why the person cannot use it, whatever their role ("accreditation
    not valid"); of somebody who is not known yet it is None.
    """

    registration_id: RegistrationId
    tool: Localised
    tool_code: str
    usage: Localised
    usage_code: str
    roles: tuple[OfferedRole, ...]
    role: str | None
    is_blocked: bool
    is_suspended: bool
    reason: Reason | None

    @property
    def role_name(self) -> Localised | None:
        """Return what the role is called, None for no user."""
        return next((role.name for role in self.roles if role.code == self.role), None)


@dataclass(frozen=True, slots=True)
class _Bringing:
    """What a person brings to every registration."""

    account: AccountStanding
    own: tuple[HeldAccreditation, ...]


def tools_of(
    session: Session,
    organisation_id: OrganisationId,
    *,
    person_id: PersonId | None,
    membership_id: MembershipId | None = None,
    now: datetime,
) -> tuple[CandidateTool, ...]:
    """Return every live registration of the organisation as it stands for a person, in the order of names.

    None as person: somebody who is invited and not known yet.
    """
    rows = session.execute(_registrations(organisation_id, membership_id, now)).all()
    roles: dict[str, list[OfferedRole]] = defaultdict(list)
    tool_ids = sorted({row.tool_id for row in rows})
    for role in session.scalars(
        select(RoleRow).where(RoleRow.tool_id.in_(tool_ids)).order_by(RoleRow.tool_id, RoleRow.position)
    ):
        roles[role.tool_id].append(OfferedRole(role.code, Localised(role.name_nl, role.name_fr, role.name_en)))
    bringing = None
    if person_id is not None:
        bringing = _Bringing(account_standing(session, person_id), held_by(session, person_id))
    found = (_tool(row, tuple(roles[row.tool_id]), bringing, now) for row in rows)
    return tuple(sorted(found, key=lambda tool: (tool.tool.en.casefold(), tool.usage.en.casefold())))


def give_roles(
    session: Session, membership_id: MembershipId, wished: RolesWished, *, by: PersonId, now: datetime
) -> None:
    """Give a member the roles that a manager chose; a role they lack the accreditation for raises.

    Raises as `assignments.assign_role`: nothing of it is then kept.
    """
    for registration_id, role in sorted(wished.items()):
        assignments.assign_role(session, registration_id, membership_id, role, by=by, now=now)


def give_promised_roles(
    session: Session,
    organisation_id: OrganisationId,
    membership_id: MembershipId,
    wished: RolesWished,
    *,
    person_id: PersonId,
    now: datetime,
) -> tuple[RegistrationId, ...]:
    """Give whoever accepted an invitation what a manager promised in it, as far as it can be had now.

    A tool that was ended meanwhile, a role that is gone, a requirement the person does not meet:
    they stay no user of it. Return what was given.
    """
    open_now = {
        tool.registration_id: tool
        for tool in tools_of(session, organisation_id, person_id=person_id, membership_id=membership_id, now=now)
    }
    given = []
    for registration_id, role in sorted(wished.items()):
        tool = open_now.get(registration_id)
        # What a manager decided for this member since (they were one before) stands.
        if tool is None or tool.reason is not None or tool.is_blocked or tool.role is not None:
            continue
        if role in {offered.code for offered in tool.roles}:
            assignments.give_as_promised(session, registration_id, membership_id, role, now=now)
            given.append(registration_id)
    return tuple(given)


def require_offered(tools: tuple[CandidateTool, ...], wished: RolesWished) -> None:
    """Make sure that roles which are wished can be given; raises `UnknownRole`, `RequirementNotMet`."""
    offered = {tool.registration_id: tool for tool in tools}
    for registration_id, role in wished.items():
        tool = offered.get(registration_id)
        if tool is None or role not in {known.code for known in tool.roles}:
            raise UnknownRole(registration=registration_id, role=role)
        if tool.reason is not None:
            raise RequirementNotMet(reason=tool.reason)


def _registrations(organisation_id: OrganisationId, membership_id: MembershipId | None, now: datetime) -> Any:
    """Select the live registrations with what decides about one person; no membership matches none."""
    holder, theirs = aliased(MembershipRow), membership_id or ""
    usage = and_(UsageRow.tool_id == RegistrationRow.tool_id, UsageRow.code == RegistrationRow.usage)
    access = and_(AccessRow.registration_id == RegistrationRow.id, AccessRow.membership_id == theirs)
    accepted = MandateRow.ended_at.is_(None) & MandateRow.accepted_at.is_not(None)
    listed = and_(MandateColleagueRow.mandate_id == MandateRow.id, MandateColleagueRow.membership_id == theirs)
    return (
        select(
            *(RegistrationRow.id, RegistrationRow.tool_id, RegistrationRow.usage, RegistrationRow.status),
            *(ToolRow.code, ToolRow.name_nl, ToolRow.name_fr, ToolRow.name_en),
            *(UsageRow.name_nl.label("usage_nl"), UsageRow.name_fr.label("usage_fr")),
            *(UsageRow.name_en.label("usage_en"), RequirementRow.requirement),
            *(AccessRow.status.label("access"), AccessRow.role, MandateRow, AccreditationRow),
            *(holder.status.label("holder_status"), MandateColleagueRow.membership_id.label("listed")),
        )
        .select_from(RegistrationRow)
        .join(ToolRow, ToolRow.id == RegistrationRow.tool_id)
        .join(UsageRow, usage)
        .join(RequirementRow, _in_force(now))
        .outerjoin(AccessRow, access)
        .outerjoin(MandateRow, (MandateRow.registration_id == RegistrationRow.id) & accepted)
        .outerjoin(AccreditationRow, AccreditationRow.id == MandateRow.accreditation_id)
        .outerjoin(holder, holder.id == MandateRow.holder_membership_id)
        .outerjoin(MandateColleagueRow, listed)
        .where(
            RegistrationRow.organisation_id == organisation_id,
            RegistrationRow.status != RegistrationStatus.ENDED.value,
        )
        .order_by(RegistrationRow.id)
    )


def _in_force(now: datetime) -> ColumnElement[bool]:
    """Say which version of a requirement counts: the last one whose day has come."""
    version = aliased(RequirementRow)
    same = (version.tool_id == RegistrationRow.tool_id) & (version.usage == RegistrationRow.usage)
    latest = (
        select(func.max(version.version))
        .where(same, version.applies_from <= now)
        .correlate(RegistrationRow)
        .scalar_subquery()
    )
    return and_(
        RequirementRow.tool_id == RegistrationRow.tool_id,
        RequirementRow.usage == RegistrationRow.usage,
        RequirementRow.version == latest,
    )


def _tool(row: Row[Any], roles: tuple[OfferedRole, ...], bringing: _Bringing | None, now: datetime) -> CandidateTool:
    access = None if row.access is None else AccessStatus(row.access)
    is_granted = access is AccessStatus.GRANTED
    return CandidateTool(
        registration_id=RegistrationId(row.id),
        tool=Localised(row.name_nl, row.name_fr, row.name_en),
        tool_code=row.code,
        usage=Localised(row.usage_nl, row.usage_fr, row.usage_en),
        usage_code=row.usage,
        roles=roles,
        role=row.role if is_granted else None,
        is_blocked=access is AccessStatus.BLOCKED,
        is_suspended=row.status == RegistrationStatus.SUSPENDED,
        reason=None if bringing is None else _lacking(row, bringing, access, now),
    )


def _lacking(row: Row[Any], bringing: _Bringing, access: AccessStatus | None, now: datetime) -> Reason | None:
    situation = Situation(
        account=bringing.account,
        organisation=OrganisationStanding(OrganisationStatus.ACTIVE),
        membership=MembershipStatus.ACTIVE,
        registration=RegistrationStatus(row.status),
        access=access,
        role=row.role,
        requirement=requirements.parse(row.requirement),
        own=bringing.own,
        mandate=_lent(row),
    )
    return evaluate_needs(situation, now=now).reason


def _lent(row: Row[Any]) -> LentAccreditation | None:
    mandate: MandateRow | None = row.MandateRow
    if mandate is None:
        return None
    return LentAccreditation(
        mandate_id=MandateId(mandate.id),
        accreditation=held(row.AccreditationRow),
        accepted=mandate.accepted_at is not None,
        ended=mandate.ended_at is not None,
        covers=mandate.colleagues == Colleagues.ALL or row.listed is not None,
        holder_active=row.holder_status == MembershipStatus.ACTIVE,
        valid_from=mandate.valid_from,
        valid_until=mandate.valid_until,
    )
