"""What accreditations are for: the registrations that rest on one's own, and the usages that need a kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.tables import AccreditationRow
from core.infra.localised import Localised
from core.organisations.tables import OrganisationRow
from core.people.identifiers import PersonId
from core.tools import requirements
from core.tools.requirements import Requirement
from core.tools.states import RegistrationStatus
from core.tools.tables import MandateRow, RegistrationRow, RequirementRow, ToolRow, UsageRow


@dataclass(frozen=True, slots=True)
class Resting:
    """A registration that rests on a person's accreditation by a mandate, which ends with its last day."""

    accreditation_id: str
    organisation_name: str
    tool_name: Localised
    usage_name: Localised
    status: RegistrationStatus
    valid_until: date


@dataclass(frozen=True, slots=True)
class Purpose:
    """A usage that needs a kind of accreditation: to register it, to use it, or both.

    `may_be_lent` where a colleague's does for using it.
    """

    tool_name: Localised
    usage_name: Localised
    to_register: bool
    to_use: bool
    may_be_lent: bool = False


def resting_on(session: Session, person_id: PersonId) -> tuple[Resting, ...]:
    """Return what rests on a person's accreditations now, by the organisations' names."""
    rows = session.execute(
        select(MandateRow, RegistrationRow, OrganisationRow.name, ToolRow, UsageRow)
        .join(RegistrationRow, RegistrationRow.id == MandateRow.registration_id)
        .join(OrganisationRow, OrganisationRow.id == RegistrationRow.organisation_id)
        .join(ToolRow, ToolRow.id == RegistrationRow.tool_id)
        .join(UsageRow, (UsageRow.tool_id == ToolRow.id) & (UsageRow.code == RegistrationRow.usage))
        .join(AccreditationRow, AccreditationRow.id == MandateRow.accreditation_id)
        .where(
            AccreditationRow.person_id == person_id,
            MandateRow.accepted_at.is_not(None),
            MandateRow.ended_at.is_(None),
            RegistrationRow.status != RegistrationStatus.ENDED.value,
        )
        .order_by(OrganisationRow.name, ToolRow.code, UsageRow.position)
    )
    return tuple(
        Resting(
            accreditation_id=mandate.accreditation_id,
            organisation_name=organisation_name,
            tool_name=_name(tool),
            usage_name=_name(usage),
            status=RegistrationStatus(registration.status),
            valid_until=mandate.valid_until,
        )
        for mandate, registration, organisation_name, tool, usage in rows
    )


def purposes(session: Session, *, now: datetime) -> Mapping[str, tuple[Purpose, ...]]:
    """Return by kind of accreditation the usages that name it in what they need now."""
    rows = session.execute(
        select(ToolRow, UsageRow, RequirementRow.requirement)
        .join(UsageRow, UsageRow.tool_id == ToolRow.id)
        .join(RequirementRow, (RequirementRow.tool_id == ToolRow.id) & (RequirementRow.usage == UsageRow.code))
        .where(RequirementRow.applies_from <= now)
        .order_by(ToolRow.code, UsageRow.position, RequirementRow.version)
    )
    # Later versions replace earlier ones.
    current = {(tool.code, usage.code): (tool, usage, requirements.parse(text)) for tool, usage, text in rows}
    found: dict[str, list[Purpose]] = {}
    for tool, usage, requirement in current.values():
        to_register = Requirement(register=requirement.register).kinds()
        to_use = Requirement(use=requirement.use).kinds()
        for kind in sorted(to_register | to_use):
            purpose = Purpose(
                tool_name=_name(tool),
                usage_name=_name(usage),
                to_register=kind in to_register,
                to_use=kind in to_use,
                may_be_lent=requirement.may_be_lent(),
            )
            found.setdefault(kind, []).append(purpose)
    return {kind: tuple(named) for kind, named in found.items()}


def _name(row: ToolRow | UsageRow) -> Localised:
    return Localised(row.name_nl, row.name_fr, row.name_en)
