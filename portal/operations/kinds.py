"""`/operations/kinds`: kinds of accreditation as data, with whose numbers another pattern would refuse."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request

from core.accreditations import kind_editing
from core.accreditations.holders import Kind
from core.accreditations.kind_editing import EditedKind
from core.closing.staff_acts import names_of
from core.infra.errors import Conflict, RuleError
from core.infra.forms import Reading
from core.staff.errors import NotStaff
from core.staff.reasons import Reason
from core.web.locale import current_language
from portal import notices, pages
from portal.operations import kind_forms
from portal.operations.asking import (
    CONFIRM,
    EDIT,
    STEP,
    Answer,
    ask,
    carry_out,
    kept,
    nothing,
    read_why,
    refuse,
    seen_version,
)
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.operations.tool_questions import why_in_words
from portal.operations.tools import Earlier
from portal.staff_area import Desk
from portal.visit import check_form

bp = Blueprint("operations_kinds", __name__)

URL = Part.KINDS.value


@dataclass(frozen=True, slots=True)
class KindsPage:
    """All kinds and aliases."""

    template: ClassVar[str] = "operations/kinds.html"

    frame: OperationsFrame
    kinds: tuple[tuple[str, EditedKind], ...]


@dataclass(frozen=True, slots=True)
class KindPage:
    """One kind."""

    template: ClassVar[str] = "operations/kind.html"

    frame: OperationsFrame
    name: str
    url: str
    known: EditedKind
    facts: tuple[tuple[str, str], ...]
    earlier: tuple[Earlier, ...]


@bp.get(URL)
def show() -> str:
    """Show all kinds."""
    desk = open_operations()
    with desk.services.database.reading() as session:
        found = kind_editing.edited_kinds(session)
    page = KindsPage(around(desk, Part.KINDS), tuple((one.kind.name.text(current_language()), one) for one in found))
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{URL}/new")
@bp.get(f"{URL}/<code>/edit")
def show_form(code: str | None = None) -> str:
    """Show the form of a kind."""
    desk = open_operations()
    known = None if code is None else _known(desk, code)
    return ask(
        desk,
        kind_forms.question(desk, known),
        {"attaches_to": "person"} if known is None else kind_forms.filled_in(known.kind),
    )


@bp.post(f"{URL}/new")
@bp.post(f"{URL}/<code>/edit")
def save(code: str | None = None) -> Answer:
    """Show what another pattern would refuse; save the kind once that was seen and a reason is given."""
    check_form()
    desk, step = open_operations(), request.form.get(STEP)
    known = None if code is None else _known(desk, code)
    question, reading = kind_forms.question(desk, known), Reading(request.form)
    wanted = kind_forms.read(desk, reading, code)
    checked = reading.form(lambda: wanted)
    shown = {**checked.typed, **kept()}
    if step == EDIT:
        return ask(desk, question, shown)
    if checked.value is None:
        return ask(desk, question, shown, wrong=checked.wrong), 422
    foreseen = kind_forms.foreseen(desk, wanted)
    if step != CONFIRM:
        return ask(desk, question, shown, foreseen=foreseen)
    why = read_why(reading)
    form = reading.form(lambda: None)
    if why is None:
        return ask(desk, question, {**form.typed, **kept()}, wrong=form.wrong, foreseen=foreseen), 422
    desk.require_fresh()
    try:
        _save(desk, wanted, 0 if code is None else seen_version(), why)
    except NotStaff:
        raise
    except (RuleError, Conflict) as error:
        return refuse(desk, question, shown, error, lambda: _current(desk, wanted.code)), 409
    return notices.done(f"{URL}/{wanted.code}", "operations-saved")


@bp.get(f"{URL}/<code>")
def show_one(code: str) -> str:
    """Show one kind with what it was before."""
    desk = open_operations()
    known = _known(desk, code)
    with desk.services.database.reading() as session:
        before = kind_editing.earlier_kinds(session, code)
        names = names_of(session, [one.replaced_by for one in before if one.replaced_by is not None])
    page = KindPage(
        frame=around(desk, Part.KINDS),
        name=known.kind.name.text(current_language()),
        url=f"{URL}/{code}",
        known=known,
        facts=kind_forms.facts(known.kind),
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


@bp.get(f"{URL}/<code>/versions/<int:to>")
def show_taking_back(code: str, to: int) -> str:
    """Show what a former version would change, and ask before it is set anew."""
    desk = open_operations()
    return ask(desk, kind_forms.taking_back(desk, _known(desk, code), to))


@bp.post(f"{URL}/<code>/versions/<int:to>")
def take_back(code: str, to: int) -> Answer:
    """Let a kind be again what it was."""
    check_form()
    desk = open_operations()

    def do(_value: None, why: Reason) -> None:
        with desk.services.database.transaction() as session:
            kind_editing.take_back(
                session, code, to, version=seen_version(), by=desk.actor.person_id, why=why, now=desk.now
            )

    return carry_out(
        desk,
        kind_forms.taking_back(desk, _known(desk, code), to),
        nothing,
        do,
        to=f"{URL}/{code}",
        done="operations-saved",
        current=lambda: ({}, _known(desk, code).version),
    )


def _save(desk: Desk, wanted: Kind, version: int, why: Reason) -> None:
    with desk.services.database.transaction() as session:
        kind_editing.save(session, wanted, version=version, by=desk.actor.person_id, why=why, now=desk.now)


def _current(desk: Desk, code: str) -> tuple[Mapping[str, str], int]:
    known = _known(desk, code)
    return kind_forms.filled_in(known.kind), known.version


def _known(desk: Desk, code: str) -> EditedKind:
    with desk.services.database.reading() as session:
        return kind_editing.edited_kind(session, code)
