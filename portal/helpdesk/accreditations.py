"""`/helpdesk/people/<id>/accreditations/…`: add one by hand, correct one, take one away (R2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.accreditations.queries import MyAccreditation, accreditations_of, kinds
from core.accreditations.rules import RegisterStatus
from core.accreditations.words import COLUMNS, LISTS
from core.closing import helpdesk, helpdesk_person
from core.closing.correction import Correction
from core.closing.helpdesk_person import Account
from core.infra.errors import Conflict, ImmoError, NotFound, RuleError
from core.infra.forms import Wrong
from core.people.identifiers import PersonId
from core.web.locale import current_language
from portal import notices, pages
from portal.helpdesk import forms, words
from portal.helpdesk.asking import Question, ask, refusal
from portal.helpdesk.opening import (
    HelpdeskFrame,
    Part,
    Problem,
    around,
    open_helpdesk,
    options,
    person_url,
    problems,
)
from portal.staff_area import Desk, typed
from portal.visit import check_form

bp = Blueprint("helpdesk_accreditations", __name__)

_BASE = "/helpdesk/people/<person_id>/accreditations"
Answer = AnyResponse | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class AccreditationPage:
    """An accreditation as it is to stand; a new one where there is no `taking_url`."""

    template: ClassVar[str] = "helpdesk/accreditation.html"

    frame: HelpdeskFrame
    name: str
    back_url: str
    url: str
    taking_url: str | None
    typed: Mapping[str, str]
    kinds: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...] = ()
    refusal: str = ""
    refusal_code: str = ""


@dataclass(frozen=True, slots=True)
class _Opened:
    """An account and the accreditation of it that is concerned, None for a new one."""

    desk: Desk
    account: Account
    held: MyAccreditation | None
    kinds: Mapping[str, str]

    @property
    def url(self) -> str:
        """Return where the form is."""
        return person_url(self.account.id, "accreditations", "add" if self.held is None else self.held.id)


@bp.get(f"{_BASE}/add")
@bp.get(f"{_BASE}/<accreditation_id>")
def show(person_id: str, accreditation_id: str | None = None) -> str:
    """Show the form, filled in with how an accreditation stands."""
    opened = _open(person_id, accreditation_id)
    return _page(opened, typed() or ({} if opened.held is None else _as_typed(opened.held)))


@bp.post(f"{_BASE}/add")
@bp.post(f"{_BASE}/<accreditation_id>")
def save(person_id: str, accreditation_id: str | None = None) -> Answer:
    """Let an accreditation stand as typed; what rests on it closes or opens in the same transaction."""
    check_form()
    opened = _open(person_id, accreditation_id)
    opened.desk.require_fresh()
    # Which one it is does not change by correcting it.
    fixed = {} if opened.held is None else _identity(opened.held)
    form = forms.corrected({**request.form, **fixed}, opened.kinds)
    if form.value is None:
        return _page(opened, form.typed, wrong=form.wrong), 422
    desk, wanted = opened.desk, form.value
    try:
        with desk.services.database.transaction() as session:
            helpdesk.correct(
                session,
                opened.account.id,
                wanted.correction,
                reason=wanted.reason,
                reference=wanted.reference,
                by=desk.actor.person_id,
                now=desk.now,
            )
    except (RuleError, Conflict, NotFound) as error:
        return _page(opened, form.typed, refused=error), 409
    return notices.done(person_url(opened.account.id), "helpdesk-corrected")


@bp.get(f"{_BASE}/<accreditation_id>/take-away")
def show_taking(person_id: str, accreditation_id: str) -> str:
    """Ask before an accreditation is taken from an account."""
    opened = _open(person_id, accreditation_id)
    return ask(opened.desk, _taking(opened), typed())


@bp.post(f"{_BASE}/<accreditation_id>/take-away")
def take_away(person_id: str, accreditation_id: str) -> Answer:
    """Take it away, so that its number is free for the account it belongs to."""
    check_form()
    opened, form = _open(person_id, accreditation_id), forms.taken_away(request.form)
    held, desk = opened.held, opened.desk
    desk.require_fresh()
    assert held is not None
    if form.value is None:
        return ask(desk, _taking(opened), form.typed, wrong=form.wrong), 422
    which = Correction(held.kind, held.number, held.list, held.column, RegisterStatus.LAPSED)
    try:
        with desk.services.database.transaction() as session:
            helpdesk.take_away(
                session,
                opened.account.id,
                which,
                reason=form.value.reason,
                reference=form.value.reference,
                by=desk.actor.person_id,
                now=desk.now,
            )
    except (RuleError, Conflict, NotFound) as error:
        return ask(desk, _taking(opened), form.typed, refused=error), 409
    return notices.done(person_url(opened.account.id), "helpdesk-taken-away")


def _open(person_id: str, accreditation_id: str | None) -> _Opened:
    desk = open_helpdesk()
    with desk.services.database.reading() as session:
        account = helpdesk_person.account(session, PersonId(person_id))
        known = kinds(session)
        theirs = accreditations_of(session, account.id)
    held = next((held for held in theirs if held.id == accreditation_id), None)
    if account.is_gone or (accreditation_id is not None and held is None):
        raise NotFound(person=person_id, accreditation=accreditation_id)
    return _Opened(desk, account, held, {code: name.text(current_language()) for code, name in known.items()})


def _identity(held: MyAccreditation) -> dict[str, str]:
    return {"kind": held.kind, "number": held.number, "list": held.list or "", "column": held.column or ""}


def _as_typed(held: MyAccreditation) -> dict[str, str]:
    status = held.status.value
    return {
        **_identity(held),
        "status": status if status in {known.value for known in RegisterStatus} else RegisterStatus.ACTIVE.value,
        "valid_from": "" if held.valid_from is None else held.valid_from.isoformat(),
        "valid_until": "" if held.valid_until is None else held.valid_until.isoformat(),
    }


def _page(
    opened: _Opened,
    sent: Mapping[str, str],
    *,
    wrong: tuple[Wrong, ...] = (),
    refused: ImmoError | None = None,
) -> str:
    none, choose = _("None"), _("Choose")
    page = AccreditationPage(
        frame=around(opened.desk, Part.SEARCH),
        name=opened.account.name,
        back_url=person_url(opened.account.id),
        url=opened.url,
        taking_url=None if opened.held is None else f"{opened.url}/take-away",
        typed=sent,
        kinds=(("", choose), *opened.kinds.items()),
        lists=options(LISTS, empty=none),
        columns=options(COLUMNS, empty=none),
        states=options(words.REGISTER_STATES, empty=choose),
        reasons=options(words.CORRECTIONS, empty=choose),
        problems=problems(wrong),
        refusal="" if refused is None else refusal(refused),
        refusal_code="" if refused is None else refused.code,
    )
    return pages.render(page, menu=page.frame.menu)


def _taking(opened: _Opened) -> Question:
    held = opened.held
    if held is None:
        raise NotFound(person=opened.account.id)
    return Question(
        code="take-away",
        about=opened.account.name,
        back_url=opened.url,
        url=f"{opened.url}/take-away",
        question=_("Take this accreditation from the account?"),
        consequences=(
            f"{opened.kinds.get(held.kind, held.kind)} {held.number}",
            _("What rests on it closes at once: tools that use it, and colleagues who work under it."),
            _("The number is then free for the account that it belongs to. The person is told by mail."),
        ),
        yes=_("Yes, take it away"),
        reasons=options(words.CORRECTIONS, empty=_("Choose")),
    )
