"""`/operations/kinds`: kinds of accreditation as data, with whose numbers another pattern would refuse."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import ngettext

from core.accreditations import kind_editing
from core.accreditations.errors import UnusablePattern
from core.accreditations.holders import Kind
from core.accreditations.kind_editing import LONGEST_PATTERN, EditedKind, PatternPreview
from core.accreditations.rules import AttachesTo
from core.closing.staff_acts import names_of
from core.infra.errors import Conflict, RuleError
from core.infra.forms import NOT_OFFERED, Reading
from core.infra.localised import Localised
from core.infra.messages import N_
from core.staff.errors import NotStaff
from core.staff.reasons import Reason
from core.web.locale import current_language
from portal import notices, pages
from portal.operations.asking import (
    CONFIRM,
    EDIT,
    STEP,
    Answer,
    Field,
    Foreseen,
    Question,
    ask,
    carry_out,
    kept,
    not_found,
    nothing,
    read_why,
    refuse,
    seen_version,
)
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.operations.tool_forms import LANGUAGES
from portal.operations.tools import Earlier, why_in_words
from portal.staff_area import Desk
from portal.visit import check_form

bp = Blueprint("operations_kinds", __name__)

URL = Part.KINDS.value
_CODE = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
_ADAPTER = re.compile(r"[a-z][a-z0-9-]*")
_GIVE = N_("Fill this in.")
_NO_CODE = N_("A code is small letters and digits with dots or dashes between them, such as be.biv: 40 at most.")
_NO_PATTERN = N_("This pattern cannot be used: it is no regular expression, or it could take for ever.")
_NO_ADAPTER = N_("This is small letters, digits and dashes.")
_ATTACHES = {AttachesTo.PERSON: N_("A person"), AttachesTo.ORGANISATION: N_("An organisation")}


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
    return ask(desk, _question(desk, known), {"attaches_to": "person"} if known is None else _filled_in(known.kind))


@bp.post(f"{URL}/new")
@bp.post(f"{URL}/<code>/edit")
def save(code: str | None = None) -> Answer:
    """Show what another pattern would refuse; save the kind once that was seen and a reason is given."""
    check_form()
    desk, step = open_operations(), request.form.get(STEP)
    known = None if code is None else _known(desk, code)
    question, reading = _question(desk, known), Reading(request.form)
    wanted = _read(desk, reading, code)
    checked = reading.form(lambda: wanted)
    shown = {**checked.typed, **kept()}
    if step == EDIT:
        return ask(desk, question, shown)
    if checked.value is None:
        return ask(desk, question, shown, wrong=checked.wrong), 422
    foreseen = _foreseen(desk, wanted)
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
        facts=_facts(known.kind),
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
    return ask(desk, _taking_back(desk, _known(desk, code), to))


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
        _taking_back(desk, _known(desk, code), to),
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
    return _filled_in(known.kind), known.version


def _known(desk: Desk, code: str) -> EditedKind:
    with desk.services.database.reading() as session:
        return kind_editing.edited_kind(session, code)


def _foreseen(desk: Desk, wanted: Kind) -> Foreseen:
    with desk.services.database.reading() as session:
        found: PatternPreview = kind_editing.preview(session, wanted.code, wanted.number_pattern)
    return Foreseen(
        sentences=(
            ngettext("%(num)s entry is of this kind.", "%(num)s entries are of this kind.", found.holders),
            ngettext(
                "%(num)s number does not fit the pattern.", "%(num)s numbers do not fit the pattern.", found.refused
            ),
            _("What is there stays. A register that names such a number is refused from now on."),
        ),
        named=tuple((number, "") for number in found.numbers),
        further=found.refused - len(found.numbers),
    )


def _question(desk: Desk, known: EditedKind | None) -> Question:
    code = None if known is None else known.kind.code
    with desk.services.database.reading() as session:
        others = [one.kind for one in kind_editing.edited_kinds(session)]
    aliases = tuple(
        (one.code, f"{one.name.text(current_language())} ({one.code})")
        for one in others
        if one.alias_of is None and one.code != code
    )
    pattern = _("A regular expression that the whole number must fit, of 100 characters at most.")
    adapter = _("Empty: it comes from files that are read in.")
    return Question(
        code="kind",
        part=Part.KINDS,
        title=_("Add a kind of accreditation") if code is None else _("Change %(code)s", code=code),
        back_url=URL if code is None else f"{URL}/{code}",
        back=_("Kinds of accreditation") if code is None else code,
        url=f"{URL}/new" if code is None else f"{URL}/{code}/edit",
        fields=(
            *((Field("code", _("Code"), required=True, longest=40),) if code is None else ()),
            *(
                Field(f"name_{language}", f"{_('Name')} ({_(said)})", required=True)
                for language, said in LANGUAGES.items()
            ),
            Field("issuer", _("Who issues it"), required=True),
            Field("number_pattern", _("Pattern of its numbers"), required=True, hint=pattern, longest=LONGEST_PATTERN),
            Field(
                *("attaches_to", _("Given to"), "select"),
                options=tuple((value.value, _(label)) for value, label in _ATTACHES.items()),
            ),
            Field("register_adapter", _("How its register is asked"), hint=adapter, longest=40),
            Field("alias_of", _("Another word for"), "select", (("", _("None: a kind of its own")), *aliases)),
        ),
        version=0 if known is None else known.version,
        yes=_("Save"),
        is_foreseen=True,
    )


def _taking_back(desk: Desk, known: EditedKind, to: int) -> Question:
    code = known.kind.code
    with desk.services.database.reading() as session:
        former = next((one for one in kind_editing.earlier_kinds(session, code) if one.version == to), None)
    if former is None:
        raise not_found(kind=code, version=str(to))
    changes = tuple(
        _("%(what)s: “%(then)s” instead of “%(now)s”", what=label, then=then, now=now)
        for (label, now), (_label, then) in zip(_facts(known.kind), _facts(former.kind), strict=True)
        if now != then
    )
    return Question(
        code="take-back",
        part=Part.KINDS,
        title=_("Set version %(number)s anew?", number=to),
        lead=known.kind.name.text(current_language()),
        back_url=f"{URL}/{code}",
        back=code,
        url=f"{URL}/{code}/versions/{to}",
        consequences=(*(changes or (_("Nothing: it stands so already."),)), *_foreseen(desk, former.kind).sentences),
        version=known.version,
        yes=_("Yes, set it anew"),
    )


def _filled_in(kind: Kind) -> dict[str, str]:
    return {
        **{f"name_{language}": kind.name.text(language) for language in LANGUAGES},
        "issuer": kind.issuer,
        "number_pattern": kind.number_pattern,
        "attaches_to": kind.attaches_to.value,
        "register_adapter": kind.register_adapter or "",
        "alias_of": kind.alias_of or "",
    }


def _facts(kind: Kind) -> tuple[tuple[str, str], ...]:
    return (
        *((f"{_('Name')} ({_(said)})", kind.name.text(language)) for language, said in LANGUAGES.items()),
        (_("Who issues it"), kind.issuer),
        (_("Pattern of its numbers"), kind.number_pattern),
        (_("Given to"), _(_ATTACHES[kind.attaches_to])),
        (_("How its register is asked"), kind.register_adapter or "-"),
        (_("Another word for"), kind.alias_of or "-"),
    )


def _read(desk: Desk, reading: Reading, code: str | None) -> Kind:
    known = code or reading.text("code", longest=40, required=_NO_CODE) or ""
    if known and not _CODE.fullmatch(known):
        reading.refuse("code", _NO_CODE)
    names = [reading.text(f"name_{language}", longest=200, required=_GIVE) or "" for language in LANGUAGES]
    issuer = reading.text("issuer", longest=200, required=_GIVE)
    pattern = reading.checked("number_pattern", _pattern, wrong=_NO_PATTERN, required=_GIVE)
    attaches_to = reading.choice("attaches_to", AttachesTo, required=NOT_OFFERED)
    adapter = reading.text("register_adapter", longest=40)
    if adapter is not None and not _ADAPTER.fullmatch(adapter):
        reading.refuse("register_adapter", _NO_ADAPTER)
    alias = reading.text("alias_of", longest=40)
    if alias is not None and alias not in _kinds(desk):
        reading.refuse("alias_of", NOT_OFFERED)
    return Kind(
        code=known,
        name=Localised(*names),
        issuer=issuer or "",
        number_pattern=pattern or "",
        attaches_to=attaches_to or AttachesTo.PERSON,
        register_adapter=adapter,
        alias_of=alias,
    )


def _kinds(desk: Desk) -> set[str]:
    with desk.services.database.reading() as session:
        return {one.kind.code for one in kind_editing.edited_kinds(session) if one.kind.alias_of is None}


def _pattern(typed: str) -> str:
    if not typed.isprintable():
        raise UnusablePattern
    kind_editing.require_pattern(typed.strip())
    return typed.strip()
