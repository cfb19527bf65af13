"""What a person may do about requests and invitations that wait, from any page that lists them (O3, O8).

No step of its own: the page for organisations shows them, and so does the choice of context.
"""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.infra.errors import NotFound, RateLimited
from core.organisations import employees, reminders
from core.organisations.errors import NotYours, WrongState
from core.organisations.identifiers import MembershipId
from core.organisations.joining import waiting_memberships
from core.web import csrf
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.organisation_page import Act, WithdrawRequestPage, waiting_cards
from idp.interaction.steps import Step
from idp.interaction.wishes import form_binding, session_of
from idp.web import browser
from idp.web.page import answer as answer_page

bp = Blueprint("waiting", __name__)

# In the form that was asked whether it is meant.
_SURE = "sure"

_SHOWN_ON = frozenset({Step.ORGANISATION, Step.CONSENT})


@bp.post("/interaction/<uid>/waiting")
def answer(uid: str) -> Response:
    """Remind the managers, withdraw one's request, take up an invitation or decline it."""
    opened = open_interaction(uid)
    if opened.outcome not in _SHOWN_ON or not opened.pending.request.wants_context:
        return opened.back()
    csrf.check(opened.services.settings.secret, form_binding(opened), request.form.get(csrf.FIELD))
    act, membership_id = request.form.get("decision", ""), MembershipId(request.form.get("membership", ""))
    if act == Act.WITHDRAW and not request.form.get(_SURE):
        return browser.see_other(url_for("waiting.ask_to_withdraw", uid=uid, membership_id=membership_id))
    try:
        _do(opened, act, membership_id)
    except (NotFound, NotYours, WrongState, RateLimited):
        # Answered, or reminded of, meanwhile: the page says how it stands.
        return _back(opened, "changed")
    return _back(opened, act)


@bp.get("/interaction/<uid>/waiting/<membership_id>/withdraw")
def ask_to_withdraw(uid: str, membership_id: str) -> Response:
    """Ask before a request is withdrawn."""
    opened = open_interaction(uid)
    if opened.outcome not in _SHOWN_ON or not opened.pending.request.wants_context:
        return opened.back()
    with opened.services.database.connection() as connection:
        waiting = waiting_memberships(connection, session_of(opened).person_id)
    found = tuple(one for one in waiting if one.id == membership_id and not one.is_invitation)
    if not found:
        return _back(opened, "changed")
    question = WithdrawRequestPage(
        action=url_for("waiting.answer", uid=uid),
        csrf_token=csrf.token(opened.services.settings.secret, form_binding(opened)),
        card=waiting_cards(found, opened.now)[0],
        back_url=opened.back().location,
    )
    return answer_page(question)


def _do(opened: Interaction, act: str, membership_id: MembershipId) -> None:
    by, now = session_of(opened).person_id, opened.now
    with opened.services.database.transaction() as transaction:
        match act:
            case Act.REMIND:
                reminders.remind(transaction, membership_id, by=by, now=now)
            case Act.WITHDRAW:
                employees.withdraw(transaction, membership_id, by=by, now=now)
            case Act.ACCEPT:
                employees.accept(transaction, membership_id, by=by, now=now)
            case Act.DECLINE:
                employees.decline(transaction, membership_id, by=by, now=now)
            case _:
                raise NotFound


def _back(opened: Interaction, done: str) -> Response:
    """Return to the page that listed it; where something else is due now, that page leads on."""
    if opened.outcome is Step.ORGANISATION:
        return browser.see_other(url_for("organisation.show", uid=opened.pending.uid, done=done))
    return opened.back()
