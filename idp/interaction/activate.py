"""Step: the code that was mailed to the address of an account is entered (A5).

Of somebody who has just registered here, who is signed in by it; and of somebody who is signed in
and never entered it, on another day or another machine.
"""

from dataclasses import replace

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.infra import log
from core.infra.dates import moment_in_words
from core.infra.errors import NotFound, RateLimited
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.people.rules import EmailTaken, is_role_address
from core.web import csrf
from core.web.locale import current_language
from idp.credentials.activation import Activation
from idp.credentials.mailed_codes import CodeExpired, CodeSpent, NoTriesLeft, WrongCode
from idp.interaction import registration_form as form
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.entering import enter
from idp.interaction.pages import Decision
from idp.interaction.registration_pages import ActivatePage
from idp.interaction.requesting_tool import asking_tool
from idp.interaction.steps import Step
from idp.oidc.request import Progress
from idp.web import browser
from idp.web.mailed_code import minutes_and_seconds, refused
from idp.web.page import FieldError, answer

bp = Blueprint(Step.ACTIVATE.value, __name__)

CODE = "activation-code"
_ADDRESS = "address"


@bp.get("/interaction/<uid>/activate")
def show(uid: str) -> Response:
    """Ask for the code, mailed now where none is under way; or, where wanted, for another address."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.ACTIVATE:
        return opened.back()
    _send_first(opened)
    return _page(opened, changes_address=request.args.get("show") == _ADDRESS)


@bp.post("/interaction/<uid>/activate")
def submit(uid: str) -> Response:
    """Take the code, send another one, or send it elsewhere."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.ACTIVATE:
        return opened.back()
    csrf.check(opened.services.settings.secret, opened.binding, request.form.get(csrf.FIELD))
    match request.form.get("decision"):
        case Decision.CANCEL:
            opened.keep(Progress(denied=True))
            return opened.back()
        case Decision.OTHER_ACCOUNT:
            opened.keep(replace(opened.gathered.progress, registering=None))
            return opened.back()
        case Decision.RESEND:
            return _send_again(opened)
        case Decision.CHANGE_ADDRESS:
            return _send_elsewhere(opened)
    return _take_code(opened)


def _take_code(opened: Interaction) -> Response:
    person_id = _person_id(opened)
    try:
        _activation(opened).activate(person_id, request.form.get(CODE, ""), now=opened.now)
    except (WrongCode, NoTriesLeft, CodeExpired, CodeSpent) as error:
        log.event("activation_refused", person_id=person_id, reason=error.code)
        return _page(opened, (FieldError(CODE, refused(error)),), status=422)
    except EmailTaken:
        log.event("activation_refused", person_id=person_id, reason=EmailTaken.code)
        text = _(
            "This address belongs to another account, perhaps an older one of yours. "
            "Sign in with that account, or give another address here. If both accounts are yours, you can make "
            "one of them once you are signed in: under My profile, Signing in."
        )
        return _page(opened, (FieldError(CODE, text),), status=422)
    log.event("account_activated", person_id=person_id, client_id=opened.client_id)
    if opened.gathered.progress.registering is None:
        return opened.back()
    # The password was set in this very interaction, and the code proves the mailbox beside it.
    authentication = Authentication(auth_time=opened.now, amr=("pwd",), acr=Acr.PASSWORD)
    return enter(opened, person_id=person_id, authentication=authentication)


def _send_first(opened: Interaction) -> None:
    """Mail a code to somebody who comes back after the last one ended, or who never had one."""
    waiting = _activation(opened).waiting(_person_id(opened))
    if waiting is None or (waiting.sent is not None and opened.now < waiting.sent.expires_at):
        return
    try:
        _activation(opened).send_again(_person_id(opened), language=current_language(), now=opened.now)
    except (RateLimited, NotFound) as error:
        log.event("activation_code_not_sent", log.WARNING, reason=error.code)


def _send_again(opened: Interaction) -> Response:
    try:
        _activation(opened).send_again(_person_id(opened), language=current_language(), now=opened.now)
    except RateLimited as error:
        return _too_soon(opened, error)
    except NotFound:
        return opened.back()
    return _done(opened, "sent")


def _send_elsewhere(opened: Interaction) -> Response:
    email, errors = form.read_email(request.form)
    if email is None or errors:
        return _page(opened, errors, changes_address=True, status=422)
    try:
        address = _activation(opened).send_elsewhere(
            _person_id(opened), email, language=current_language(), now=opened.now
        )
    except RateLimited as error:
        return _too_soon(opened, error, changes_address=True)
    except NotFound:
        # Activated meanwhile: whoever is here signs in.
        opened.keep(replace(opened.gathered.progress, registering=None))
        return opened.back()
    registering = opened.gathered.progress.registering
    if registering is not None:
        opened.keep(replace(opened.gathered.progress, registering=replace(registering, address=address)))
    return _done(opened, "changed")


def _person_id(opened: Interaction) -> PersonId:
    registering = opened.gathered.progress.registering
    if registering is not None:
        return registering.person_id
    assert opened.session is not None  # the step is due for nobody else
    return opened.session.person_id


def _activation(opened: Interaction) -> Activation:
    found = opened.services
    return Activation(found.database, found.store, found.settings.secret)


def _done(opened: Interaction, what: str) -> Response:
    return browser.see_other(url_for(".show", uid=opened.pending.uid, done=what))


def _notice() -> str | None:
    match request.args.get("done"):
        case "sent":
            return _("Another code was sent. Only the newest one counts.")
        case "changed":
            return _("The code was sent to the address you gave.")
    return None


def _too_soon(opened: Interaction, error: RateLimited, *, changes_address: bool = False) -> Response:
    log.event("activation_code_limited", log.WARNING, limit=error.details.get("limit"))
    text = _("You can ask for another code in %(time)s.", time=minutes_and_seconds(error.retry_after_seconds))
    where = form.EMAIL if changes_address else "resend-code"
    response = _page(opened, (FieldError(where, text),), changes_address=changes_address, status=429)
    response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _page(
    opened: Interaction, errors: tuple[FieldError, ...] = (), *, changes_address: bool = False, status: int = 200
) -> Response:
    uid, progress = opened.pending.uid, opened.gathered.progress
    waiting = _activation(opened).waiting(_person_id(opened))
    if waiting is None:
        # Activated in another browser meanwhile, or purged: whoever is here signs in.
        opened.keep(replace(progress, registering=None))
        return opened.back()
    typed = form.typed(request.form)
    sent = waiting.sent
    page = ActivatePage(
        action=url_for(".submit", uid=uid),
        csrf_token=csrf.token(opened.services.settings.secret, opened.binding),
        tool=asking_tool(opened),
        address=waiting.address,
        code_url=url_for(".show", uid=uid),
        change_url=url_for(".show", uid=uid, show=_ADDRESS),
        sign_out_url=url_for("sign_out.by_get"),
        until=moment_in_words(sent.expires_at, current_language()) if sent and sent.is_open(opened.now) else None,
        seconds_to_wait=waiting.seconds_to_wait,
        wait=minutes_and_seconds(waiting.seconds_to_wait),
        changes_address=changes_address,
        email=typed.email,
        seen_warning=typed.email if is_role_address(typed.email) else "",
        is_signed_in=progress.registering is None,
        notice=None if errors else _notice(),
        errors=errors,
    )
    return answer(page, status=status)
