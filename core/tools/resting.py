"""What of an organisation's tools rests on one member, and who could take their place: before a membership ends.

A mandate ends with the membership of its holder (organisations.md, "Mandated person leaves"): whoever
ends it sees which tools that concerns, how many colleagues, and on whose accreditation they could rest.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.accreditations.queries import held
from core.accreditations.tables import AccreditationRow
from core.infra.localised import Localised
from core.organisations.identifiers import MembershipId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.people.receivers import full_name
from core.people.tables import PersonRow
from core.tools import requirements
from core.tools.identifiers import RegistrationId
from core.tools.requirements import NOTHING, Requirement
from core.tools.rules import qualifies
from core.tools.states import AccessStatus
from core.tools.tables import AccessRow, MandateRow, RegistrationRow, RequirementRow, ToolRow, UsageRow


@dataclass(frozen=True, slots=True)
class RestingTool:
    """A registration that rests on the member's accreditation.

    `colleagues` use it besides the member; `alternatives` are the names of those whose accreditation
    would do. `stops`: without another accreditation it is suspended.
    """

    registration_id: RegistrationId
    tool_code: str
    tool: Localised
    usage_code: str
    usage: Localised
    colleagues: int
    alternatives: tuple[str, ...]
    stops: bool


def resting_tools(session: Session, membership_id: MembershipId, *, now: datetime) -> tuple[RestingTool, ...]:
    """Return the registrations that rest on a member, by tool and usage; three statements at most."""
    others = (
        select(func.count())
        .select_from(AccessRow)
        .where(
            AccessRow.registration_id == MandateRow.registration_id,
            AccessRow.status == AccessStatus.GRANTED.value,
            AccessRow.membership_id != membership_id,
        )
        .correlate(MandateRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(RegistrationRow, ToolRow, UsageRow, others.label("colleagues"))
        .select_from(MandateRow)
        .join(RegistrationRow, RegistrationRow.id == MandateRow.registration_id)
        .join(ToolRow, ToolRow.id == RegistrationRow.tool_id)
        .join(UsageRow, (UsageRow.tool_id == RegistrationRow.tool_id) & (UsageRow.code == RegistrationRow.usage))
        .where(
            MandateRow.holder_membership_id == membership_id,
            MandateRow.ended_at.is_(None),
            MandateRow.accepted_at.is_not(None),
        )
        .order_by(ToolRow.code, UsageRow.position)
    ).all()
    if not rows:
        return ()
    needed = _requirements(session, {row.RegistrationRow.tool_id for row in rows}, now)
    able = _alternatives(session, membership_id, rows[0].RegistrationRow.organisation_id, needed, now)
    return tuple(_resting(row.RegistrationRow, row.ToolRow, row.UsageRow, row.colleagues, needed, able) for row in rows)


_Usage = tuple[str, str]


def _resting(
    registration: RegistrationRow,
    tool: ToolRow,
    usage: UsageRow,
    colleagues: int,
    needed: Mapping[_Usage, Requirement],
    able: Mapping[_Usage, tuple[str, ...]],
) -> RestingTool:
    key = (registration.tool_id, registration.usage)
    return RestingTool(
        registration_id=RegistrationId(registration.id),
        tool_code=tool.code,
        tool=Localised(tool.name_nl, tool.name_fr, tool.name_en),
        usage_code=usage.code,
        usage=Localised(usage.name_nl, usage.name_fr, usage.name_en),
        colleagues=colleagues,
        alternatives=able.get(key, ()),
        stops=needed[key].register != NOTHING,
    )


def _requirements(session: Session, tools: set[str], now: datetime) -> Mapping[_Usage, Requirement]:
    rows = session.scalars(
        select(RequirementRow)
        .where(RequirementRow.tool_id.in_(sorted(tools)), RequirementRow.applies_from <= now)
        .order_by(RequirementRow.tool_id, RequirementRow.usage, RequirementRow.version)
    )
    # Later versions replace earlier ones.
    return {(row.tool_id, row.usage): requirements.parse(row.requirement) for row in rows}


def _alternatives(
    session: Session,
    membership_id: MembershipId,
    organisation_id: str,
    needed: Mapping[_Usage, Requirement],
    now: datetime,
) -> Mapping[_Usage, tuple[str, ...]]:
    kinds = sorted({kind for requirement in needed.values() for kind in requirement.kinds()})
    rows = session.execute(
        select(AccreditationRow, PersonRow.given_name, PersonRow.family_name, PersonRow.username)
        .join(PersonRow, PersonRow.id == AccreditationRow.person_id)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(
            MembershipRow.organisation_id == organisation_id,
            MembershipRow.status == MembershipStatus.ACTIVE.value,
            MembershipRow.id != membership_id,
            AccreditationRow.kind.in_(kinds),
        )
        .order_by(PersonRow.search_name, PersonRow.id)
    ).all()
    found: dict[_Usage, dict[str, None]] = defaultdict(dict)
    for row in rows:
        name = full_name(row.given_name, row.family_name) or row.username
        for usage, requirement in needed.items():
            if qualifies(requirement, held(row.AccreditationRow), now):
                found[usage][name] = None
    return {usage: tuple(names) for usage, names in found.items()}
