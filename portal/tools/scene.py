"""What every page of one tool stands on: the tool, how its usages stand, and which of them is shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from core.accreditations.queries import kinds
from core.infra.errors import NotFound
from core.infra.localised import Localised
from core.organisations.rights import Right
from core.people.assurance import Acr
from core.tools.catalogue import ToolFacts, tool_by_code, tool_facts
from core.tools.choices import UsageChoice, usage_choices
from core.tools.registrations import ShownRegistration, registrations_of
from core.tools.starting import start_url
from core.tools.upcoming import Upcoming, upcoming_requirements
from core.tools.wording import Wording
from core.web.locale import current_language
from portal.frame import Section, organisation_url
from portal.visit import Visit, open_organisation

# Whoever could be stepped up to what a usage asks for is shown what they could do with it.
_REACHABLE = Acr.HIGH


@dataclass(frozen=True, slots=True)
class Scene:
    """A tool as one member of an organisation stands to it; `choice` is the usage that is shown."""

    visit: Visit
    tool: ToolFacts
    choices: tuple[UsageChoice, ...]
    choice: UsageChoice
    registrations: Mapping[str, ShownRegistration]
    upcoming: Mapping[str, Upcoming]
    kinds: Mapping[str, Localised]

    @property
    def registration(self) -> ShownRegistration | None:
        """Return the organisation's registration of the usage that is shown."""
        return self.registrations.get(self.choice.usage.code)

    @property
    def registered(self) -> ShownRegistration:
        """Return it; raises `NotFound` for a page that only a registered usage has."""
        found = self.registration
        if found is None:
            raise NotFound(usage=self.choice.usage.code)
        return found

    @property
    def wording(self) -> Wording:
        """Return the words of the page."""
        return Wording(_, current_language(), self.kinds)

    @property
    def tool_name(self) -> str:
        """Return the tool's name in the language of the page."""
        return self.tool.name.text(current_language())

    @property
    def usage_name(self) -> str:
        """Return the name of the usage that is shown."""
        return self.choice.usage.name.text(current_language())

    @property
    def start_url(self) -> str | None:
        """Return where the tool opens for this organisation; None for one that does not run."""
        home = self.tool.home_url
        return None if not home else start_url(home, self.visit.organisation.id, self.choice.usage.code)

    def url(self, *parts: str) -> str:
        """Return the address of the page of the usage, or of one below it."""
        tools = organisation_url(self.visit.organisation.id, Section.TOOLS)
        return "/".join((tools, self.tool.code, self.choice.usage.code, *parts))


def tool_url(organisation_id: str, code: str) -> str:
    """Return the address of the page of a tool."""
    return f"{organisation_url(organisation_id, Section.TOOLS)}/{code}"


def open_tool(organisation_id: str, code: str, usage: str | None, right: Right) -> Scene:
    """Return the scene of a page that wants this right; without a usage the one that matters most is shown.

    Raises what `open_organisation` raises, and `NotFound` for an unknown tool or usage.
    """
    visit = open_organisation(organisation_id, right)
    with visit.services.database.reading() as reading:
        tool_id = tool_by_code(reading, code)
        tool = None if tool_id is None else tool_facts(reading, tool_id, now=visit.now)
        if tool is None:
            raise NotFound(tool=code)
        choices = usage_choices(
            reading, tool, visit.organisation.id, by=visit.actor.person_id, reachable=_REACHABLE, now=visit.now
        )
        registrations = registrations_of(reading, visit.organisation.id, tool.id)
        upcoming = upcoming_requirements(reading, tool.id, now=visit.now)
        names = kinds(reading)
    choice = _shown(choices, usage)
    return Scene(visit, tool, choices, choice, registrations, upcoming, names)


def _shown(choices: tuple[UsageChoice, ...], usage: str | None) -> UsageChoice:
    registered_first = sorted(choices, key=lambda choice: not choice.is_registered)
    found = next((choice for choice in registered_first if usage in {None, choice.usage.code}), None)
    if found is None:
        raise NotFound(usage=usage)
    return found
