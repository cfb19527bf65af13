"""`/operations/tools/<code>/<part>`: a tool's roles, usages and terms; removed only where nobody has them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import Blueprint
from flask_babel import gettext as _

from core.infra.forms import Reading
from core.infra.messages import N_
from core.staff.reasons import Reason
from core.tools import editing
from core.tools.description import Description, RoleText, TermsText, UsageText, without
from core.tools.editing import EditedTool
from core.tools.errors import CodeTaken
from core.web.locale import current_language
from portal.operations import tool_forms
from portal.operations.asking import Answer, Field, Question, ask, carry_out, not_found, nothing, seen_version
from portal.operations.opening import Part, open_operations
from portal.operations.tool_questions import URL, open_tool
from portal.staff_area import Desk
from portal.visit import check_form

bp = Blueprint("operations_tool_parts", __name__)

_PARTS = "any(roles, usages, terms)"
_LIST = f"{URL}/<code>/<{_PARTS}:part>"
PartText = RoleText | UsageText | TermsText
OnePart = TypeVar("OnePart", RoleText, UsageText, TermsText)


@dataclass(frozen=True, slots=True)
class _Words:
    """What a part is called on its pages."""

    add: str
    edit: str
    remove: str
    kind: str


_WORDS: Mapping[str, _Words] = {
    "roles": _Words(N_("Add a role"), N_("Change the role %(code)s"), N_("Remove the role %(code)s?"), "role"),
    "usages": _Words(N_("Add a usage"), N_("Change the usage %(code)s"), N_("Remove the usage %(code)s?"), "usage"),
    "terms": _Words(
        N_("Add a version of the terms"), N_("Change the terms %(code)s"), N_("Remove the terms %(code)s?"), "terms"
    ),
}


@bp.get(f"{_LIST}/add")
def show_adding(code: str, part: str) -> str:
    """Show the form of a new part."""
    desk = open_operations()
    return ask(desk, _question(open_tool(desk, code), part, None))


@bp.post(f"{_LIST}/add")
def add(code: str, part: str) -> Answer:
    """Add a part."""
    check_form()
    desk = open_operations()
    return _save(desk, open_tool(desk, code), part, None)


@bp.get(f"{_LIST}/<name>")
def show_editing(code: str, part: str, name: str) -> str:
    """Show the form of a part."""
    desk = open_operations()
    tool = open_tool(desk, code)
    return ask(desk, _question(tool, part, name), _filled_in(_one(tool.description, part, name)))


@bp.post(f"{_LIST}/<name>")
def change(code: str, part: str, name: str) -> Answer:
    """Change a part."""
    check_form()
    desk = open_operations()
    tool = open_tool(desk, code)
    _one(tool.description, part, name)
    return _save(desk, tool, part, name)


@bp.get(f"{_LIST}/<name>/remove")
def show_removing(code: str, part: str, name: str) -> str:
    """Ask before a part is removed."""
    desk = open_operations()
    return ask(desk, _removing(open_tool(desk, code), part, name))


@bp.post(f"{_LIST}/<name>/remove")
def remove(code: str, part: str, name: str) -> Answer:
    """Remove a part that nobody has."""
    check_form()
    desk = open_operations()
    tool = open_tool(desk, code)
    question = _removing(tool, part, name)
    return _carry_out(
        desk, tool, question, nothing, lambda _value: lambda before: without(before, **{_WORDS[part].kind: name})
    )


def _save(desk: Desk, tool: EditedTool, part: str, name: str | None) -> Answer:
    roles = tool.description.roles

    def read(reading: Reading) -> PartText:
        match part:
            case "roles":
                return tool_forms.read_role(reading, name)
            case "usages":
                return tool_forms.read_usage(reading, name, roles)
            case _:
                return tool_forms.read_terms(reading, name)

    return _carry_out(
        desk,
        tool,
        _question(tool, part, name),
        read,
        lambda typed: lambda before: _with(before, part, typed, is_new=name is None),
        current=None if name is None else lambda now: _filled_in(_one(now, part, name)),
    )


def _carry_out(
    desk: Desk,
    tool: EditedTool,
    question: Question,
    read: Callable[[Reading], Any],
    edit: Callable[[Any], Callable[[Description], Description]],
    *,
    current: Callable[[Description], Mapping[str, str]] | None = None,
) -> Answer:
    def do(typed: Any, why: Reason) -> None:
        with desk.services.database.transaction() as session:
            editing.change(
                session,
                tool.id,
                edit(typed),
                version=seen_version(),
                by=desk.actor.person_id,
                why=why,
                now=desk.now,
            )

    def stands() -> tuple[Mapping[str, str], int]:
        now = open_tool(desk, tool.code)
        return ({} if current is None else current(now.description)), now.version

    return carry_out(desk, question, read, do, to=f"{URL}/{tool.code}", done="operations-saved", current=stands)


def _with(before: Description, part: str, typed: PartText, *, is_new: bool) -> Description:
    if is_new and _code(typed) in {_code(one) for one in _parts(before, part)}:
        raise CodeTaken(part=part)
    match typed:
        case RoleText():
            return replace(before, roles=_put(before.roles, typed))
        case UsageText():
            return replace(before, usages=_put(before.usages, typed))
        case TermsText():
            return replace(before, terms=_put(before.terms, typed))


def _put(found: tuple[OnePart, ...], typed: OnePart) -> tuple[OnePart, ...]:
    """Return the parts with one in its place, a new one at the end."""
    return tuple({**{_code(one): one for one in found}, _code(typed): typed}.values())


def _parts(described: Description, part: str) -> tuple[PartText, ...]:
    match part:
        case "roles":
            return described.roles
        case "usages":
            return described.usages
        case _:
            return described.terms


def _one(described: Description, part: str, name: str) -> PartText:
    found = next((one for one in _parts(described, part) if _code(one) == name), None)
    if found is None:
        raise not_found(part=part, name=name)
    return found


def _code(one: PartText) -> str:
    return one.version if isinstance(one, TermsText) else one.code


def _filled_in(one: PartText) -> dict[str, str]:
    match one:
        case RoleText():
            return tool_forms.role_filled_in(one)
        case UsageText():
            return tool_forms.usage_filled_in(one)
        case TermsText():
            return {"url": one.url}


def _fields(tool: EditedTool, part: str, *, is_new: bool) -> tuple[Field, ...]:
    match part:
        case "roles":
            return tool_forms.role_fields(is_new=is_new)
        case "usages":
            return tool_forms.usage_fields(tool.description.roles, current_language(), is_new=is_new)
        case _:
            return tool_forms.terms_fields(is_new=is_new)


def _question(tool: EditedTool, part: str, name: str | None) -> Question:
    words = _WORDS[part]
    return Question(
        code=f"{words.kind}-form",
        part=Part.TOOLS,
        title=_(words.add) if name is None else _(words.edit, code=name),
        back_url=f"{URL}/{tool.code}",
        back=tool.description.name.text(current_language()),
        url=f"{URL}/{tool.code}/{part}/{'add' if name is None else name}",
        fields=_fields(tool, part, is_new=name is None),
        version=tool.version,
        yes=_("Save"),
    )


def _removing(tool: EditedTool, part: str, name: str) -> Question:
    _one(tool.description, part, name)
    return Question(
        code="remove-part",
        part=Part.TOOLS,
        title=_(_WORDS[part].remove, code=name),
        back_url=f"{URL}/{tool.code}",
        back=tool.description.name.text(current_language()),
        url=f"{URL}/{tool.code}/{part}/{name}/remove",
        consequences=(_("It is removed only where nobody has it and nothing needs it."),),
        version=tool.version,
        yes=_("Yes, remove it"),
        is_danger=True,
    )
