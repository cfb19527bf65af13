"""The doors of the account: its address, registering, signing in and out without any tool."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.infra.log import event
from core.web import csrf
from idp.account.access import ACCOUNT, SignInNeeded
from idp.account.page import Section
from idp.oidc import end_session
from idp.web import browser
from idp.web.local import start_local
from idp.wiring import services

bp = Blueprint("account", __name__)


@bp.get(ACCOUNT)
def start() -> Response:
    """Show the first part of the account."""
    return browser.see_other(Section.PROFILE.url)


@bp.get("/account/register")
def register() -> Response:
    """Let somebody make an account for themselves, without a tool that sent them (A1)."""
    return start_local(ACCOUNT, step="register")


@bp.get("/account/sign-in")
def sign_in() -> Response:
    """Let somebody sign in, without a tool that sent them."""
    return start_local(ACCOUNT)


@bp.post("/account/sign-out")
def sign_out() -> Response:
    """Sign the person out, with no further question: the menu of their account asked for it."""
    found, cookie = services(), browser.session_cookie()
    csrf.check(found.settings.secret, cookie, request.form.get(csrf.FIELD))
    assert cookie is not None  # a form without one is refused
    session = end_session.end(found, cookie, now=found.clock.now())
    if session is not None:
        event("signed_out", person_id=session.person_id, sid=session.sid, client_id=None)
    response = browser.see_other(url_for("sign_out.by_get"))
    browser.clear_session(response)
    return response


@bp.app_errorhandler(SignInNeeded)
def sign_in_first(error: SignInNeeded) -> Response:
    """Send somebody to sign in, or to prove that it is them, and back to the page."""
    return start_local(error.return_to, wants_proof=error.wants_proof)
