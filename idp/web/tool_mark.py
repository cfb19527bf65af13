"""A tool by its name and logo, as every page shows it."""

from core.tools.catalogue import ToolFacts
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


def _embedded(logo_url: str | None) -> str | None:
    # Our pages ask no other host for anything, so a logo elsewhere is not shown.
    return logo_url if logo_url and logo_url.startswith("data:image/") else None
