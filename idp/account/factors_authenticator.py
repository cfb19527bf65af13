"""The authenticator app in the account: set up, replaced and removed (A16)."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.web import csrf
from core.web.qr_code import qr_code
from idp.account import factors_drafts, notices, page
from idp.account.access import Visitor, open_account
from idp.account.factors import AUTHENTICATOR_URL, RECOVERY_CODES_URL
from idp.account.factors_pages import AuthenticatorPage, QuestionPage, SetUpAuthenticatorPage
from idp.account.page import Section
from idp.credentials import authenticator
from idp.credentials.authenticator import WrongAuthenticatorCode
from idp.credentials.security_mail import Place
from idp.web import browser
from idp.web.page import FieldError

bp = Blueprint("authenticator", __name__)

_CODE = "authenticator-code"


@bp.get("/account/security/authenticator")
def show() -> Response:
    """Show whether there is an authenticator, and what can be done."""
    visitor = open_account()
    with visitor.services.database.reading() as session:
        confirmed_at = authenticator.confirmed_at(session, visitor.person.id)
    shown = AuthenticatorPage(
        frame=page.frame(visitor, Section.SECURITY),
        back_url=Section.SECURITY.url,
        confirmed_at=confirmed_at,
        set_up_url=url_for("authenticator.set_up_form"),
        remove_url=url_for("authenticator.remove_form"),
        recovery_codes_url=RECOVERY_CODES_URL,
    )
    return page.answer(shown)


@bp.get("/account/security/authenticator/set-up")
def set_up_form() -> Response:
    """Show the secret, once its owner has proved that it is them."""
    visitor = open_account()
    visitor.require_proof()
    return _set_up_page(visitor)


@bp.post("/account/security/authenticator/set-up")
def set_up() -> Response:
    """Make the app the person's authenticator, where its code is right."""
    visitor = open_account()
    visitor.require_proof()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    shared_secret = factors_drafts.shared_secret(visitor)
    try:
        codes = _confirm(visitor, shared_secret)
    except WrongAuthenticatorCode:
        return _set_up_page(visitor, (_wrong(),), status=422)
    factors_drafts.set_up_is_over(visitor)
    if codes is None:
        return notices.done(AUTHENTICATOR_URL, "authenticator-added")
    factors_drafts.keep_codes(visitor, codes)
    return browser.see_other(url_for("recovery-codes.show_new"))


@bp.get("/account/security/authenticator/remove")
def remove_form() -> Response:
    """Ask before the authenticator is removed, once its owner has proved that it is them."""
    visitor = open_account()
    visitor.require_proof()
    shown = QuestionPage(
        frame=page.frame(visitor, Section.SECURITY),
        action=request.path,
        csrf_token=page.form_token(visitor),
        back_url=AUTHENTICATOR_URL,
        question=_("Remove the authenticator app?"),
        consequence=_(
            "Your password alone will open your account again, and your recovery codes become void. "
            "Tools that ask for a second factor will ask for a passkey."
        ),
        yes=_("Yes, remove it"),
        is_dangerous=True,
    )
    return page.answer(shown)


@bp.post("/account/security/authenticator/remove")
def remove() -> Response:
    """Remove the authenticator, and the recovery codes that stood in for it."""
    visitor = open_account()
    visitor.require_proof()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    with visitor.services.database.transaction() as session:
        authenticator.remove(session, visitor.person.id, place=_place(), now=visitor.now)
    return notices.done(AUTHENTICATOR_URL, "authenticator-removed")


def _confirm(visitor: Visitor, shared_secret: str) -> tuple[str, ...] | None:
    with visitor.services.database.transaction() as session:
        return authenticator.confirm(
            session,
            visitor.person.id,
            shared_secret,
            request.form.get(_CODE, ""),
            secret=visitor.services.settings.secret,
            place=_place(),
            now=visitor.now,
        )


def _set_up_page(visitor: Visitor, errors: tuple[FieldError, ...] = (), *, status: int = 200) -> Response:
    shared_secret = factors_drafts.shared_secret(visitor)
    with visitor.services.database.reading() as session:
        replaces = authenticator.confirmed_at(session, visitor.person.id) is not None
    key_uri = authenticator.key_uri(shared_secret, visitor.person.username)
    shown = SetUpAuthenticatorPage(
        frame=page.frame(visitor, Section.SECURITY),
        action=request.path,
        csrf_token=page.form_token(visitor),
        back_url=AUTHENTICATOR_URL,
        qr_code=qr_code(key_uri),
        key=" ".join(shared_secret[place : place + 4] for place in range(0, len(shared_secret), 4)),
        key_uri=key_uri,
        replaces=replaces,
        errors=errors,
    )
    return page.answer(shown, status=status)


def _wrong() -> FieldError:
    text = _("This is not the code that the app shows now. Check that the clock of your telephone is right.")
    return FieldError(_CODE, text)


def _place() -> Place:
    return Place.of(request.user_agent.string, request.remote_addr)
