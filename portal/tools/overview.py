"""Every tool of the catalogue, and what the organisation does with it (T2)."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request

from core.organisations.identifiers import MembershipId
from core.organisations.rights import Right
from core.tools.access_states import AccessState
from core.tools.overview import ToolAtAGlance, UsageAtAGlance, tools_at_a_glance
from core.tools.starting import start_url
from core.tools.states import RegistrationStatus
from core.web.locale import current_language
from portal import pages
from portal.frame import OrganisationFrame, Section, frame
from portal.tools.scene import tool_url
from portal.visit import Visit, open_organisation

bp = Blueprint("tools", __name__, url_prefix="/organisations/<organisation_id>/tools")

_SEARCH = "search"


@dataclass(frozen=True, slots=True)
class UsageLine:
    """A usage on the card of its tool; `state` is one word: what the person has of it."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class ToolCard:
    """A tool in the overview: `start_url` where it can be opened, `register_url` where it is not registered."""

    code: str
    name: str
    description: str
    logo_url: str | None
    details_url: str
    start_url: str | None
    register_url: str | None
    usages: tuple[UsageLine, ...]


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The tools, those that can be started first; `search` is what was looked for."""

    template: ClassVar[str] = "tools/overview.html"

    frame: OrganisationFrame
    tools: tuple[ToolCard, ...]
    search: str


@bp.get("")
def show(organisation_id: str) -> str:
    """Show the tools whose words hold all that is looked for."""
    visit = open_organisation(organisation_id, Right.SEE_TOOLS)
    search = request.args.get(_SEARCH, "").strip()
    with visit.services.database.reading() as reading:
        member = visit.membership_id or MembershipId("")
        found = tools_at_a_glance(reading, visit.organisation.id, member, now=visit.now)
    cards = tuple(_card(visit, tool) for tool in found if tool.matches(search))
    page = OverviewPage(frame(visit, Section.TOOLS), cards, search)
    return pages.render(page, menu=page.frame.menu)


def _card(visit: Visit, tool: ToolAtAGlance) -> ToolCard:
    language, here, usable = current_language(), visit.organisation.id, tool.usable
    details = tool_url(here, tool.code)
    first = None if tool.is_registered or not tool.usages else tool.usages[0]
    return ToolCard(
        code=tool.code,
        name=tool.name.text(language),
        description=tool.description.text(language),
        logo_url=tool.logo_url,
        details_url=details,
        start_url=start_url(tool.home_url, here, usable.code) if usable and tool.home_url else None,
        register_url=f"{details}/{first.code}/register" if first else None,
        usages=tuple(
            UsageLine(usage.name.text(language), _state(usage)) for usage in tool.usages if usage.is_registered
        ),
    )


def _state(usage: UsageAtAGlance) -> str:
    """Return one word for what the person has of a registered usage."""
    if usage.status is RegistrationStatus.SUSPENDED:
        return "suspended"
    if usage.wait is not None:
        return "waiting"
    if usage.judged is None:
        return AccessState.NO_USER.value
    is_shut = usage.judged.state is AccessState.USER and usage.judged.closed is not None
    return "closed" if is_shut else usage.judged.state.value
