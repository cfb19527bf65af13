"""`/operations/tools`: the catalogue: tools listed, described, added, taken out; what was before, set anew."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask import Blueprint, request

from core.closing.staff_acts import names_of
from core.infra.forms import Reading
from core.staff import approvals
from core.staff.reasons import Reason
from core.tools import editing
from core.tools.description import Description, RoleText, TermsText, UsageText
from core.tools.versions import ListedTool, all_tools, earlier_descriptions
from core.web.locale import current_language
from portal import pages
from portal.operations import tool_forms, tool_questions
from portal.operations.asking import Answer, ask, carry_out, nothing, seen_version
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.visit import check_form

bp = Blueprint("operations_tools", __name__)

URL = Part.TOOLS.value
_ONE = f"{URL}/<code>"


@dataclass(frozen=True, slots=True)
class ToolsPage:
    """The catalogue."""

    template: ClassVar[str] = "operations/tools.html"

    frame: OperationsFrame
    tools: tuple[tuple[str, ListedTool], ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What stood there before, until when, by whom replaced and why."""

    version: int
    replaced_at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class ToolPage:
    """One tool; roles, usages and terms with their names in the language of the page."""

    template: ClassVar[str] = "operations/tool.html"

    frame: OperationsFrame
    name: str
    code: str
    url: str
    version: int
    retired_at: datetime | None
    facts: tuple[tuple[str, str], ...]
    roles: tuple[tuple[str, RoleText], ...]
    usages: tuple[tuple[str, UsageText], ...]
    terms: tuple[TermsText, ...]
    earlier: tuple[Earlier, ...]


@bp.get(URL)
def show() -> str:
    """Show the catalogue."""
    desk = open_operations()
    with desk.services.database.reading() as session:
        found = all_tools(session)
    page = ToolsPage(around(desk, Part.TOOLS), tuple((tool.name.text(current_language()), tool) for tool in found))
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{URL}/new")
def show_new() -> str:
    """Show the form of a new tool."""
    desk = open_operations()
    return ask(desk, tool_questions.new(desk))


@bp.post(f"{URL}/new")
def add() -> Answer:
    """Put a tool into the catalogue."""
    check_form()
    desk = open_operations()
    offered = tool_questions.kind_names(desk)

    def read(reading: Reading) -> tuple[str, Description]:
        return tool_forms.read_code(reading), tool_forms.read_tool(reading, offered)

    def do(typed: tuple[str, Description], why: Reason) -> None:
        with desk.services.database.transaction() as session:
            editing.add(session, *typed, by=desk.actor.person_id, why=why, now=desk.now)

    to = f"{URL}/{request.form.get('code', '').strip()}"
    return carry_out(desk, tool_questions.new(desk), read, do, to=to, done="operations-done")


@bp.get(_ONE)
def show_one(code: str) -> str:
    """Show one tool."""
    desk = open_operations()
    tool, language = tool_questions.open_tool(desk, code), current_language()
    with desk.services.database.reading() as session:
        before = earlier_descriptions(session, tool.id)
        names = names_of(session, [one.replaced_by for one in before if one.replaced_by is not None])
    described = tool.description
    page = ToolPage(
        frame=around(desk, Part.TOOLS),
        name=described.name.text(language),
        code=code,
        url=f"{URL}/{code}",
        version=tool.version,
        retired_at=tool.retired_at,
        facts=tool_questions.facts(desk, described),
        roles=tuple((role.name.text(language), role) for role in described.roles),
        usages=tuple((usage.name.text(language), usage) for usage in described.usages),
        terms=described.terms,
        earlier=tuple(
            Earlier(
                one.version,
                one.replaced_at,
                names.get(one.replaced_by or "", ""),
                tool_questions.why_in_words(one.reason, one.reference),
            )
            for one in before
        ),
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{_ONE}/edit")
def show_edit(code: str) -> str:
    """Show the form of a tool's texts."""
    desk = open_operations()
    tool = tool_questions.open_tool(desk, code)
    return ask(desk, tool_questions.edit(desk, tool), tool_forms.tool_filled_in(tool.description))


@bp.post(f"{_ONE}/edit")
def edit(code: str) -> Answer:
    """Describe a tool anew."""
    check_form()
    desk = open_operations()
    tool, offered = tool_questions.open_tool(desk, code), tool_questions.kind_names(desk)

    def do(texts: Description, why: Reason) -> None:
        with desk.services.database.transaction() as session:
            editing.change(
                session,
                tool.id,
                lambda before: tool_forms.with_texts(texts, before),
                version=seen_version(),
                by=desk.actor.person_id,
                why=why,
                now=desk.now,
            )

    def current() -> tuple[dict[str, str], int]:
        now = tool_questions.open_tool(desk, code)
        return tool_forms.tool_filled_in(now.description), now.version

    return carry_out(
        desk,
        tool_questions.edit(desk, tool),
        lambda reading: tool_forms.read_tool(reading, offered),
        do,
        to=f"{URL}/{code}",
        done="operations-saved",
        current=current,
    )


@bp.get(f"{_ONE}/versions/<int:to>")
def show_taking_back(code: str, to: int) -> str:
    """Show what a former description would change, and ask before it is set anew."""
    desk = open_operations()
    return ask(desk, tool_questions.taking_back(desk, tool_questions.open_tool(desk, code), to))


@bp.post(f"{_ONE}/versions/<int:to>")
def take_back(code: str, to: int) -> Answer:
    """Set a former description anew."""
    check_form()
    desk = open_operations()
    tool = tool_questions.open_tool(desk, code)

    def do(_value: None, why: Reason) -> None:
        with desk.services.database.transaction() as session:
            editing.take_back(
                session, tool.id, to, version=seen_version(), by=desk.actor.person_id, why=why, now=desk.now
            )

    return carry_out(
        desk,
        tool_questions.taking_back(desk, tool, to),
        nothing,
        do,
        to=f"{URL}/{code}",
        done="operations-saved",
        current=lambda: ({}, tool_questions.open_tool(desk, code).version),
    )


@bp.get(f"{_ONE}/<any(unpublish, publish):act>")
def show_publishing(code: str, act: str) -> str:
    """Ask before a tool is taken out of the catalogue, or put back."""
    desk = open_operations()
    return ask(desk, tool_questions.publishing(tool_questions.open_tool(desk, code), act))


@bp.post(f"{_ONE}/<any(unpublish, publish):act>")
def publish(code: str, act: str) -> Answer:
    """Ask for a second person to take a tool out of the catalogue, or put it back."""
    check_form()
    desk = open_operations()
    tool = tool_questions.open_tool(desk, code)

    def do(_value: None, why: Reason) -> None:
        desk.require_fresh()
        by, now = desk.actor.person_id, desk.now
        with desk.services.database.transaction() as session:
            if act == "publish":
                editing.publish_again(session, tool.id, by=by, why=why, now=now)
            else:
                approvals.ask(session, editing.UNPUBLISH, {"tool": code}, subject_id=tool.id, why=why, by=by, now=now)

    return carry_out(
        desk,
        tool_questions.publishing(tool, act),
        nothing,
        do,
        to=f"{URL}/{code}",
        done="operations-done" if act == "publish" else "operations-asked",
    )
