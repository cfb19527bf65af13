"""What operators read of the catalogue: its tools, and what was set before."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.infra.localised import Localised
from core.people.identifiers import PersonId
from core.tools import requirements
from core.tools.description import Description
from core.tools.identifiers import ToolId
from core.tools.requirements import Requirement
from core.tools.states import RegistrationStatus
from core.tools.tables import RegistrationRow, RequirementRow, ToolRow, ToolVersionRow


@dataclass(frozen=True, slots=True)
class ListedTool:
    """A tool in the operators' list; `registrations` are those that have not ended."""

    code: str
    name: Localised
    publisher: str
    registrations: int
    is_retired: bool


@dataclass(frozen=True, slots=True)
class EarlierDescription:
    """How a tool was described until `replaced_at`."""

    version: int
    description: Description
    replaced_at: datetime
    replaced_by: PersonId | None
    reason: str
    reference: str


@dataclass(frozen=True, slots=True)
class RequirementVersion:
    """A version of what a usage needs; `set_at` and why are None where it came with the tool."""

    version: int
    requirement: Requirement
    applies_from: datetime
    set_at: datetime | None
    set_by: PersonId | None
    reason: str | None
    reference: str | None


def all_tools(session: Session) -> tuple[ListedTool, ...]:
    """Return all tools by code, also those taken out of the catalogue; one statement."""
    live = (RegistrationRow.tool_id == ToolRow.id) & (RegistrationRow.status != RegistrationStatus.ENDED.value)
    count = select(func.count()).where(live).correlate(ToolRow).scalar_subquery()
    return tuple(
        ListedTool(
            tool.code,
            Localised(tool.name_nl, tool.name_fr, tool.name_en),
            tool.publisher,
            registrations,
            tool.retired_at is not None,
        )
        for tool, registrations in session.execute(select(ToolRow, count).order_by(ToolRow.code))
    )


def earlier_descriptions(session: Session, tool_id: ToolId) -> tuple[EarlierDescription, ...]:
    """Return how a tool was described before, the latest first."""
    rows = session.scalars(
        select(ToolVersionRow).where(ToolVersionRow.tool_id == tool_id).order_by(ToolVersionRow.version.desc())
    )
    return tuple(
        EarlierDescription(
            version=row.version,
            description=Description.from_json(row.content),
            replaced_at=row.replaced_at,
            replaced_by=None if row.replaced_by is None else PersonId(row.replaced_by),
            reason=row.reason,
            reference=row.reference,
        )
        for row in rows
    )


def requirement_versions(session: Session, tool_id: ToolId, usage: str) -> tuple[RequirementVersion, ...]:
    """Return every version of what a usage needs, the latest first."""
    rows = session.scalars(
        select(RequirementRow)
        .where(RequirementRow.tool_id == tool_id, RequirementRow.usage == usage)
        .order_by(RequirementRow.version.desc())
    )
    return tuple(
        RequirementVersion(
            version=row.version,
            requirement=requirements.parse(row.requirement),
            applies_from=row.applies_from,
            set_at=row.set_at,
            set_by=None if row.set_by is None else PersonId(row.set_by),
            reason=row.reason,
            reference=row.reference,
        )
        for row in rows
    )
