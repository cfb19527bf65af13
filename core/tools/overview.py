"""Every tool of the catalogue as one member of an organisation stands to it (T2), in three statements."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.infra.localised import Localised
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.waiting import Wait
from core.people.folding import search_text
from core.tools.access_states import AccessState, JudgedAccess
from core.tools.employee_access import judged_registrations
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.states import RegistrationStatus
from core.tools.tables import AccessRequestRow, RegistrationRow, ToolRow, UsageRow


@dataclass(frozen=True, slots=True)
class UsageAtAGlance:
    """One way of using a tool; `status` where the organisation has registered it.

    `judged` is how the member stands to it, `wait` that they asked for access.
    """

    code: str
    name: Localised
    status: RegistrationStatus | None = None
    judged: JudgedAccess | None = None
    wait: Wait | None = None

    @property
    def is_registered(self) -> bool:
        """Tell whether the organisation has it, working or suspended."""
        return self.status is not None

    @property
    def is_usable(self) -> bool:
        """Tell whether the member can start the tool in this way now."""
        return self.judged is not None and self.judged.state is AccessState.USER and self.judged.closed is None


@dataclass(frozen=True, slots=True)
class ToolAtAGlance:
    """A tool in the overview; one without `home_url` does not run."""

    id: ToolId
    code: str
    name: Localised
    description: Localised
    publisher: str
    logo_url: str | None
    home_url: str | None
    usages: tuple[UsageAtAGlance, ...]

    @property
    def usable(self) -> UsageAtAGlance | None:
        """Return the first way in which the member can start it now."""
        return next((usage for usage in self.usages if usage.is_usable), None)

    @property
    def is_registered(self) -> bool:
        """Tell whether the organisation has registered it in any way."""
        return any(usage.is_registered for usage in self.usages)

    def matches(self, search: str) -> bool:
        """Tell whether its names, description and publisher hold every word that is looked for."""
        texts = (text for told in (self.name, self.description) for text in (told.nl, told.fr, told.en))
        usages = (text for usage in self.usages for text in (usage.name.nl, usage.name.fr, usage.name.en))
        text = search_text(*texts, *usages, self.publisher)
        return all(word in text for word in search_text(search).split())


@dataclass(frozen=True, slots=True)
class _Mine:
    """What is the member's own: how they stand to registrations, and what they asked for."""

    judged: Mapping[RegistrationId, JudgedAccess]
    waits: Mapping[RegistrationId, Wait]


def tools_at_a_glance(
    session: Session, organisation_id: OrganisationId, membership_id: MembershipId, *, now: datetime
) -> tuple[ToolAtAGlance, ...]:
    """Return the catalogue with the state of each usage, what can be started first."""
    mine = _Mine(judged_registrations(session, membership_id, now=now), _waits(session, membership_id))
    here = and_(
        RegistrationRow.tool_id == UsageRow.tool_id,
        RegistrationRow.usage == UsageRow.code,
        RegistrationRow.organisation_id == organisation_id,
        RegistrationRow.status != RegistrationStatus.ENDED.value,
    )
    rows = session.execute(
        select(ToolRow, UsageRow, RegistrationRow.id, RegistrationRow.status)
        .outerjoin(UsageRow, UsageRow.tool_id == ToolRow.id)
        .outerjoin(RegistrationRow, here)
        # Whoever has it goes on; to everybody else it is not shown.
        .where(ToolRow.retired_at.is_(None) | RegistrationRow.id.is_not(None))
        .order_by(ToolRow.code, UsageRow.position)
    )
    found = (_tool(tuple(group), mine) for _, group in groupby(rows, key=lambda row: str(row[0].id)))
    return tuple(sorted(found, key=lambda tool: (tool.usable is None, not tool.is_registered, tool.code)))


def _tool(rows: tuple[tuple[ToolRow, UsageRow | None, str | None, str | None], ...], mine: _Mine) -> ToolAtAGlance:
    tool = rows[0][0]
    return ToolAtAGlance(
        id=ToolId(tool.id),
        code=tool.code,
        name=Localised(tool.name_nl, tool.name_fr, tool.name_en),
        description=Localised(tool.description_nl, tool.description_fr, tool.description_en),
        publisher=tool.publisher,
        logo_url=tool.logo_url,
        home_url=tool.home_url,
        usages=tuple(_usages(rows, mine)),
    )


def _usages(
    rows: tuple[tuple[ToolRow, UsageRow | None, str | None, str | None], ...], mine: _Mine
) -> Iterator[UsageAtAGlance]:
    for _, usage, registration, status in rows:
        if usage is None:
            continue
        name = Localised(usage.name_nl, usage.name_fr, usage.name_en)
        if registration is None:
            yield UsageAtAGlance(usage.code, name)
            continue
        known = RegistrationId(registration)
        yield UsageAtAGlance(
            usage.code,
            name,
            status=RegistrationStatus(status or ""),
            judged=mine.judged.get(known),
            wait=mine.waits.get(known),
        )


def _waits(session: Session, membership_id: MembershipId) -> Mapping[RegistrationId, Wait]:
    rows = session.scalars(select(AccessRequestRow).where(AccessRequestRow.membership_id == membership_id))
    return {RegistrationId(row.registration_id): Wait(row.asked_at, row.reminded_at) for row in rows}
