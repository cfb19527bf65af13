"""What the pages of a program ask, and how they name it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask_babel import gettext as _

from core.infra.messages import N_
from core.tools.catalogue import code_of, listed_tools
from core.web.locale import current_language
from portal.operations import policy_form
from portal.operations.asking import Field, Question
from portal.operations.opening import Part
from portal.staff_area import Desk

URL = Part.CLIENTS.value
_NO_TOOL = N_("No tool: signing in only")


def policy_question(client: Mapping[str, Any]) -> Question:
    """Return the form of a policy."""
    return Question(
        code="policy",
        part=Part.CLIENTS,
        title=_("Policy of %(name)s", name=name(client)),
        lead=_("What we decide about a program and it cannot set itself. It counts from its next request on."),
        back_url=url(client["client_id"]),
        back=name(client),
        url=f"{url(client['client_id'])}/policy",
        fields=policy_form.fields(),
        version=client["version"],
        yes=_("Save the policy"),
    )


def tool_question(desk: Desk, client: Mapping[str, Any]) -> Question:
    """Return the question to which tool a program belongs."""
    with desk.services.database.reading() as session:
        tools = tuple((code, f"{name.text(current_language())} ({code})") for code, name in listed_tools(session))
    return Question(
        code="connect",
        part=Part.CLIENTS,
        title=_("To which tool does %(name)s belong?", name=name(client)),
        back_url=url(client["client_id"]),
        back=name(client),
        url=f"{url(client['client_id'])}/tool",
        consequences=(
            _("Only a program that belongs to a tool learns for which organisation somebody works, and in which role."),
            _("Which scopes it may ask for stands in its policy."),
        ),
        fields=(Field("tool", _("Tool"), "select", (("", _(_NO_TOOL)), *tools)),),
        version=client["version"],
        yes=_("Save"),
    )


def switching(client: Mapping[str, Any], act: str) -> Question:
    """Return the question before a program is kept out or let in again."""
    is_out = act == "disable"
    return Question(
        code=act,
        part=Part.CLIENTS,
        title=_("Keep this program out?") if is_out else _("Let this program in again?"),
        lead=f"{name(client)} · {client['client_id']}",
        back_url=url(client["client_id"]),
        back=name(client),
        url=f"{url(client['client_id'])}/{act}",
        consequences=(
            (
                _("Nobody can sign in to it any more, and what it holds counts no more: at once."),
                _("A second operator has to agree."),
            )
            if is_out
            else (_("People can sign in to it again. What it held before stays ended."),)
        ),
        yes=_("Yes, ask a second operator") if is_out else _("Yes, let it in"),
        is_danger=is_out,
    )


def tool_code(desk: Desk, tool_id: str | None) -> str:
    """Return the code of a tool, empty for none."""
    if tool_id is None:
        return ""
    with desk.services.database.reading() as session:
        return code_of(session, tool_id)


def tool_name(desk: Desk, tool_id: str | None) -> str:
    """Return the tool of a program in words."""
    return tool_code(desk, tool_id) or _(_NO_TOOL)


def name(client: Mapping[str, Any]) -> str:
    """Return what a program is called."""
    return str(client["metadata"].get("client_name") or client["client_id"])


def url(client_id: str) -> str:
    """Return where a program is."""
    return f"{URL}/{quote(client_id, safe='')}"
