"""Recovery codes in the account: how many are left, new ones, and the page that shows them once (A16)."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.web import csrf
from idp.account import factors_drafts, notices, page
from idp.account.access import open_account
from idp.account.factors import AUTHENTICATOR_URL, RECOVERY_CODES_URL
from idp.account.factors_pages import NewRecoveryCodesPage, QuestionPage, RecoveryCodesPage
from idp.account.page import Section
from idp.credentials import factors, recovery_codes
from idp.credentials.security_mail import Place
from idp.web import browser

bp = Blueprint("recovery-codes", __name__)


@bp.get("/account/security/recovery-codes")
def show() -> Response:
    """Show how many codes are left."""
    visitor = open_account()
    with visitor.services.database.reading() as session:
        left = recovery_codes.left(session, visitor.person.id)
        are_needed = factors.has_second_factor(session, visitor.person.id)
    shown = RecoveryCodesPage(
        frame=page.frame(visitor, Section.SECURITY),
        back_url=Section.SECURITY.url,
        number=left.number,
        made_at=left.made_at,
        are_few=left.are_few,
        are_needed=are_needed,
        renew_url=url_for("recovery-codes.renew_form"),
        authenticator_url=AUTHENTICATOR_URL,
    )
    return page.answer(shown)


@bp.get("/account/security/recovery-codes/renew")
def renew_form() -> Response:
    """Ask before new codes are made, once their owner has proved that it is them."""
    visitor = open_account()
    visitor.require_proof()
    shown = QuestionPage(
        frame=page.frame(visitor, Section.SECURITY),
        action=request.path,
        csrf_token=page.form_token(visitor),
        back_url=RECOVERY_CODES_URL,
        question=_("Make new recovery codes?"),
        consequence=_("You get ten new codes. The ones that you printed or saved before no longer work."),
        yes=_("Yes, make new codes"),
    )
    return page.answer(shown)


@bp.post("/account/security/recovery-codes/renew")
def renew() -> Response:
    """Make new codes in place of the old ones."""
    visitor = open_account()
    visitor.require_proof()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    place, secret = Place.of(request.user_agent.string, request.remote_addr), visitor.services.settings.secret
    with visitor.services.database.transaction() as session:
        if not factors.has_second_factor(session, visitor.person.id):
            return browser.see_other(RECOVERY_CODES_URL)  # they would stand in for nothing
        codes = recovery_codes.renew(session, visitor.person.id, secret=secret, place=place, now=visitor.now)
    factors_drafts.keep_codes(visitor, codes)
    return browser.see_other(url_for("recovery-codes.show_new"))


@bp.get("/account/security/recovery-codes/new")
def show_new() -> Response:
    """Show new codes to who has just made them; afterwards nobody can see them again."""
    visitor = open_account()
    visitor.require_proof()
    codes = factors_drafts.kept_codes(visitor)
    if not codes:
        return browser.see_other(RECOVERY_CODES_URL)
    shown = NewRecoveryCodesPage(
        frame=page.frame(visitor, Section.SECURITY),
        action=request.path,
        csrf_token=page.form_token(visitor),
        username=visitor.person.username,
        codes=codes,
    )
    return page.answer(shown)


@bp.post("/account/security/recovery-codes/new")
def keep() -> Response:
    """Forget the codes that were shown: their owner has kept them."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    factors_drafts.codes_are_kept(visitor)
    return notices.done(RECOVERY_CODES_URL, "recovery-codes-kept")
