"""The tool that sent the person, as pages show it."""

from core.tools.catalogue import tool_facts
from idp.interaction.access import Interaction
from idp.web.page import RequestingTool
from idp.web.tool_mark import shown_tool


def asking_tool(opened: Interaction) -> RequestingTool | None:
    """Return the tool that sent the person into an interaction; None where it is a page of ours."""
    client = opened.client
    if client is None:
        return None
    if client.tool_id is None:
        return RequestingTool(client.name)
    with opened.services.database.connection() as connection:
        return shown_tool(client, tool_facts(connection, client.tool_id, now=opened.now))
