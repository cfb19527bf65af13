"""Changing the e-mail address in two steps: a new one, then the code that was mailed to it (A12)."""

from flask import Blueprint, request, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.infra import log
from core.infra.errors import NotFound, RateLimited
from core.people.email_addresses import Proposal
from core.people.rules import EmailTaken, InvalidEmail
from core.web import csrf
from core.web.limited import too_often, with_wait
from core.web.locale import current_language
from idp.account import notices, page
from idp.account.access import Visitor, open_account
from idp.account.page import Section
from idp.account.security_page import AddressCodePage, NewAddressPage
from idp.credentials.address_change import AddressChange, Owner, SameAddress
from idp.credentials.mailed_codes import CodeExpired, CodeSpent, NoTriesLeft, WrongCode
from idp.credentials.security_mail import Place
from idp.web import browser
from idp.web.mailed_code import minutes_and_seconds, refused
from idp.web.page import FieldError

bp = Blueprint("email", __name__)

_ADDRESS, _CODE = "new-email", "email-code"


@bp.get("/account/security/email")
def show() -> Response:
    """Show the step that is due: the new address, or its code."""
    visitor = open_account()
    waiting = _change(visitor).proposal(visitor.session.person_id)
    if waiting is not None:
        return _code_page(visitor, waiting)
    visitor.require_proof()
    return _address_page(visitor)


@bp.post("/account/security/email")
def ask() -> Response:
    """Mail a code to the new address, and tell the present one."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    visitor.require_proof()
    typed = request.form.get(_ADDRESS, "")
    try:
        _change(visitor).ask(_owner(visitor), typed, now=visitor.now)
    except InvalidEmail:
        text = _("This is no e-mail address. It looks like name@example.be.")
        return _address_page(visitor, typed, FieldError(_ADDRESS, text), status=422)
    except SameAddress:
        text = _("This is the address that you have already.")
        return _address_page(visitor, typed, FieldError(_ADDRESS, text), status=422)
    except RateLimited as error:
        return with_wait(_address_page(visitor, typed, FieldError(_ADDRESS, too_often(error))), error)
    return browser.see_other(url_for("email.show"))


@bp.post("/account/security/email/code")
def confirm() -> Response:
    """Make the address current where the code is right."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    change = _change(visitor)
    waiting = change.proposal(visitor.session.person_id)
    if waiting is None:
        return browser.see_other(url_for("email.show"))
    try:
        change.confirm(_owner(visitor), request.form.get(_CODE, ""), now=visitor.now)
    except (WrongCode, CodeExpired, CodeSpent, NoTriesLeft) as error:
        log.event("address_code_refused", person_id=visitor.session.person_id, reason=error.code)
        return _code_page(visitor, waiting, FieldError(_CODE, refused(error)), status=422)
    except EmailTaken:
        text = _("Meanwhile this address belongs to another account. Choose another address, or ask our helpdesk.")
        return _address_page(visitor, waiting.address, FieldError(_ADDRESS, text), status=422)
    except NotFound:
        return browser.see_other(url_for("email.show"))
    log.event("address_changed", person_id=visitor.session.person_id)
    return notices.done(Section.SECURITY.url, "address-changed")


@bp.post("/account/security/email/resend")
def resend() -> Response:
    """Mail another code."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    change = _change(visitor)
    waiting = change.proposal(visitor.session.person_id)
    if waiting is None:
        return browser.see_other(url_for("email.show"))
    try:
        change.send_again(_owner(visitor), now=visitor.now)
    except RateLimited as error:
        return with_wait(_code_page(visitor, waiting, FieldError(_CODE, too_often(error))), error)
    return notices.done(url_for("email.show"), "code-sent")


@bp.post("/account/security/email/cancel")
def cancel() -> Response:
    """Keep the present address."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    _change(visitor).cancel(visitor.session.person_id)
    return notices.done(Section.SECURITY.url, "address-kept")


def _change(visitor: Visitor) -> AddressChange:
    found = visitor.services
    return AddressChange(found.database, found.store, found.settings.secret)


def _owner(visitor: Visitor) -> Owner:
    place = Place.of(request.user_agent.string, request.remote_addr)
    return Owner(visitor.session.person_id, visitor.person.email or "", current_language(), place)


def _address_page(visitor: Visitor, typed: str = "", *errors: FieldError, status: int = 200) -> FlaskResponse:
    shown = NewAddressPage(
        frame=page.frame(visitor, Section.SECURITY),
        action=url_for("email.ask"),
        csrf_token=page.form_token(visitor),
        back_url=Section.SECURITY.url,
        current=visitor.person.email or "",
        typed=typed,
        errors=errors,
    )
    return page.answer(shown, status=status)


def _code_page(visitor: Visitor, waiting: Proposal, *errors: FieldError, status: int = 200) -> FlaskResponse:
    seconds = _change(visitor).seconds_to_wait(visitor.session.person_id, waiting.address)
    shown = AddressCodePage(
        frame=page.frame(visitor, Section.SECURITY),
        action=url_for("email.confirm"),
        resend_url=url_for("email.resend"),
        cancel_url=url_for("email.cancel"),
        csrf_token=page.form_token(visitor),
        current=visitor.person.email or "",
        waiting=waiting.address,
        seconds_to_wait=seconds,
        wait=minutes_and_seconds(seconds),
        errors=errors,
    )
    return page.answer(shown, status=status)
