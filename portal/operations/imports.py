"""`/operations/imports`: registers of accreditations and the company register, read in and on their way."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask import Blueprint, redirect
from flask_babel import gettext as _
from flask_babel import ngettext

from core.accreditations import uploads
from core.accreditations.feed import FileFormat
from core.accreditations.queries import kinds
from core.accreditations.states import UploadState
from core.accreditations.uploads import BYTES_MAX, ReadRegister, Upload, UploadWish
from core.closing.staff_acts import names_of
from core.companies.imports import imports as company_imports
from core.companies.progress import CompanyImport
from core.companies.states import ImportState
from core.infra.forms import NOT_OFFERED, Reading
from core.infra.messages import N_
from core.staff.reasons import Reason
from core.web.locale import current_language
from core.web.uploaded import read_form
from portal import pages
from portal.operations.asking import Answer, Field, Question, ask, carry_out
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.operations.tool_questions import why_in_words
from portal.operations.words import IMPORTS, UPLOADS
from portal.staff_area import Desk
from portal.visit import check_form

bp = Blueprint("operations_imports", __name__)

URL = Part.IMPORTS.value
_NO_FILE = N_("Choose the file of the register: CSV or JSON, of at most 8 MB.")
_TOO_LARGE = N_("This file is larger than 8 MB. Read it in with the command line.")


@dataclass(frozen=True, slots=True)
class ShownImport:
    """An import of either kind: what, how far, what came of it."""

    id: str
    url: str | None
    title: str
    state: str
    state_text: str
    is_running: bool
    is_wrong: bool
    read: int
    percent: int | None
    result: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class ImportsPage:
    """Registers in force, and imports of both kinds; `is_moving`: look again in some seconds."""

    template: ClassVar[str] = "operations/imports.html"

    frame: OperationsFrame
    registers: tuple[tuple[str, ReadRegister, bool], ...]
    uploads: tuple[ShownImport, ...]
    companies: tuple[ShownImport, ...]
    is_moving: bool


@dataclass(frozen=True, slots=True)
class UploadPage:
    """One file of a register: how far it is, and the report."""

    template: ClassVar[str] = "operations/upload.html"

    frame: OperationsFrame
    shown: ShownImport
    found: Upload
    by: str
    why: str
    is_moving: bool


@bp.get(URL)
def show() -> str:
    """Show registers and imports."""
    desk = open_operations()
    with desk.services.database.reading() as session:
        registers, sent = uploads.read_registers(session), uploads.uploads(session)
        companies = company_imports(session)
    names = _kinds(desk)
    page = ImportsPage(
        frame=around(desk, Part.IMPORTS),
        registers=tuple((names.get(one.kind, one.kind), one, one.next_update <= desk.now) for one in registers),
        uploads=tuple(_upload(one, names) for one in sent),
        companies=tuple(map(_company, companies)),
        is_moving=any(not one.is_over for one in sent) or any(one.state is ImportState.RUNNING for one in companies),
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{URL}/upload")
def show_form() -> str:
    """Show the form of a file, to somebody who proved just now who they are."""
    desk = open_operations()
    # Asked here already, because a file is not kept on the way to the provider and back.
    desk.require_fresh()
    return ask(desk, _question(desk))


@bp.post(f"{URL}/upload")
def send() -> Answer:
    """Keep a file for the worker, which reads it in."""
    desk = open_operations()
    sent = read_form("file", bytes_max=BYTES_MAX)
    check_form(sent.texts)
    if not desk.is_fresh:
        return redirect(f"{URL}/upload", 303)
    offered = _kinds(desk)

    def read(reading: Reading) -> tuple[bytes, UploadWish]:
        file_format = reading.choice("file_format", FileFormat, required=NOT_OFFERED)
        kind = reading.text("kind", longest=40)
        if kind is not None and kind not in offered:
            reading.refuse("kind", NOT_OFFERED)
        if kind is None and file_format is FileFormat.CSV:
            reading.refuse("kind", N_("A CSV file does not say of which kind it is: choose it."))
        if sent.is_file_too_large or sent.is_unread:
            reading.refuse("file", _TOO_LARGE)
        elif sent.file is None:
            reading.refuse("file", _NO_FILE)
        wish = UploadWish(
            file_format or FileFormat.CSV, kind, reading.tick("accept_losses"), reading.tick("is_dry_run")
        )
        return sent.file or b"", wish

    def do(value: tuple[bytes, UploadWish], why: Reason) -> None:
        # What a register says opens and closes contexts.
        secret = desk.services.settings.secret
        with desk.services.database.transaction() as session:
            uploads.receive(session, *value, secret=secret, by=desk.actor.person_id, why=why, now=desk.now)

    texts = {name: str(text) for name, text in sent.texts.items()}
    return carry_out(desk, _question(desk), read, do, to=URL, done="operations-sent", sent=texts)


@bp.get(f"{URL}/<upload_id>")
def show_one(upload_id: str) -> str:
    """Show how far a file is, and what came of it."""
    desk = open_operations()
    with desk.services.database.reading() as session:
        found = uploads.upload(session, upload_id)
        names = names_of(session, [found.uploaded_by] if found.uploaded_by is not None else [])
    page = UploadPage(
        frame=around(desk, Part.IMPORTS),
        shown=_upload(found, _kinds(desk)),
        found=found,
        by=names.get(found.uploaded_by or "", ""),
        why=why_in_words(found.reason, found.reference),
        is_moving=not found.is_over,
    )
    return pages.render(page, menu=page.frame.menu)


def _question(desk: Desk) -> Question:
    return Question(
        code="upload",
        part=Part.IMPORTS,
        title=_("Read a register in"),
        lead=_("The file is read by the worker. One that is not right changes nothing."),
        back_url=URL,
        back=_("Registers and company data"),
        url=f"{URL}/upload",
        consequences=(
            _("The whole register, with everybody whom it recognises: whoever is missing loses the accreditation."),
            _("The file is kept encrypted until it is read, and then removed."),
        ),
        fields=(
            Field("file", _("File"), "file", hint=_("CSV or JSON, of at most 8 MB."), required=True),
            Field("file_format", _("Format"), "select", (("csv", "CSV"), ("json", "JSON"))),
            Field(
                *("kind", _("Kind of accreditation"), "select"),
                options=(("", _("The file says so itself (JSON)")), *_kinds(desk).items()),
            ),
            Field("is_dry_run", _("Only judge it, change nothing"), "tick"),
            Field(
                *("accept_losses", _("Also where more than a tenth are gone"), "tick"),
                hint=_("Such a file was more likely cut off than right."),
            ),
        ),
        yes=_("Send the file"),
        has_file=True,
    )


def _kinds(desk: Desk) -> dict[str, str]:
    with desk.services.database.reading() as session:
        return {code: f"{name.text(current_language())} ({code})" for code, name in kinds(session).items()}


def _upload(found: Upload, names: dict[str, str]) -> ShownImport:
    return ShownImport(
        id=found.id,
        url=f"{URL}/{found.id}",
        title=names.get(found.kind or "", _("A register")),
        state=found.state.value,
        state_text=_("Judged, nothing changed")
        if found.is_dry_run and found.state is UploadState.DONE
        else _(UPLOADS[found.state]),
        is_running=not found.is_over,
        is_wrong=found.state in (UploadState.REFUSED, UploadState.FAILED),
        read=found.read,
        percent=None,
        result=_result(found),
        started_at=found.uploaded_at,
    )


def _result(found: Upload) -> str:
    if found.refused is not None:
        wrong = len(found.problems) + found.further_problems
        return found.refused if not wrong else f"{found.refused} ({wrong})"
    if found.is_unchanged:
        return _("the same as before")
    if found.state is not UploadState.DONE:
        return ""
    return _(
        "%(added)s new, %(changed)s changed, %(gone)s gone", added=found.added, changed=found.changed, gone=found.gone
    )


def _company(found: CompanyImport) -> ShownImport:
    failure = found.reason or found.error or ""
    place = " ".join(str(part) for part in (found.file, found.line) if part)
    counts = _(
        "%(companies)s companies: %(added)s new, %(changed)s changed, %(stopped)s stopped",
        companies=found.companies,
        added=found.added,
        changed=found.changed,
        stopped=found.stopped,
    )
    return ShownImport(
        id=found.id,
        url=None,
        title=_("Extract %(number)s of the company register", number=found.extract_number or "?"),
        state=found.state.value,
        state_text=_(IMPORTS[found.state]),
        is_running=found.state is ImportState.RUNNING,
        is_wrong=found.state not in (ImportState.RUNNING, ImportState.DONE),
        read=found.rows,
        percent=found.percent,
        result=counts if found.state is ImportState.DONE else " · ".join(part for part in (failure, place) if part),
        started_at=found.started_at,
    )


def attention(desk: Desk) -> tuple[tuple[str, str], ...]:
    """Return what the overview says about imports: a stable code and a sentence for each."""
    with desk.services.database.reading() as session:
        sent, companies = uploads.uploads(session), company_imports(session)
        late = sum(one.next_update <= desk.now for one in uploads.read_registers(session))
    # What went wrong counts until the next one of its kind went well.
    failed = bool(sent[:1]) and sent[0].state in (UploadState.REFUSED, UploadState.FAILED)
    last = companies[0].state if companies else None
    running = sum(not one.is_over for one in sent) + (last is ImportState.RUNNING)
    found: list[tuple[str, str]] = []
    if running:
        found.append(
            ("imports-running", ngettext("%(num)s import is running.", "%(num)s imports are running.", running))
        )
    if failed or last not in (None, ImportState.RUNNING, ImportState.DONE):
        found.append(("imports-failed", _("The last import was refused or failed.")))
    if late:
        found.append(
            (
                "registers-late",
                ngettext(
                    "%(num)s register should have been read in anew by now.",
                    "%(num)s registers should have been read in anew by now.",
                    late,
                ),
            )
        )
    return tuple(found)
