"""What pages about one registered usage stand on: fewer facts than those of `scene.py`, for long lists."""

from dataclasses import dataclass

from core.infra.errors import NotFound
from core.organisations.rights import Right
from core.tools.registered_usages import RegisteredUsage, registered_usage
from core.web.locale import current_language
from portal.tools.scene import tool_url
from portal.visit import Visit, open_organisation


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered usage, opened by somebody who may see its page."""

    visit: Visit
    usage: RegisteredUsage

    @property
    def tool_name(self) -> str:
        """Return the tool's name in the language of the page."""
        return self.usage.tool_name.text(current_language())

    @property
    def usage_name(self) -> str:
        """Return the usage's name in the language of the page."""
        return self.usage.usage_name.text(current_language())

    def url(self, *parts: str) -> str:
        """Return the address of the page of the usage, or of one below it."""
        return "/".join((tool_url(self.visit.organisation.id, self.usage.tool_code), self.usage.usage, *parts))


def open_registered(organisation_id: str, code: str, usage: str, right: Right) -> Registered:
    """Return a registered usage for a page that wants this right.

    Raises what `open_organisation` raises, and `NotFound` where the usage is not registered.
    """
    visit = open_organisation(organisation_id, right)
    with visit.services.database.reading() as reading:
        found = registered_usage(reading, visit.organisation.id, code, usage)
    if found is None:
        raise NotFound(tool=code, usage=usage)
    return Registered(visit, found)
