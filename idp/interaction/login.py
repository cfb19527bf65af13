"""Step: sign in with username or e-mail address and password."""

from dataclasses import replace

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from core.infra import log
from core.infra.errors import RateLimited
from core.web import csrf
from idp.credentials.authenticate import Attempt, PasswordSignIn, SignedIn, WrongCredentials
from idp.credentials.factors import has_second_factor
from idp.credentials.passkey_errors import PasskeyRefused
from idp.interaction import passkey_door
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.entering import enter
from idp.interaction.lacking import asks_for_card
from idp.interaction.pages import Decision, LoginPage
from idp.interaction.policy import EidLink
from idp.interaction.requesting_tool import asking_tool
from idp.oidc.request import FirstFactor, LocalRequest, Progress, Wish
from idp.web import browser, passkey
from idp.web.doors import last_door
from idp.web.page import FieldError, render
from idp.web.passkey import PasskeyForm

bp = Blueprint("login", __name__)


@bp.get("/interaction/<uid>/login")
def show(uid: str) -> Response:
    """Show the form, where signing in is due."""
    opened = open_interaction(uid)
    if not opened.may_sign_in:
        return opened.back()
    return _page(opened, _expected_name(opened))


@bp.post("/interaction/<uid>/login")
def submit(uid: str) -> Response:
    """Sign the person in, once in each interaction.

    Also where signing in is no longer due, because another tab was first: what somebody types
    decides who they are here.
    """
    opened = open_interaction(uid)
    progress = opened.gathered.progress
    is_done = progress.signed_in_at is not None and not opened.may_sign_in
    if is_done or opened.pending.finished_at is not None:
        return opened.back()
    csrf.check(opened.services.settings.secret, opened.binding, request.form.get(csrf.FIELD))
    if request.form.get("decision") == Decision.CANCEL:
        opened.keep(Progress(denied=True))
        return opened.back()
    if passkey_door.is_used():
        return _by_passkey(opened)
    username = request.form.get("username", "")
    try:
        signed_in = _authenticate(opened, username)
    except WrongCredentials:
        log.event("sign_in_refused", client_id=opened.client_id)
        return _page(opened, username, _wrong(), status=422)
    except RateLimited as error:
        limit = error.details.get("limit")
        log.event("sign_in_limited", log.WARNING, client_id=opened.client_id, limit=limit)
        response = _page(opened, username, _too_many(error.retry_after_seconds), status=429)
        response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response
    return _go_on(opened, signed_in)


def _authenticate(opened: Interaction, username: str) -> SignedIn:
    found = opened.services
    sign_in = PasswordSignIn(found.database, found.store, found.settings.secret, found.settings.mode)
    attempt = Attempt(
        identifier=username,
        password=request.form.get("password", ""),
        address=request.remote_addr or "",
        device=browser.device_cookie(),
    )
    return sign_in.authenticate(attempt, now=opened.now)


def _by_passkey(opened: Interaction) -> Response:
    try:
        use = passkey_door.use(opened)
    except PasskeyRefused as error:
        log.event("passkey_refused", client_id=opened.client_id, reason=error.code)
        refused = FieldError(passkey_door.SIGN_IN_BUTTON, passkey.refusal(error))
        return _page(opened, _expected_name(opened), (refused,), status=422)
    return enter(opened, person_id=use.person_id, authentication=use.authentication)


def _go_on(opened: Interaction, signed_in: SignedIn) -> Response:
    """Begin the session, or ask for the second factor first where the person has one."""
    with opened.services.database.statements() as connection:
        is_halfway = has_second_factor(connection, signed_in.person_id)
    if not is_halfway:
        return enter(
            opened,
            person_id=signed_in.person_id,
            authentication=signed_in.authentication,
            password_made_at=signed_in.password_made_at,
        )
    first = FirstFactor(signed_in.person_id, opened.now, signed_in.password_made_at)
    opened.keep(replace(opened.gathered.progress, first_factor=first))
    return opened.back()


def _page(
    opened: Interaction,
    username: str,
    errors: tuple[FieldError, ...] = (),
    *,
    status: int = 200,
) -> Response:
    page = LoginPage(
        action=request.path,
        csrf_token=csrf.token(opened.services.settings.secret, opened.binding),
        tool=asking_tool(opened),
        username=username,
        notice=_notice(opened),
        errors=errors,
        may_cancel=True,
        register_url=None if _proves_anew(opened) else url_for("register.show", uid=opened.pending.uid),
        recover_url=f"{request.path.removesuffix('login')}recover",
        passkey=_passkey_form(opened),
        card_url=url_for("eid.show", uid=opened.pending.uid),
        last_door=last_door(),
    )
    return Response(render(page), status=status, content_type="text/html; charset=utf-8")


def _passkey_form(opened: Interaction) -> PasskeyForm | None:
    if opened.session is not None and _proves_anew(opened):
        return passkey_door.proof_form(opened, opened.session.person_id)
    return passkey_door.sign_in_form(opened)


def _expected_name(opened: Interaction) -> str:
    """Return what the page proposes as username: whom the tool means, or who proves anew."""
    if opened.pending.request.login_hint is not None:
        return opened.pending.request.login_hint
    person = opened.gathered.person
    return person.username if person is not None and _proves_anew(opened) else ""


def _proves_anew(opened: Interaction) -> bool:
    wanted = opened.pending.request
    return isinstance(wanted, LocalRequest) and wanted.wants_proof and opened.session is not None


def _notice(opened: Interaction) -> str | None:
    if opened.session is None:
        return None
    if _proves_anew(opened):
        return _("This changes how your account is protected. Sign in once more, so that we know it is you.")
    if opened.gathered.progress.context is not None:
        return _("What you chose needs a stronger sign-in: with a passkey, a second factor, or your identity card.")
    if opened.gathered.facts.eid_link is EidLink.DEMANDED or opened.gathered.progress.wish is Wish.LINK_EID:
        return _("Sign in once more, so that we know it is you. After that you link your identity card.")
    if _is_for_linked_card(opened):
        return _("Go on with your identity card: that is what is asked for here.")
    return _("Please sign in again to go on.")


def _is_for_linked_card(opened: Interaction) -> bool:
    person, wanted = opened.gathered.person, opened.pending.request
    has_card = person is not None and person.eid is not None
    return has_card and not isinstance(wanted, LocalRequest) and asks_for_card(wanted)


def _wrong() -> tuple[FieldError, ...]:
    text = _("The username or e-mail address and the password do not belong together. Check both and try again.")
    return (FieldError("username", text),)


def _too_many(seconds: int) -> tuple[FieldError, ...]:
    minutes = max(1, -(-seconds // 60))
    text = ngettext(
        "There were too many attempts. Try again in %(num)s minute.",
        "There were too many attempts. Try again in %(num)s minutes.",
        minutes,
    )
    return (FieldError("username", text),)
