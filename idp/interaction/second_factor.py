"""Step: after the password a code of the authenticator, a recovery code, or a passkey (A16)."""

from dataclasses import replace

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from core.infra import log
from core.infra.errors import RateLimited
from core.people.assurance import Authentication
from core.people.identifiers import PersonId
from core.web import csrf
from idp.credentials.authenticator import AuthenticatorCodeUsed, WrongAuthenticatorCode
from idp.credentials.passkey_errors import PasskeyRefused
from idp.credentials.recovery_codes import WrongRecoveryCode
from idp.credentials.second_factor import Attempt, SecondFactor
from idp.interaction import passkey_door
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.entering import enter
from idp.interaction.pages import Decision
from idp.interaction.requesting_tool import asking_tool
from idp.interaction.second_factor_page import Means, SecondFactorPage
from idp.interaction.steps import Step
from idp.oidc.request import Progress
from idp.web import browser, passkey
from idp.web.page import FieldError, answer

bp = Blueprint(Step.SECOND_FACTOR.value, __name__)

_WITH = "with"


@bp.get("/interaction/<uid>/second-factor")
def show(uid: str) -> Response:
    """Show the form, where the second factor is due."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.SECOND_FACTOR:
        return opened.back()
    by_recovery_code = request.args.get(_WITH) == Means.RECOVERY_CODE
    return _page(opened, Means.RECOVERY_CODE if by_recovery_code else Means.AUTHENTICATOR)


@bp.post("/interaction/<uid>/second-factor")
def submit(uid: str) -> Response:
    """Begin the session where the second factor is right; or go back to another account, or to the tool."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.SECOND_FACTOR:
        return opened.back()
    csrf.check(opened.services.settings.secret, opened.binding, request.form.get(csrf.FIELD))
    match request.form.get("decision"):
        case Decision.CANCEL:
            opened.keep(Progress(denied=True))
            return opened.back()
        case Decision.OTHER_ACCOUNT:
            opened.keep(replace(opened.gathered.progress, first_factor=None))
            return opened.back()
    if passkey_door.is_used():
        return _by_passkey(opened)
    return _by_code(opened, Means.RECOVERY_CODE if Means.RECOVERY_CODE in request.form else Means.AUTHENTICATOR)


def _by_code(opened: Interaction, means: Means) -> Response:
    person_id = _person_id(opened)
    try:
        authentication = _check(opened, means)
    except (WrongAuthenticatorCode, AuthenticatorCodeUsed, WrongRecoveryCode) as error:
        log.event("second_factor_refused", person_id=person_id, reason=error.code)
        return _page(opened, means, (_refused(means, error),), status=422)
    except RateLimited as error:
        log.event("second_factor_limited", log.WARNING, person_id=person_id, limit=error.details.get("limit"))
        response = _page(opened, means, (_too_many(means, error.retry_after_seconds),), status=429)
        response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response
    return enter(opened, person_id=person_id, authentication=authentication)


def _check(opened: Interaction, means: Means) -> Authentication:
    found = opened.services
    second_factor = SecondFactor(found.database, found.store, found.settings.secret)
    attempt = Attempt(
        person_id=_person_id(opened),
        typed=request.form.get(means, ""),
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        device=browser.device_cookie(),
    )
    match means:
        case Means.AUTHENTICATOR:
            return second_factor.by_authenticator(attempt, now=opened.now)
        case Means.RECOVERY_CODE:
            return second_factor.by_recovery_code(attempt, now=opened.now)


def _by_passkey(opened: Interaction) -> Response:
    person_id = _person_id(opened)
    try:
        use = passkey_door.use(opened, beside_password_of=person_id)
    except PasskeyRefused as error:
        log.event("passkey_refused", person_id=person_id, reason=error.code)
        refused = FieldError(passkey_door.SECOND_FACTOR_BUTTON, passkey.refusal(error))
        return _page(opened, Means.AUTHENTICATOR, (refused,), status=422)
    return enter(opened, person_id=use.person_id, authentication=use.authentication)


def _person_id(opened: Interaction) -> PersonId:
    first = opened.gathered.progress.first_factor
    assert first is not None  # the step is due only after it
    return first.person_id


def _page(opened: Interaction, means: Means, errors: tuple[FieldError, ...] = (), *, status: int = 200) -> Response:
    other = Means.AUTHENTICATOR if means is Means.RECOVERY_CODE else Means.RECOVERY_CODE
    page = SecondFactorPage(
        action=request.path,
        csrf_token=csrf.token(opened.services.settings.secret, opened.binding),
        tool=asking_tool(opened),
        means=means,
        other_url=f"{request.path}?{_WITH}={other}",
        help_url=url_for("help.contact"),
        passkey=passkey_door.second_factor_form(opened, _person_id(opened)),
        errors=errors,
    )
    return answer(page, status=status)


def _refused(means: Means, error: Exception) -> FieldError:
    match error:
        case AuthenticatorCodeUsed():
            return FieldError(means, _("This code was used already. Wait until the app shows the next one."))
        case WrongRecoveryCode():
            return FieldError(means, _("This is not one of your recovery codes, or you have used it already."))
        case _:
            return FieldError(
                means,
                _("This is not the code that the app shows now. Check that the clock of your telephone is right."),
            )


def _too_many(means: Means, seconds: int) -> FieldError:
    minutes = max(1, -(-seconds // 60))
    text = ngettext(
        "There were too many attempts. Try again in %(num)s minute.",
        "There were too many attempts. Try again in %(num)s minutes.",
        minutes,
    )
    return FieldError(means, text)
