"""The tool that sent the person, as pages show it."""

from dataclasses import replace

from core.tools.catalogue import ToolFacts, tool_facts
from idp.interaction.access import Interaction
from idp.web.page import RequestingTool
from idp.web.tool_mark import shown_tool


def asking_tool(opened: Interaction) -> RequestingTool | None:
    """Return the tool that sent the person into an interaction; None where it is a page of ours."""
    client = opened.client
    if client is None:
        return None
    if client.tool_id is None:
        return shown(opened, None)
    with opened.services.database.connection() as connection:
        return shown(opened, tool_facts(connection, client.tool_id, now=opened.now))


def shown(opened: Interaction, tool: ToolFacts | None) -> RequestingTool:
    """Return the tool of an interaction, whose facts are at hand, and whether it is on another device."""
    found = shown_tool(opened.tool_client, tool)
    return found if opened.tool_request.device_code is None else replace(found, is_elsewhere=True)
