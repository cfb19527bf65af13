"""A tool by its name and logo, as every page shows it."""

from datetime import datetime

from core.infra.statements import Queryable
from core.tools.catalogue import ToolFacts, tool_facts
from core.web.locale import current_language
from idp.oidc.registered_client import RegisteredClient
from idp.web.page import RequestingTool


def shown_tool(client: RegisteredClient, tool: ToolFacts | None) -> RequestingTool:
    """Return the tool's name in the language of the page, or the name its client registered."""
    if tool is None:
        return RequestingTool(client.name)
    return RequestingTool(
        tool.name.text(current_language()), publisher=tool.publisher, logo_url=_embedded(tool.logo_url)
    )


def tool_of_client(connection: Queryable, client: RegisteredClient, *, now: datetime) -> RequestingTool:
    """Return the tool behind a client as pages show it; one statement where it is of the catalogue."""
    return shown_tool(client, None if client.tool_id is None else tool_facts(connection, client.tool_id, now=now))


def _embedded(logo_url: str | None) -> str | None:
    # Our pages ask no other host for anything, so a logo elsewhere is not shown.
    return logo_url if logo_url and logo_url.startswith("data:image/") else None
