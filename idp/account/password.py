"""Changing the password: the current one, then a new one twice (A12).

Whoever has no password yet proves otherwise that it is them. A session that somebody stole is worth
nothing for it, and nothing at all once the owner has done it.
"""

from flask import Blueprint, request, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.infra import log
from core.infra.errors import RateLimited
from core.web import csrf
from core.web.limited import too_often, with_wait
from idp.account import notices, page
from idp.account.access import SignInNeeded, Visitor, open_account
from idp.account.page import Section
from idp.account.security_page import PasswordPage
from idp.credentials import passwords
from idp.credentials.authenticate import Attempt, PasswordSignIn, WrongCredentials
from idp.credentials.security_mail import Place
from idp.oidc import new_password
from idp.oidc.new_password import InSession, SignedOutMeanwhile
from idp.web import browser
from idp.web.new_password import about, judge, typed_in
from idp.web.page import FieldError

bp = Blueprint("password", __name__)


@bp.get("/account/security/password")
def show() -> Response:
    """Show the form."""
    visitor = open_account()
    has_password = _has_password(visitor)
    if not has_password:
        visitor.require_proof()
    return _page(visitor, has_password=has_password)


@bp.post("/account/security/password")
def submit() -> Response:
    """Change the password and sign the person out everywhere else."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    has_password = _has_password(visitor)
    typed = typed_in(request.form)
    if not has_password:
        visitor.require_proof()
    try:
        wrong = _judge_current(visitor) if has_password else ()
    except RateLimited as error:
        return _too_many(visitor, error)
    errors = wrong or judge(visitor.services, typed, about(visitor.person))
    if errors:
        return _page(visitor, *errors, has_password=has_password, status=422)
    return _change(visitor, typed.password)


def _judge_current(visitor: Visitor) -> tuple[FieldError, ...]:
    found = visitor.services
    attempt = Attempt(
        identifier=visitor.person.username,
        password=request.form.get("current-password", ""),
        address=request.remote_addr or "",
        device=browser.device_cookie(),
    )
    checked = PasswordSignIn(found.database, found.store, found.settings.secret, found.settings.mode)
    try:
        checked.confirm(visitor.session.person_id, attempt)
    except WrongCredentials:
        log.event("password_change_refused", person_id=visitor.session.person_id)
        return (FieldError("current-password", _("This is not your current password. Try again.")),)
    return ()


def _change(visitor: Visitor, password: str) -> Response:
    place = Place.of(request.user_agent.string, request.remote_addr)
    asked_in = InSession(visitor.session, visitor.binding, place)
    try:
        cookie = new_password.change(visitor.services, asked_in, password=password, now=visitor.now)
    except SignedOutMeanwhile:
        raise SignInNeeded(request.path) from None
    log.event("password_changed", person_id=visitor.session.person_id)
    response = notices.done(Section.SECURITY.url, "password-changed")
    browser.set_session(response, cookie)
    return response


def _has_password(visitor: Visitor) -> bool:
    with visitor.services.database.reading() as session:
        return passwords.stored_hash(session, visitor.session.person_id) is not None


def _too_many(visitor: Visitor, error: RateLimited) -> Response:
    log.event("password_change_limited", log.WARNING, person_id=visitor.session.person_id)
    return with_wait(_page(visitor, FieldError("current-password", too_often(error)), has_password=True), error)


def _page(visitor: Visitor, *errors: FieldError, has_password: bool, status: int = 200) -> FlaskResponse:
    shown = PasswordPage(
        frame=page.frame(visitor, Section.SECURITY),
        action=url_for("password.submit"),
        csrf_token=page.form_token(visitor),
        back_url=Section.SECURITY.url,
        recover_url="/account/recover",
        username=visitor.person.username,
        has_password=has_password,
        errors=errors,
    )
    return page.answer(shown, status=status)
