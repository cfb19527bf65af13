"""`/operations/tools/<code>/usages/<usage>/requirement`: what a usage needs, foreseen before it is set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _

from core.accreditations.queries import kinds
from core.closing.staff_acts import names_of
from core.infra.errors import Conflict, RuleError
from core.infra.forms import Reading
from core.staff.errors import NotStaff
from core.tools import editing
from core.tools.description import UsageText
from core.tools.editing import EditedTool
from core.tools.requirement_preview import preview
from core.tools.requirements import Requirement
from core.tools.versions import RequirementVersion, requirement_versions
from core.tools.wording import Wording
from core.web.locale import current_language
from portal import notices, pages
from portal.operations import requirement_form, requirement_words
from portal.operations.asking import (
    CONFIRM,
    EDIT,
    MORE,
    STEP,
    Answer,
    Foreseen,
    Question,
    ask,
    kept,
    not_found,
    read_why,
    refuse,
    seen_version,
)
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.operations.requirement_form import Offered, Wanted
from portal.operations.tool_questions import URL, why_in_words
from portal.staff_area import Desk, typed
from portal.visit import check_form

bp = Blueprint("operations_requirements", __name__)

_PATH = f"{URL}/<code>/usages/<usage>/requirement"
_MOST_LOOKED_AT, _NAMED = 2_000, 50


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version of what a usage needs, in words."""

    version: int
    applies_from: datetime
    is_now: bool
    is_coming: bool
    by: str
    why: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RequirementPage:
    """What a usage needs now, later, and needed before."""

    template: ClassVar[str] = "operations/requirement.html"

    frame: OperationsFrame
    name: str
    back: str
    back_url: str
    url: str
    versions: tuple[ShownVersion, ...]


@dataclass(frozen=True, slots=True)
class _Opened:
    desk: Desk
    tool: EditedTool
    usage: UsageText
    versions: tuple[RequirementVersion, ...]
    offered: Offered
    wording: Wording

    @property
    def url(self) -> str:
        return f"{URL}/{self.tool.code}/usages/{self.usage.code}/requirement"

    @property
    def last(self) -> int:
        return self.versions[0].version if self.versions else 0


@bp.get(_PATH)
def show(code: str, usage: str) -> str:
    """Show every version of what a usage needs."""
    opened = _open(code, usage)
    with opened.desk.services.database.reading() as session:
        names = names_of(session, [one.set_by for one in opened.versions if one.set_by is not None])
    now = opened.desk.now
    current = next((one.version for one in opened.versions if one.applies_from <= now), None)
    page = RequirementPage(
        frame=around(opened.desk, Part.TOOLS),
        name=opened.usage.name.text(current_language()),
        back=opened.tool.description.name.text(current_language()),
        back_url=f"{URL}/{code}",
        url=opened.url,
        versions=tuple(
            ShownVersion(
                version=one.version,
                applies_from=one.applies_from,
                is_now=one.version == current,
                is_coming=one.applies_from > now,
                by=names.get(one.set_by or "", ""),
                why=why_in_words(one.reason, one.reference),
                lines=requirement_words.in_words(opened.wording, opened.offered, one.requirement),
            )
            for one in opened.versions
        ),
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{_PATH}/edit")
def show_form(code: str, usage: str) -> str:
    """Show the form, filled in with the last version, or with the one that is to be set anew."""
    opened = _open(code, usage)
    wanted = request.args.get("from", "")
    chosen = next((one for one in opened.versions if str(one.version) == wanted), None)
    start = chosen or (opened.versions[0] if opened.versions else None)
    shown = requirement_form.filled_in(start.requirement if start is not None else Requirement())
    return ask(opened.desk, _question(opened, typed() or shown), shown)


@bp.post(f"{_PATH}/edit")
def save(code: str, usage: str) -> Answer:
    """Show what a requirement would do; set it once that was seen and a reason is given."""
    check_form()
    opened, step = _open(code, usage), request.form.get(STEP)
    desk, sent = opened.desk, request.form.to_dict()
    question = _question(opened, sent, more=step == MORE)
    reading = Reading(sent)
    wanted = requirement_form.read(reading, opened.offered, sent, now=desk.now)
    checked = reading.form(lambda: wanted)
    shown = {**checked.typed, **kept()}
    if step in (EDIT, MORE):
        return ask(desk, question, shown)
    if checked.value is None:
        return ask(desk, question, shown, wrong=checked.wrong), 422
    foreseen = _foreseen(opened, wanted)
    if step != CONFIRM:
        return ask(desk, question, shown, foreseen=foreseen)
    why = read_why(reading)
    form = reading.form(lambda: None)
    if why is None:
        return ask(desk, question, {**form.typed, **kept()}, wrong=form.wrong, foreseen=foreseen), 422
    desk.require_fresh()
    try:
        with desk.services.database.transaction() as session:
            editing.set_requirement(
                session,
                opened.tool.id,
                usage,
                wanted.requirement,
                last_version=seen_version(),
                applies_from=wanted.applies_from or desk.now,
                by=desk.actor.person_id,
                why=why,
                now=desk.now,
            )
    except NotStaff:
        raise
    except (RuleError, Conflict) as error:
        return refuse(desk, question, shown, error, lambda: _current(code, usage)), 409
    return notices.done(opened.url, "operations-saved")


def _current(code: str, usage: str) -> tuple[Mapping[str, str], int]:
    opened = _open(code, usage)
    return requirement_form.filled_in(opened.versions[0].requirement), opened.last


def _open(code: str, usage: str) -> _Opened:
    desk, language = open_operations(), current_language()
    with desk.services.database.reading() as session:
        tool = editing.edited_tool(session, code)
        found = next((one for one in tool.description.usages if one.code == usage), None)
        if found is None:
            raise not_found(usage=usage)
        versions, names = requirement_versions(session, tool.id, usage), kinds(session)
    offered = Offered(
        kinds={
            kind: f"{names[kind].text(language)} ({kind})"
            for kind in tool.description.accreditation_kinds
            if kind in names
        },
        roles={role.code: role.name.text(language) for role in tool.description.roles},
        terms=tuple(terms.version for terms in tool.description.terms),
    )
    return _Opened(desk, tool, found, versions, offered, Wording(_, language, names))


def _question(opened: _Opened, shown: Mapping[str, str], *, more: bool = False) -> Question:
    return Question(
        code="requirement",
        part=Part.TOOLS,
        title=_("What %(usage)s needs", usage=opened.usage.name.text(current_language())),
        lead=_("Only kinds of accreditation that the tool has declared can be chosen."),
        back_url=opened.url,
        back=_("What it needs and needed"),
        url=f"{opened.url}/edit",
        fields=requirement_form.fields(opened.offered, shown, more=more),
        version=opened.last,
        yes=_("Yes, set it"),
        is_danger=True,
        is_foreseen=True,
        has_more=True,
    )


def _foreseen(opened: _Opened, wanted: Wanted) -> Foreseen:
    desk, at = opened.desk, wanted.applies_from or opened.desk.now
    with desk.services.database.reading() as session:
        found = preview(
            session, opened.tool.id, opened.usage.code, wanted.requirement, at=at, now=desk.now, most=_MOST_LOOKED_AT
        )
    offices = sorted(found.offices, key=lambda office: (-office.users, -office.opened, office.name))
    said = requirement_words.in_words(opened.wording, opened.offered, wanted.requirement)
    return Foreseen(
        sentences=(*requirement_words.sentences(found, wanted), *map(": ".join, said)),
        named=tuple((office.name, requirement_words.concern(office)) for office in offices[:_NAMED]),
        further=max(0, len(offices) - _NAMED),
    )
