"""What a context is called, for menus: its organisation and the way in which a tool is used there."""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from core.infra.localised import Localised
from core.organisations.identifiers import OrganisationId
from core.organisations.states import OrganisationStatus
from core.organisations.tables import OrganisationRow
from core.tools.identifiers import RegistrationId
from core.tools.tables import RegistrationRow, UsageRow


@dataclass(frozen=True, slots=True)
class ContextNames:
    """An organisation, and one way of using a tool for it."""

    organisation_id: OrganisationId
    organisation: str
    usage: Localised


def context_names(session: Session | Connection, registration_id: RegistrationId) -> ContextNames | None:
    """Return what a context is called; None where its organisation is no longer here. One statement."""
    row = session.execute(
        select(
            OrganisationRow.id,
            OrganisationRow.name.label("organisation"),
            UsageRow.name_nl,
            UsageRow.name_fr,
            UsageRow.name_en,
        )
        .join(RegistrationRow, RegistrationRow.organisation_id == OrganisationRow.id)
        .join(UsageRow, (UsageRow.tool_id == RegistrationRow.tool_id) & (UsageRow.code == RegistrationRow.usage))
        .where(RegistrationRow.id == registration_id, OrganisationRow.status != OrganisationStatus.CLOSED.value)
    ).one_or_none()
    if row is None:
        return None
    usage = Localised(row.name_nl, row.name_fr, row.name_en)
    return ContextNames(OrganisationId(row.id), row.organisation, usage)
