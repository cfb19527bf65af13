"""`/helpdesk/people/<id>/<act>`: what will happen, why it is done, and doing it."""

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing import helpdesk_person
from core.closing.helpdesk_person import Account
from core.infra.errors import NotFound, RuleError, Unavailable
from core.people.identifiers import PersonId
from portal import notices
from portal.admin_client import AdminRefused
from portal.helpdesk import forms
from portal.helpdesk.asking import Question, ask, reasons
from portal.helpdesk.opening import open_helpdesk, person_url
from portal.helpdesk.people import told_of
from portal.helpdesk.person_acts import ACTS, PersonAct
from portal.staff_area import Desk, typed
from portal.visit import check_form

bp = Blueprint("helpdesk_person_act", __name__)

_PATH = "/helpdesk/people/<person_id>/<any({}):act>".format(", ".join(f'"{code}"' for code in ACTS))


@bp.get(_PATH)
def show(person_id: str, act: str) -> str:
    """Show what will happen, and ask why."""
    desk, wanted = open_helpdesk(), ACTS[act]
    return ask(desk, _question(desk, _account(desk, person_id), wanted), typed())


@bp.post(_PATH)
def submit(person_id: str, act: str) -> AnyResponse | tuple[str, int]:
    """Have it done by the provider, which asks the role and, where it is dangerous, a fresh sign-in."""
    check_form()
    desk, wanted = open_helpdesk(), ACTS[act]
    account = _account(desk, person_id)
    form = forms.why(request.form, wanted.reasons)
    if form.value is None:
        return ask(desk, _question(desk, account, wanted), form.typed, wrong=form.wrong), 422
    cause = {"cause": form.value.cause} if wanted.has_cause else {}
    try:
        desk.admin.act("people", account.id, wanted.code, why=form.value.reason, **cause)
    except (AdminRefused, NotFound, RuleError, Unavailable) as error:
        status = 503 if isinstance(error, Unavailable) else 409
        return ask(desk, _question(desk, account, wanted), form.typed, refused=error), status
    return notices.done(person_url(account.id), wanted.done)


def _account(desk: Desk, person_id: str) -> Account:
    with desk.services.database.reading() as session:
        account = helpdesk_person.account(session, PersonId(person_id))
    if account.is_gone:
        raise NotFound(person=person_id)
    return account


def _question(desk: Desk, account: Account, act: PersonAct) -> Question:
    told = told_of(desk, account.id) or {}
    hindered = act.needs_second and bool(told.get("erasure", {}).get("organisations_without_manager"))
    more = _("Organisations would be left without a manager: settle that first.")
    return Question(
        code=act.code,
        about=account.name,
        back_url=person_url(account.id),
        url=person_url(account.id, act.code),
        question=_(act.question),
        consequences=(*(_(text) for text in act.consequences), *((more,) if hindered else ())),
        yes=_(act.yes),
        reasons=reasons(act.reasons),
        note=""
        if act.is_possible(account, told)
        else _("As the account stands now, there is nothing to do this with."),
    )
