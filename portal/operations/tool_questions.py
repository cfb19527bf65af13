"""What the pages of the catalogue ask and say about a tool."""

from flask_babel import gettext as _

from core.accreditations.queries import kinds
from core.tools import editing
from core.tools.description import Description
from core.tools.editing import EditedTool
from core.tools.versions import earlier_descriptions
from core.web.locale import current_language
from portal.operations import tool_forms
from portal.operations.asking import Question, not_found
from portal.operations.opening import Part
from portal.staff_area import Desk
from portal.staff_words import REASONS

URL = Part.TOOLS.value


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


def facts(desk: Desk, described: Description) -> tuple[tuple[str, str], ...]:
    """Return what a tool is, label by label."""
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


def new(desk: Desk) -> Question:
    """Return the form of a new tool."""
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


def edit(desk: Desk, tool: EditedTool) -> Question:
    """Return the form of the texts of a tool."""
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


def taking_back(desk: Desk, tool: EditedTool, to: int) -> Question:
    """Return the question before a former description is set anew; raise `NotFound`."""
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
        for (label, present), (_label, former) in zip(facts(desk, now), facts(desk, then), strict=True)
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


def publishing(tool: EditedTool, act: str) -> Question:
    """Return the question before a tool leaves the catalogue, or comes back; raise `NotFound`."""
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
