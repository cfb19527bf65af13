"""Disputes at the helpdesk: open one for somebody, note what either side has shown, ask to settle it."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing import disputes as settling
from core.closing import helpdesk_organisation
from core.closing.helpdesk_organisation import Dispute, Office
from core.infra.errors import Conflict, ImmoError, NotFound, RuleError
from core.infra.forms import Form, Wrong
from core.organisations import dispute_rules, disputes
from core.organisations.dispute_rules import Side
from core.people.profiles import find_for_sign_in
from portal import notices, pages
from portal.helpdesk import forms, words
from portal.helpdesk.asking import Field, Question, ask, reasons, refusal
from portal.helpdesk.opening import (
    LISTS,
    HelpdeskFrame,
    Part,
    Problem,
    around,
    open_helpdesk,
    options,
    organisation_url,
    person_url,
    problems,
)
from portal.helpdesk.organisation_acts import open_office
from portal.helpdesk.organisations import evidence_words
from portal.staff_area import Desk, typed
from portal.visit import check_form

bp = Blueprint("helpdesk_disputes", __name__)

_OPEN = f"{LISTS}/<organisation_id>/dispute"
_ONE = "/helpdesk/disputes/<dispute_id>"
Answer = AnyResponse | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class DisputePage:
    """A dispute: what both sides have shown, a form to note more, and one to ask how it ends.

    `wrong_form` is the form that came back, whose problems these are; `settlements` are those that the
    evidence carries.
    """

    template: ClassVar[str] = "helpdesk/dispute.html"

    frame: HelpdeskFrame
    id: str
    about: str
    organisation_url: str
    claimant: str
    claimant_url: str | None
    state: str
    state_text: str
    levels: tuple[tuple[str, str, str], ...]
    sides: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    settlements: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str], ...]
    wrong_form: str
    typed: dict[str, str]
    problems: tuple[Problem, ...]
    refusal: str
    refusal_code: str
    url: str


@bp.get(_OPEN)
def show_opening(organisation_id: str) -> str:
    """Ask who claims an organisation."""
    desk = open_helpdesk()
    return ask(desk, _opening(open_office(desk, organisation_id)), typed())


@bp.post(_OPEN)
def open_dispute(organisation_id: str) -> Answer:
    """Open a dispute for somebody who came to the helpdesk; both sides are told."""
    check_form()
    desk = open_helpdesk()
    office = open_office(desk, organisation_id)
    form = forms.claimed(request.form, words.FOR_DISPUTES)
    if form.value is None:
        return ask(desk, _opening(office), form.typed, wrong=form.wrong), 422
    try:
        with desk.services.database.transaction() as session:
            person = find_for_sign_in(session, form.value.username)
            if person is None:
                wrong = (Wrong("username", forms.UNKNOWN_USERNAME),)
                return ask(desk, _opening(office), form.typed, wrong=wrong), 422
            why, by = form.value.why.reason, desk.actor.person_id
            disputes.open_for(session, office.id, person.person_id, why=why, by=by, now=desk.now)
    except (RuleError, Conflict, NotFound) as error:
        return ask(desk, _opening(office), form.typed, refused=error), 409
    return notices.done(organisation_url(office.id), "helpdesk-dispute-opened")


@bp.get(_ONE)
def show(dispute_id: str) -> str:
    """Show a dispute."""
    desk = open_helpdesk()
    return _page(desk, dispute_id)


@bp.post(f"{_ONE}/evidence")
def note_evidence(dispute_id: str) -> Answer:
    """Note the best evidence that one side has shown."""
    check_form()
    desk, form = open_helpdesk(), forms.evidence(request.form, words.FOR_DISPUTES, has_side=True)
    if form.value is None:
        return _page(desk, dispute_id, "evidence", form), 422
    shown = form.value
    assert shown.side is not None
    try:
        with desk.services.database.transaction() as session:
            why, by = shown.why.reason, desk.actor.person_id
            disputes.note_evidence(session, dispute_id, shown.side, shown.source, why=why, by=by, now=desk.now)
    except (RuleError, Conflict) as error:
        return _page(desk, dispute_id, "evidence", form, refused=error), 409
    return notices.done(f"/helpdesk/disputes/{dispute_id}", "helpdesk-evidence-noted")


@bp.post(f"{_ONE}/settle")
def settle(dispute_id: str) -> Answer:
    """Ask a second person to settle a dispute."""
    check_form()
    desk, form = open_helpdesk(), forms.decided(request.form, words.FOR_DISPUTES)
    if form.value is None:
        return _page(desk, dispute_id, "settle", form), 422
    try:
        with desk.services.database.transaction() as session:
            why, by, how = form.value.why.reason, desk.actor.person_id, form.value.settlement
            settling.ask_to_settle(session, dispute_id, how, why=why, by=by, now=desk.now)
    except (RuleError, Conflict) as error:
        return _page(desk, dispute_id, "settle", form, refused=error), 409
    return notices.done(f"/helpdesk/disputes/{dispute_id}", "helpdesk-asked")


def _opening(office: Office) -> Question:
    return Question(
        code="open-dispute",
        about=office.name,
        back_url=organisation_url(office.id),
        url=organisation_url(office.id, "dispute"),
        question=_("Open a dispute about this organisation?"),
        consequences=(
            _("Until it is settled nobody can be made a manager or lose that role. Everything else goes on."),
            _("Both sides are told by mail, and asked for proof."),
            _("It ends by your decision with a second person, or when the claimant takes it back; never by time."),
        ),
        yes=_("Yes, open it"),
        reasons=reasons(words.FOR_DISPUTES),
        fields=(Field("username", _("Username of the claimant")),),
    )


def _page(
    desk: Desk,
    dispute_id: str,
    wrong_form: str = "",
    form: Form[forms.Evidence] | Form[forms.Decided] | None = None,
    *,
    refused: ImmoError | None = None,
) -> str:
    with desk.services.database.reading() as session:
        found, office = helpdesk_organisation.dispute(session, dispute_id)
    possible = {how: label for how, label in words.SETTLEMENTS.items() if dispute_rules.possible(found.case, how)}
    page = DisputePage(
        frame=around(desk, Part.LISTS),
        id=found.id,
        about=office.name,
        organisation_url=organisation_url(office.id),
        claimant=found.claimant_name or _("an account that is gone"),
        claimant_url=None if found.claimant_id is None else person_url(found.claimant_id),
        state=found.case.state.value,
        state_text=_(words.DISPUTE_STATES[found.case.state]),
        levels=_levels(found),
        sides=options(words.SIDES, empty=_("Choose")),
        sources=options(words.SOURCES, empty=_("Choose")),
        settlements=options(possible, empty=_("Choose")),
        reasons=reasons(words.FOR_DISPUTES),
        wrong_form=wrong_form,
        typed={} if form is None else dict(form.typed),
        problems=() if form is None else problems(form.wrong),
        refusal="" if refused is None else refusal(refused),
        refusal_code="" if refused is None else refused.code,
        url=f"/helpdesk/disputes/{found.id}",
    )
    return pages.render(page, menu=page.frame.menu)


def _levels(found: Dispute) -> tuple[tuple[str, str, str], ...]:
    """Return each side with its level in words and what it has shown."""
    case = found.case
    return (
        (_(words.SIDES[Side.CLAIMANT]), _(words.LEVELS[case.claimant_level]), evidence_words(case.claimant)),
        (_(words.SIDES[Side.HOLDER]), _(words.LEVELS[case.holder_level]), evidence_words(case.holder)),
    )
