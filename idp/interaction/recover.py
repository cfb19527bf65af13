"""Forgotten password: the address of the account, and the code that is mailed to it (A13).

Up to the right code every answer is the same whether the address belongs to an account or not. The new
password is `recover_password`.
"""

from dataclasses import replace

from flask import Blueprint, request, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.infra import log
from core.infra.errors import RateLimited
from core.infra.messages import N_
from core.people.rules import InvalidEmail, require_email
from core.web import csrf
from core.web.limited import too_often, with_wait
from core.web.locale import current_language
from idp.credentials import recovery
from idp.credentials.mailed_codes import CodeExpired, CodeSpent, NoTriesLeft, WrongCode
from idp.credentials.recovery import Asking, Recovery
from idp.interaction import recovering
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.pages import Decision
from idp.interaction.recover_pages import RecoverPage, RecoveryCodePage
from idp.interaction.recovering import Recovering
from idp.interaction.requesting_tool import asking_tool
from idp.web import browser
from idp.web.mailed_code import minutes_and_seconds, refused
from idp.web.page import FieldError, answer

bp = Blueprint("recover", __name__)

_ADDRESS, _CODE = "email", "recovery-code"
_HELP = "/help/contact"
_AGAIN = {
    "over": N_(
        "It took too long, or the code was used already. If the new password does not work, ask for another code."
    ),
    "taken": N_("Meanwhile the address belongs to another account. Ask again, for that one."),
    "expired": N_("The link in the message is no longer valid. Ask for another code."),
}


@bp.get("/interaction/<uid>/recover")
def show(uid: str) -> Response:
    """Ask for the address of the account."""
    opened = open_interaction(uid)
    return _address_page(opened) if opened.may_sign_in else opened.back()


@bp.post("/interaction/<uid>/recover")
def ask(uid: str) -> Response:
    """Mail a code where the address belongs to an account; answer alike where it does not."""
    opened = open_interaction(uid)
    if not opened.may_sign_in:
        return opened.back()
    csrf.check(opened.services.settings.secret, opened.binding, request.form.get(csrf.FIELD))
    typed = request.form.get(_ADDRESS, "").strip()
    try:
        address = require_email(typed)
    except InvalidEmail:
        return _address_page(opened, typed, FieldError(_ADDRESS, _no_address(typed)), status=422)
    try:
        _send(opened, Recovering("", address))
    except RateLimited as error:
        return with_wait(_address_page(opened, typed, FieldError(_ADDRESS, too_often(error))), error)
    return browser.see_other(url_for("recover.show_code", uid=uid))


@bp.get("/interaction/<uid>/recover/code")
def show_code(uid: str) -> Response:
    """Ask for the code."""
    opened = open_interaction(uid)
    state = recovering.find(opened.services.store, uid)
    if not opened.may_sign_in:
        return opened.back()
    return recovering.start_again(uid) if state is None else _code_page(opened, state)


@bp.post("/interaction/<uid>/recover/code")
def enter_code(uid: str) -> Response:
    """Take the code, or send another one."""
    opened = open_interaction(uid)
    state = recovering.find(opened.services.store, uid)
    if not opened.may_sign_in:
        return opened.back()
    csrf.check(opened.services.settings.secret, opened.binding, request.form.get(csrf.FIELD))
    if state is None:
        return recovering.start_again(uid)
    if request.form.get("decision") == Decision.RESEND:
        return _send_again(opened, state)
    try:
        proof = _recovery(opened).enter(state.code_id, request.form.get(_CODE, ""), now=opened.now)
    except (WrongCode, CodeExpired, CodeSpent, NoTriesLeft) as error:
        log.event("recovery_code_refused", code_id=state.code_id, reason=error.code)
        return _code_page(opened, state, FieldError(_CODE, refused(error)), status=422)
    recovery.keep(opened.services.store, uid, proof)
    return browser.see_other(url_for("recover_password.show", uid=uid))


def _send(opened: Interaction, state: Recovering) -> None:
    assert state.address is not None  # the caller has one
    code_id = _recovery(opened).ask(_asking(state.address), now=opened.now)
    recovering.keep(opened.services.store, opened.pending.uid, replace(state, code_id=code_id))


def _send_again(opened: Interaction, state: Recovering) -> Response:
    address = state.address or _recovery(opened).address_of(state.code_id)
    if address is None:
        return recovering.start_again(opened.pending.uid, "expired")
    try:
        _send(opened, replace(state, address=address))
    except RateLimited as error:
        return with_wait(_code_page(opened, state, FieldError("resend-code", too_often(error))), error)
    return browser.see_other(url_for("recover.show_code", uid=opened.pending.uid, sent="again"))


def _recovery(opened: Interaction) -> Recovery:
    found = opened.services
    return Recovery(found.database, found.store, found.settings.secret, found.settings.mode)


def _asking(address: str) -> Asking:
    return Asking(address, request.remote_addr or "", current_language(), browser.device_cookie())


def _no_address(typed: str) -> str:
    if typed and "@" not in typed:
        return _(
            "Enter the e-mail address of your account: a username is not enough, because we send you a message. "
            "If you no longer know or read that address, ask our helpdesk."
        )
    return _("This is no e-mail address. It looks like name@example.be.")


def _address_page(opened: Interaction, typed: str = "", *errors: FieldError, status: int = 200) -> FlaskResponse:
    why = _AGAIN.get(request.args.get("why", ""))
    page = RecoverPage(
        action=url_for("recover.ask", uid=opened.pending.uid),
        csrf_token=csrf.token(opened.services.settings.secret, opened.binding),
        tool=asking_tool(opened),
        sign_in_url=url_for("login.show", uid=opened.pending.uid),
        help_url=_HELP,
        typed=typed,
        notice=None if errors or why is None else _(why),
        errors=errors,
    )
    return answer(page, status=status)


def _code_page(opened: Interaction, state: Recovering, *errors: FieldError, status: int = 200) -> FlaskResponse:
    seconds = 0 if state.address is None else _recovery(opened).seconds_to_wait(_asking(state.address))
    was_sent_again = not errors and request.args.get("sent") == "again"
    page = RecoveryCodePage(
        action=url_for("recover.enter_code", uid=opened.pending.uid),
        csrf_token=csrf.token(opened.services.settings.secret, opened.binding),
        tool=asking_tool(opened),
        start_url=url_for("recover.show", uid=opened.pending.uid),
        help_url=_HELP,
        address=state.address,
        seconds_to_wait=seconds,
        wait=minutes_and_seconds(seconds),
        notice=_("Another code was sent. Only the newest one counts.") if was_sent_again else None,
        errors=errors,
    )
    return answer(page, status=status)
