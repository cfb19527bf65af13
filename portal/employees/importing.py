"""Adding many employees from a file: a preview with a word on every line, then it is carried out, with a report."""

import json
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from core.infra.errors import RateLimited
from core.infra.forms import Wrong
from core.infra.messages import N_
from core.infra.sealing import Unreadable, seal, unseal
from core.infra.sheets import sheet
from core.organisations import employee_imports, limits
from core.organisations.employee_files import MOST_LINES, ListLine, UnreadableList, decode, read
from core.organisations.employee_imports import JudgedLine, Outcome
from core.organisations.errors import NotManager
from core.organisations.rights import Right
from core.web.locale import current_language
from portal import notices, pages
from portal.employees import words
from portal.employees.entry import STEP, too_many
from portal.employees.opening import employees_url
from portal.frame import OrganisationFrame, Section, frame
from portal.visit import Visit, check_form, open_organisation

bp = Blueprint("employee_importing", __name__)

_PATH = "/organisations/<organisation_id>/employees/import"
_FILE, _LIST, _REPORT = "employee-file", "list", "report"
_PURPOSE = "employee-import-report"
# A file of 200,000 bytes, and the form around it; more than other pages of the portal take.
_BODY_BYTES_MAX = 1_000_000
Answer = AnyResponse | str | tuple[str, int]

_OUTCOMES = {
    Outcome.ADDED: N_("Is added at once"),
    Outcome.INVITED: N_("Is invited by mail"),
    Outcome.MEMBER: N_("Works here already"),
    Outcome.WAITING: N_("Waits for confirmation already"),
    Outcome.BLOCKED: N_("Is blocked here"),
    Outcome.INVITED_BEFORE: N_("Is invited already"),
    Outcome.TWICE: N_("Stands in the list twice"),
    Outcome.UNKNOWN: N_("No account with this username can be added"),
    Outcome.WRONG: N_("Has to be corrected"),
}
_DONE = {
    **_OUTCOMES,
    Outcome.ADDED: N_("Added"),
    Outcome.INVITED: N_("Invited by mail"),
}
_PROBLEMS = {
    "too-large": N_("This file is too large. A list of 500 employees is far smaller."),
    "no-text": N_("This file cannot be read. Save it in your spreadsheet as CSV and choose that file."),
    "empty": N_("There is no employee in this file."),
    "too-many": N_("There are more than 500 employees in this file. Divide it."),
    "no-header": N_(
        "The first line has to name the columns: at least the e-mail address or username, and the function."
    ),
}
_NO_FILE = N_("Choose the file with the list.")


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One line with what becomes of it, in words."""

    number: int
    name: str
    who: str
    function: str
    outcome: str
    outcome_text: str
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The choice of a file."""

    template: ClassVar[str] = "employees/import.html"

    frame: OrganisationFrame
    action: str
    back_url: str
    types: tuple[str, ...]
    most: int
    errors: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportLinesPage:
    """What would become of every line (`is_done` False) or became of it; `carried` goes along in the form."""

    template: ClassVar[str] = "employees/import_lines.html"

    frame: OrganisationFrame
    action: str
    back_url: str
    list_url: str
    lines: tuple[ImportLine, ...]
    changing: int
    summary: str
    carried: str
    is_done: bool


@bp.get(_PATH)
def show(organisation_id: str) -> str:
    """Show how the file has to look, and the choice of it."""
    return _page(open_organisation(organisation_id, Right.MANAGE_EMPLOYEES))


@bp.get(f"{_PATH}/example.csv")
def example(organisation_id: str) -> Response:
    """Send an example with the header in the language of the page."""
    open_organisation(organisation_id, Right.MANAGE_EMPLOYEES)
    header = (_("Name"), _("E-mail address"), _("Type"), _("Function"), _("Telephone"))
    line = (
        "An Peeters",
        "an.peeters@example.be",
        words.type_options(with_none=True)[2][1],
        _("Negotiator"),
        "0470 55 01 22",
    )
    return _download(sheet((header, line)), "employees.csv")


@bp.post(_PATH)
def submit(organisation_id: str) -> Answer:
    """Show what would become of every line, or carry it out and report, or send the report."""
    request.max_content_length = _BODY_BYTES_MAX
    request.max_form_memory_size = _BODY_BYTES_MAX
    check_form()
    visit = open_organisation(organisation_id, Right.MANAGE_EMPLOYEES)
    if request.form.get(STEP) == _REPORT:
        return _report(visit)
    sent = request.files.get(_FILE)
    try:
        if request.form.get(STEP) == _LIST:
            return _carry_out(visit, read(request.form.get(_LIST, "")))
        if sent is None or not sent.filename:
            return _page(visit, _NO_FILE), 422
        text = decode(sent.stream.read())
        return _preview(visit, text, read(text))
    except UnreadableList as error:
        return _page(visit, _PROBLEMS[str(error.details["problem"])]), 422
    except NotManager:
        return notices.done(employees_url(organisation_id), "changed-meanwhile")


def _preview(visit: Visit, text: str, lines: tuple[ListLine, ...]) -> Answer:
    if any(not line.is_address and not line.wrong for line in lines):
        try:
            limits.count_listed_usernames(visit.services.store, visit.actor.person_id, visit.organisation.id)
        except RateLimited as error:
            return _page(visit, too_many(error)), 429
    with visit.services.database.reading() as session:
        judged = employee_imports.judge(session, visit.organisation.id, lines, by=visit.actor.person_id)
    return _lines_page(visit, judged, carried=text, is_done=False)


def _carry_out(visit: Visit, lines: tuple[ListLine, ...]) -> Answer:
    try:
        limits.count_import(visit.services.store, visit.actor.person_id, visit.organisation.id)
    except RateLimited as error:
        return _page(visit, too_many(error)), 429
    done = employee_imports.carry_out(
        visit.services.database,
        visit.organisation.id,
        lines,
        by=visit.actor.person_id,
        language=current_language(),
        secret=visit.services.settings.secret,
        now=visit.now,
    )
    rows = [[str(one.number), one.name, one.who, one.outcome_text, " ".join(one.wrong)] for one in _shown(done, _DONE)]
    said = seal(visit.services.settings.secret, json.dumps([visit.organisation.id, rows]), purpose=_PURPOSE)
    return _lines_page(visit, done, carried=said, is_done=True)


def _report(visit: Visit) -> Answer:
    try:
        text = unseal(visit.services.settings.secret, request.form.get(_REPORT, ""), purpose=_PURPOSE)
    except Unreadable:
        return _page(visit), 422
    organisation_id, rows = json.loads(text)
    if organisation_id != visit.organisation.id:
        return _page(visit), 422
    header = (_("Line"), _("Name"), _("E-mail address or username"), _("Result"), _("What is wrong"))
    return _download(sheet((header, *rows)), "report.csv")


def _download(content: bytes, name: str) -> Response:
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(visit: Visit, wrong: str | None = None) -> str:
    url = employees_url(visit.organisation.id)
    page = ImportPage(
        frame=frame(visit, Section.EMPLOYEES),
        action=f"{url}/import",
        back_url=url,
        types=tuple(text for value, text in words.type_options(with_none=True) if value),
        most=MOST_LINES,
        errors=() if wrong is None else (Wrong(_FILE, _(wrong)),),
    )
    return pages.render(page, menu=page.frame.menu)


def _lines_page(visit: Visit, judged: tuple[JudgedLine, ...], *, carried: str, is_done: bool) -> str:
    url, changing = employees_url(visit.organisation.id), sum(one.outcome.changes for one in judged)
    if is_done:
        summary = ngettext("%(num)s line was carried out.", "%(num)s lines were carried out.", changing)
    else:
        summary = ngettext("%(num)s line can be carried out.", "%(num)s lines can be carried out.", changing)
    page = ImportLinesPage(
        frame=frame(visit, Section.EMPLOYEES),
        action=f"{url}/import",
        back_url=f"{url}/import",
        list_url=url,
        lines=_shown(judged, _DONE if is_done else _OUTCOMES),
        changing=changing,
        summary=summary,
        carried=carried,
        is_done=is_done,
    )
    return pages.render(page, menu=page.frame.menu)


def _shown(judged: tuple[JudgedLine, ...], texts: dict[Outcome, str]) -> tuple[ImportLine, ...]:
    return tuple(
        ImportLine(
            number=one.line.number,
            name=one.line.name,
            who=one.line.who,
            function=one.line.details.function or "",
            outcome=one.outcome.value,
            outcome_text=_(texts[one.outcome]),
            wrong=tuple(_(text) for text in one.line.wrong),
        )
        for one in judged
    )
