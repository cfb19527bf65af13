"""`/operations/tools`: the catalogue: tools listed, described, added, taken out; what was before, set anew."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _

from core.accreditations.queries import kinds
from core.closing.staff_acts import names_of
from core.infra.forms import Reading
from core.staff import approvals
from core.staff.reasons import Reason
from core.tools import editing
from core.tools.description import Description, RoleText, TermsText, UsageText
from core.tools.editing import EditedTool
from core.tools.versions import ListedTool, all_tools, earlier_descriptions
from core.web.locale import current_language
from portal import pages
from portal.operations import tool_forms
from portal.operations.asking import Answer, Question, ask, carry_out, not_found, nothing, seen_version
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.staff_area import Desk
from portal.staff_words import REASONS
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
    return ask(desk, _new(desk))


@bp.post(f"{URL}/new")
def add() -> Answer:
    """Put a tool into the catalogue."""
    check_form()
    desk = open_operations()
    offered = kind_names(desk)

    def read(reading: Reading) -> tuple[str, Description]:
        return tool_forms.read_code(reading), tool_forms.read_tool(reading, offered)

    def do(typed: tuple[str, Description], why: Reason) -> None:
        with desk.services.database.transaction() as session:
            editing.add(session, *typed, by=desk.actor.person_id, why=why, now=desk.now)

    to = f"{URL}/{request.form.get('code', '').strip()}"
    return carry_out(desk, _new(desk), read, do, to=to, done="operations-done")


@bp.get(_ONE)
def show_one(code: str) -> str:
    """Show one tool."""
    desk = open_operations()
    tool, language = open_tool(desk, code), current_language()
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
        facts=_facts(desk, described),
        roles=tuple((role.name.text(language), role) for role in described.roles),
        usages=tuple((usage.name.text(language), usage) for usage in described.usages),
        terms=described.terms,
        earlier=tuple(
            Earlier(
                one.version,
                one.replaced_at,
                names.get(one.replaced_by or "", ""),
                why_in_words(one.reason, one.reference),
            )
            for one in before
        ),
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{_ONE}/edit")
def show_edit(code: str) -> str:
    """Show the form of a tool's texts."""
    desk = open_operations()
    tool = open_tool(desk, code)
    return ask(desk, _edit(desk, tool), tool_forms.tool_filled_in(tool.description))


@bp.post(f"{_ONE}/edit")
def edit(code: str) -> Answer:
    """Describe a tool anew."""
    check_form()
    desk = open_operations()
    tool, offered = open_tool(desk, code), kind_names(desk)

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
        now = open_tool(desk, code)
        return tool_forms.tool_filled_in(now.description), now.version

    return carry_out(
        desk,
        _edit(desk, tool),
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
    return ask(desk, _taking_back(desk, open_tool(desk, code), to))


@bp.post(f"{_ONE}/versions/<int:to>")
def take_back(code: str, to: int) -> Answer:
    """Set a former description anew."""
    check_form()
    desk = open_operations()
    tool = open_tool(desk, code)

    def do(_value: None, why: Reason) -> None:
        with desk.services.database.transaction() as session:
            editing.take_back(
                session, tool.id, to, version=seen_version(), by=desk.actor.person_id, why=why, now=desk.now
            )

    return carry_out(
        desk,
        _taking_back(desk, tool, to),
        nothing,
        do,
        to=f"{URL}/{code}",
        done="operations-saved",
        current=lambda: ({}, open_tool(desk, code).version),
    )


@bp.get(f"{_ONE}/<any(unpublish, publish):act>")
def show_publishing(code: str, act: str) -> str:
    """Ask before a tool is taken out of the catalogue, or put back."""
    desk = open_operations()
    return ask(desk, _publishing(open_tool(desk, code), act))


@bp.post(f"{_ONE}/<any(unpublish, publish):act>")
def publish(code: str, act: str) -> Answer:
    """Ask for a second person to take a tool out of the catalogue, or put it back."""
    check_form()
    desk = open_operations()
    tool = open_tool(desk, code)

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
        _publishing(tool, act),
        nothing,
        do,
        to=f"{URL}/{code}",
        done="operations-done" if act == "publish" else "operations-asked",
    )


def open_tool(desk: Desk, code: str) -> EditedTool:
    """Return a tool as operators see it; raise `NotFound`."""
    with desk.services.database.reading() as session:
        return editing.edited_tool(session, code)


def kind_names(desk: Desk) -> dict[str, str]:
    """Return what kinds of accreditation are called, by code."""
    with desk.services.database.reading() as session:
        return {code: name.text(current_language()) for code, name in kinds(session).items()}


def why_in_words(reason: str | None, reference: str | None) -> str:
    """Return why something was done; empty where nobody had to say."""
    words = {word.value: label for word, label in REASONS.items()}
    said = _(words[reason]) if reason in words else reason
    return " · ".join(part for part in (said, reference) if part)


def _facts(desk: Desk, described: Description) -> tuple[tuple[str, str], ...]:
    names = kind_names(desk)
    texts = (
        (_("Name"), described.name),
        (_("What it does"), described.description),
        (_("Why it needs the data"), described.purpose),
    )
    return (
        *(
            (f"{label} ({_(said)})", text.text(code))
            for label, text in texts
            for code, said in tool_forms.LANGUAGES.items()
        ),
        (_("Publisher"), described.publisher),
        (_("E-mail address for support"), described.support_address),
        (_("Address of the tool"), described.home_url or "-"),
        (_("Address of the logo"), described.logo_url or "-"),
        (_("Accreditations"), ", ".join(names.get(code, code) for code in described.accreditation_kinds) or "-"),
    )


def _new(desk: Desk) -> Question:
    return Question(
        code="new-tool",
        part=Part.TOOLS,
        title=_("Add a tool"),
        lead=_("It can be registered once it has a role, and a usage that says what it needs."),
        back_url=URL,
        back=_("Tools"),
        url=f"{URL}/new",
        fields=tool_forms.tool_fields(kind_names(desk), is_new=True),
        yes=_("Add the tool"),
    )


def _edit(desk: Desk, tool: EditedTool) -> Question:
    name = tool.description.name.text(current_language())
    return Question(
        code="edit-tool",
        part=Part.TOOLS,
        title=_("Describe %(name)s", name=name),
        back_url=f"{URL}/{tool.code}",
        back=name,
        url=f"{URL}/{tool.code}/edit",
        fields=tool_forms.tool_fields(kind_names(desk), is_new=False),
        version=tool.version,
        yes=_("Save"),
    )


def _taking_back(desk: Desk, tool: EditedTool, to: int) -> Question:
    with desk.services.database.reading() as session:
        former = next((one for one in earlier_descriptions(session, tool.id) if one.version == to), None)
    if former is None:
        raise not_found(tool=tool.code, version=str(to))
    name = tool.description.name.text(current_language())
    return Question(
        code="take-back",
        part=Part.TOOLS,
        title=_("Set version %(number)s anew?", number=to),
        lead=name,
        back_url=f"{URL}/{tool.code}",
        back=name,
        url=f"{URL}/{tool.code}/versions/{to}",
        consequences=_differences(desk, tool.description, former.description),
        version=tool.version,
        yes=_("Yes, set it anew"),
    )


def _differences(desk: Desk, now: Description, then: Description) -> tuple[str, ...]:
    said = [
        _("%(what)s: “%(then)s” instead of “%(now)s”", what=label, then=former, now=present)
        for (label, present), (_label, former) in zip(_facts(desk, now), _facts(desk, then), strict=True)
        if present != former
    ]
    parts = (
        (_("Roles"), [role.code for role in now.roles], [role.code for role in then.roles], now.roles != then.roles),
        (_("Usages"), [one.code for one in now.usages], [one.code for one in then.usages], now.usages != then.usages),
        (_("Terms"), [one.version for one in now.terms], [one.version for one in then.terms], now.terms != then.terms),
    )
    said += [
        _("%(what)s: “%(then)s” instead of “%(now)s”", what=label, then=", ".join(former), now=", ".join(present))
        for label, present, former, differs in parts
        if differs
    ]
    return tuple(said) or (_("Nothing: it stands so already."),)


def _publishing(tool: EditedTool, act: str) -> Question:
    name, is_out = tool.description.name.text(current_language()), act == "unpublish"
    if is_out is (tool.retired_at is not None):
        raise not_found(tool=tool.code)
    return Question(
        code=act,
        part=Part.TOOLS,
        title=_("Take %(name)s out of the catalogue?", name=name)
        if is_out
        else _("Put %(name)s back into the catalogue?", name=name),
        back_url=f"{URL}/{tool.code}",
        back=name,
        url=f"{URL}/{tool.code}/{act}",
        consequences=(
            (
                _("No organisation can register it any more, and it is shown to none that has not."),
                _("Whoever has it goes on. To keep everybody out, keep out its program."),
                _("A second operator has to agree."),
            )
            if is_out
            else (_("Organisations can register it again, at once."),)
        ),
        yes=_("Yes, ask a second operator") if is_out else _("Yes, put it back"),
        is_danger=is_out,
    )
