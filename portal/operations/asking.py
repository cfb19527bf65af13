"""The page of a form or an act: what it does, its fields, why it is done; and how it is carried out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.infra.errors import Conflict, ImmoError, NotFound, RuleError
from core.infra.forms import NOT_OFFERED, Reading, Wrong
from core.infra.messages import N_
from core.staff.errors import NotStaff
from core.staff.reasons import Reason, StaffReason
from portal import notices, pages
from portal.admin_client import AdminRefused
from portal.operations.opening import OperationsFrame, Part, Problem, around, problems
from portal.operations.words import CHANGED, REFUSALS
from portal.staff_area import Desk, typed
from portal.staff_words import REASONS

Answer = AnyResponse | str | tuple[str, int]
Value = TypeVar("Value")

STEP = "step"
CONFIRM, EDIT, MORE = "confirm", "edit", "more"
_CHOOSE_REASON = N_("Choose why this is done.")
_GIVE_REFERENCE = N_("Give the number of the ticket where the reason is on file.")
_REFERENCE_IS_NONE = N_(
    "This must be the number of a ticket: letters, digits, dashes, and at least one digit. Never a name."
)
_NOT_FOR_OPERATORS = frozenset({StaffReason.DECEASED, StaffReason.DISPUTE})
_STALE = frozenset({"changed-meanwhile", "client-changed-meanwhile"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field: of which `kind` (text, area, select, tick, file or heading), and what stands beside it."""

    id: str
    label: str
    kind: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    required: bool = False
    longest: int = 200
    type: str = "text"
    accept: str = ".csv,.json,text/csv,application/json"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a change would do, before it is confirmed: sentences, and who or what it would concern by name."""

    sentences: tuple[str, ...]
    named: tuple[tuple[str, str], ...] = ()
    further: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """A form or an act before it is done; every text in the language of the page.

    `version` is the one that the form was made from. `is_foreseen`: its form is followed by a preview,
    which is what asks why.
    """

    code: str
    part: Part
    title: str
    back_url: str
    back: str
    url: str
    yes: str
    lead: str = ""
    consequences: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    version: int | None = None
    is_danger: bool = False
    is_foreseen: bool = False
    has_more: bool = False
    has_file: bool = False


@dataclass(frozen=True, slots=True)
class Differing:
    """A field that somebody else changed meanwhile: theirs beside what was typed."""

    label: str
    theirs: str
    typed: str


@dataclass(frozen=True, slots=True)
class FormPage:
    """The form, what was typed, what is wrong with it or refused it, and what it would do."""

    template: ClassVar[str] = "operations/form.html"

    frame: OperationsFrame
    asked: Question
    typed: Mapping[str, str]
    reasons: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...] = ()
    refusal: str = ""
    refusal_code: str = ""
    differing: tuple[Differing, ...] = ()
    foreseen: Foreseen | None = None
    hidden: tuple[tuple[str, str], ...] = field(default=())


# How things stand now: the fields of the form as they would be filled in, and the version.
Current = Callable[[], tuple[Mapping[str, str], int]]


def ask(
    desk: Desk,
    question: Question,
    sent: Mapping[str, str] | None = None,
    *,
    wrong: tuple[Wrong, ...] = (),
    refused: ImmoError | None = None,
    differing: tuple[Differing, ...] = (),
    foreseen: Foreseen | None = None,
) -> str:
    """Return the page of a form; what was typed before its person had to prove anew who they are comes first."""
    shown = sent or {} if request.method == "POST" else typed() or sent or {}
    names = {asked.id for asked in question.fields if asked.kind != "heading"}
    page = FormPage(
        frame=around(desk, question.part),
        asked=question,
        typed=shown,
        reasons=(("", _("Choose")), *_reasons()),
        problems=problems(wrong),
        refusal="" if refused is None else refusal(refused),
        refusal_code="" if refused is None else refused.code,
        differing=differing,
        foreseen=foreseen,
        hidden=tuple((name, value) for name, value in shown.items() if name in names) if foreseen else (),
    )
    return pages.render(page, menu=page.frame.menu)


def refusal(error: ImmoError) -> str:
    """Return in words what refused an act."""
    if error.code == "policy-refused" and isinstance(error, AdminRefused):
        return _(
            "This policy does not fit the program: %(why)s", why=str(error.problem.get("detail") or "profile, scope")
        )
    if error.code == "still-in-use":
        return _("Still in use, and therefore not removed: %(codes)s.", codes=str(error.details.get("codes", "")))
    return _(REFUSALS[error.code]) if error.code in REFUSALS else _(CHANGED)


def carry_out(
    desk: Desk,
    question: Question,
    read: Callable[[Reading], Value],
    do: Callable[[Value, Reason], object],
    *,
    to: str,
    done: str,
    current: Current | None = None,
    sent: Mapping[str, str] | None = None,
) -> Answer:
    """Read a form that was sent with its reason, do it, and go on to a page that says so.

    What is wrong or refused is said on the form, with all that was typed. Where somebody else was
    faster, theirs stands beside it and the form carries their version from then on.
    """
    reading = Reading(request.form if sent is None else sent)
    value, why = read(reading), read_why(reading)
    form = reading.form(lambda: None)
    shown = {**form.typed, **kept(sent)}
    if form.wrong or why is None:
        return ask(desk, question, shown, wrong=form.wrong), 422
    try:
        do(value, why)
    except NotStaff:
        raise
    except (AdminRefused, RuleError, Conflict) as error:
        if error.code == NotStaff.code:
            raise
        return refuse(desk, question, shown, error, current), 409
    return notices.done(to, done)


def refuse(
    desk: Desk, question: Question, shown: Mapping[str, str], error: ImmoError, current: Current | None = None
) -> str:
    """Return the form with what refused it; where somebody else was faster, with how things stand now."""
    if error.code not in _STALE or current is None:
        return ask(desk, question, shown, refused=error)
    theirs, version = current()
    differing = tuple(
        Differing(asked.label, theirs.get(asked.id, ""), shown.get(asked.id, ""))
        for asked in question.fields
        if asked.kind not in {"heading", "file"} and theirs.get(asked.id, "") != shown.get(asked.id, "")
    )
    return ask(desk, question, {**shown, "version": str(version)}, refused=error, differing=differing)


def read_why(reading: Reading) -> Reason | None:
    """Read the two fields that stand in every form of the operators."""
    chosen = reading.text("reason", longest=40, required=_CHOOSE_REASON)
    word = next((word for word, _label in _offered() if word.value == chosen), None)
    if chosen is not None and word is None:
        reading.refuse("reason", NOT_OFFERED)
    reference = reading.checked("reference", _reference, wrong=_REFERENCE_IS_NONE, required=_GIVE_REFERENCE)
    return None if word is None or reference is None else Reason(word, reference)


def nothing(_reading: Reading) -> None:
    """Read a form that asks why and nothing else."""


def seen_version(sent: Mapping[str, str] | None = None) -> int:
    """Return the version that a form was made from; one that is none was never there."""
    found = (request.form if sent is None else sent).get("version", "")
    return int(found) if found.isascii() and found.isdigit() and len(found) < 10 else -1


def kept(sent: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a form carries and nobody typed."""
    found = request.form if sent is None else sent
    return {name: found[name] for name in ("version", "reason", "reference") if name in found}


def _offered() -> list[tuple[StaffReason, str]]:
    return [(word, label) for word, label in REASONS.items() if word not in _NOT_FOR_OPERATORS]


def _reasons() -> list[tuple[str, str]]:
    return [(word.value, _(label)) for word, label in _offered()]


def _reference(text: str) -> str:
    return Reason.parse(StaffReason.CORRECTION.value, text).reference


def not_found(**details: str) -> NotFound:
    """Return the error of what is not there."""
    return NotFound(None, **details)
