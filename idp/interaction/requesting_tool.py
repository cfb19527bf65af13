"""The tool that sent the person, as pages show it."""

from core.tools.catalogue import ToolFacts, tool_facts
from core.web.locale import current_language
from idp.interaction.access import Interaction
from idp.oidc.registered_client import RegisteredClient
from idp.web.page import RequestingTool


def asking_tool(opened: Interaction) -> RequestingTool | None:
    """Return the tool that sent the person into an interaction; None where it is a page of ours."""
    client = opened.client
    if client is None:
        return None
    if client.tool_id is None:
        return RequestingTool(client.name)
    with opened.services.database.connection() as connection:
        return requesting_tool(client, tool_facts(connection, client.tool_id, now=opened.now))


def requesting_tool(client: RegisteredClient, tool: ToolFacts | None) -> RequestingTool:
    """Return the tool's name in the language of the page, or the name its client registered."""
    if tool is None:
        return RequestingTool(client.name)
    return RequestingTool(
        tool.name.text(current_language()), publisher=tool.publisher, logo_url=_embedded(tool.logo_url)
    )


def _embedded(logo_url: str | None) -> str | None:
    # Our pages ask no other host for anything, so a logo elsewhere is not shown.
    return logo_url if logo_url and logo_url.startswith("data:image/") else None
