"""What an organisation has registered: one usage by the words of an address, and its tools; for pages."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.infra.localised import Localised
from core.organisations.identifiers import OrganisationId
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.states import RegistrationStatus
from core.tools.tables import RegistrationRow, ToolRow, UsageRow


@dataclass(frozen=True, slots=True)
class RegisteredUsage:
    """A registration with the names of its tool and its usage."""

    id: RegistrationId
    tool_id: ToolId
    tool_code: str
    tool_name: Localised
    logo_url: str | None
    usage: str
    usage_name: Localised
    status: RegistrationStatus
    status_reason: str | None


def registered_usage(
    session: Session, organisation_id: OrganisationId, tool_code: str, usage: str
) -> RegisteredUsage | None:
    """Return the live registration of a usage; None where there is none. One statement."""
    of_usage = and_(UsageRow.tool_id == RegistrationRow.tool_id, UsageRow.code == RegistrationRow.usage)
    found = session.execute(
        select(RegistrationRow, ToolRow, UsageRow)
        .join(ToolRow, ToolRow.id == RegistrationRow.tool_id)
        .join(UsageRow, of_usage)
        .where(
            RegistrationRow.organisation_id == organisation_id,
            RegistrationRow.usage == usage,
            RegistrationRow.status != RegistrationStatus.ENDED.value,
            ToolRow.code == tool_code,
        )
    ).one_or_none()
    if found is None:
        return None
    row, tool, used = found
    return RegisteredUsage(
        id=RegistrationId(row.id),
        tool_id=ToolId(tool.id),
        tool_code=tool.code,
        tool_name=Localised(tool.name_nl, tool.name_fr, tool.name_en),
        logo_url=tool.logo_url,
        usage=used.code,
        usage_name=Localised(used.name_nl, used.name_fr, used.name_en),
        status=RegistrationStatus(row.status),
        status_reason=row.status_reason,
    )


def registered_tools(session: Session, organisation_id: OrganisationId) -> dict[str, Localised]:
    """Return the tools that an organisation has registered in any way: the name by the code, in its order."""
    rows = session.execute(
        select(ToolRow.code, ToolRow.name_nl, ToolRow.name_fr, ToolRow.name_en)
        .join(RegistrationRow, RegistrationRow.tool_id == ToolRow.id)
        .where(
            RegistrationRow.organisation_id == organisation_id,
            RegistrationRow.status != RegistrationStatus.ENDED.value,
        )
        .distinct()
        .order_by(ToolRow.code)
    )
    return {code: Localised(*names) for code, *names in rows}
