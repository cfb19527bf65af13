"""I have another account: prove it, see what merging does, confirm (A20)."""

from flask import Blueprint, request, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.closing.merging import SameAccount, gained
from core.infra import log
from core.infra.errors import NotFound, RateLimited
from core.infra.ids import digest
from core.infra.store.interface import Kind
from core.organisations.merging import BlockedInOne
from core.people.identifiers import PersonId
from core.people.merging import BothIdentified
from core.people.profiles import person_facts
from core.web import csrf
from core.web.limited import too_often, with_wait
from idp.account import merging, notices, page
from idp.account.access import Visitor, open_account
from idp.account.merge_page import MergePage, OtherAccountPage
from idp.account.merging import Claim, SecondFactorNeeded
from idp.account.page import Section
from idp.credentials.authenticate import WrongCredentials
from idp.credentials.authenticator import AuthenticatorCodeUsed, WrongAuthenticatorCode
from idp.credentials.recovery_codes import WrongRecoveryCode
from idp.credentials.security_mail import Place
from idp.session import PROOF_LIFE
from idp.web import browser
from idp.web.page import FieldError

bp = Blueprint("merge", __name__)


@bp.get("/account/security/other-account")
def show() -> Response:
    """Ask for what proves the other account, or show what merging does once it is proven."""
    visitor = open_account()
    visitor.require_proof()
    other = _proven(visitor)
    return _ask(visitor) if other is None else _explain(visitor, other)


@bp.post("/account/security/other-account")
def prove() -> Response:
    """Check what was typed about the other account."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    visitor.require_proof()
    claim = Claim(
        username=request.form.get("username", ""),
        password=request.form.get("password", ""),
        code=request.form.get("code", ""),
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        device=browser.device_cookie(),
    )
    try:
        other = merging.prove(visitor.services, claim, now=visitor.now)
    except WrongCredentials:
        log.event("merge_refused", person_id=visitor.session.person_id)
        return _ask(visitor, claim.username, _error("username", _("This username and this password do not fit.")))
    except SecondFactorNeeded:
        text = _("That account also asks for a code of its authenticator app, or one of its recovery codes.")
        return _ask(visitor, claim.username, _error("code", text), wants_code=True)
    except (WrongAuthenticatorCode, AuthenticatorCodeUsed, WrongRecoveryCode):
        text = _(
            "This code is not right, or was used already. Enter the one that the app shows now, or another "
            "recovery code."
        )
        return _ask(visitor, claim.username, _error("code", text), wants_code=True)
    except RateLimited as error:
        return with_wait(_ask(visitor, claim.username, _error("username", too_often(error))), error)
    if other == visitor.session.person_id:
        text = _("This is the account in which you are signed in. Enter the other one.")
        return _ask(visitor, claim.username, _error("username", text))
    visitor.services.store.put(Kind.MERGE_PROOF, _key(visitor), other.encode(), PROOF_LIFE)
    return browser.see_other(url_for("merge.show"))


@bp.post("/account/security/other-account/merge")
def confirm() -> Response:
    """Merge what was proven, once."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    visitor.require_proof()
    taken = visitor.services.store.take(Kind.MERGE_PROOF, _key(visitor))
    if taken is None:
        return browser.see_other(url_for("merge.show"))
    kept, given_up = visitor.session.person_id, PersonId(taken.decode())
    place = Place.of(request.user_agent.string, request.remote_addr)
    try:
        merging.merge(visitor.services, kept=kept, given_up=given_up, place=place, now=visitor.now)
    except (BothIdentified, BlockedInOne) as error:
        log.event("merge_impossible", person_id=kept, reason=error.code)
        return _ask(visitor, "", _error("username", _reason(error)))
    except (NotFound, SameAccount):
        # Another tab was faster.
        return browser.see_other(Section.SECURITY.url)
    return notices.done(Section.SECURITY.url, "accounts-merged")


@bp.post("/account/security/other-account/cancel")
def cancel() -> Response:
    """Forget that the other account was proven."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    visitor.services.store.delete(Kind.MERGE_PROOF, _key(visitor))
    return browser.see_other(Section.SECURITY.url)


def _proven(visitor: Visitor) -> PersonId | None:
    found = visitor.services.store.get(Kind.MERGE_PROOF, _key(visitor))
    return None if found is None else PersonId(found.decode())


def _key(visitor: Visitor) -> str:
    # Bound to the cookie: a session that begins anew begins without it.
    return digest(visitor.binding)


def _ask(visitor: Visitor, username: str = "", *errors: FieldError, wants_code: bool = False) -> FlaskResponse:
    shown = OtherAccountPage(
        frame=page.frame(visitor, Section.SECURITY),
        action=url_for("merge.prove"),
        csrf_token=page.form_token(visitor),
        back_url=Section.SECURITY.url,
        help_url=url_for("help.contact"),
        username=username,
        wants_code=wants_code,
        errors=errors,
    )
    return page.answer(shown, status=422 if errors else 200)


def _explain(visitor: Visitor, other: PersonId) -> FlaskResponse:
    with visitor.services.database.reading() as session:
        facts, comes = person_facts(session, other), gained(session, given_up=other)
    if facts is None:
        return _ask(visitor)
    shown = MergePage(
        frame=page.frame(visitor, Section.SECURITY),
        action=url_for("merge.confirm"),
        csrf_token=page.form_token(visitor),
        back_url=url_for("merge.cancel"),
        kept=visitor.person.username,
        given_up=facts.username,
        organisations=comes.organisations,
    )
    return page.answer(shown)


def _error(field: str, text: str) -> FieldError:
    return FieldError(field, text)


def _reason(error: BothIdentified | BlockedInOne) -> str:
    if isinstance(error, BothIdentified):
        return _("Both accounts are linked to an identity card. Our helpdesk settles which one counts.")
    return _("An organisation has blocked one of the two accounts. Ask our helpdesk.")
