"""Step: sign in with username or e-mail address and password."""

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from core.infra import audit, log
from core.infra.errors import RateLimited
from core.people.profiles import remember_language
from core.tools.catalogue import tool_facts
from core.web import csrf
from idp import session as sso
from idp.credentials.authenticate import Attempt, PasswordSignIn, SignedIn, WrongCredentials
from idp.credentials.devices import with_proof
from idp.interaction.access import Interaction, open_interaction
from idp.interaction.pages import Decision, LoginPage
from idp.interaction.requesting_tool import requesting_tool
from idp.interaction.steps import Step
from idp.oidc import backchannel, pending
from idp.oidc.request import Progress
from idp.session import SsoSession
from idp.web import browser
from idp.web.page import FieldError, render

bp = Blueprint("login", __name__)


@bp.get("/interaction/<uid>/login")
def show(uid: str) -> Response:
    """Show the form, where signing in is due."""
    opened = open_interaction(uid)
    if opened.outcome is not Step.LOGIN:
        return opened.back()
    return _page(opened, username=opened.pending.request.login_hint or "")


@bp.post("/interaction/<uid>/login")
def submit(uid: str) -> Response:
    """Sign the person in, once in each interaction.

    Also where signing in is no longer due, because another tab was first: what somebody types
    decides who they are here.
    """
    opened = open_interaction(uid)
    progress = opened.gathered.progress
    if progress.signed_in_at is not None or opened.pending.finished_at is not None:
        return opened.back()
    csrf.check(opened.services.settings.secret, opened.binding, request.form.get(csrf.FIELD))
    if request.form.get("decision") == Decision.CANCEL:
        opened.keep(Progress(denied=True))
        return opened.back()
    username = request.form.get("username", "")
    try:
        signed_in = _authenticate(opened, username)
    except WrongCredentials:
        log.event("sign_in_refused", client_id=opened.client.client_id)
        return _page(opened, username, _wrong(), status=422)
    except RateLimited as error:
        limit = error.details.get("limit")
        log.event("sign_in_limited", log.WARNING, client_id=opened.client.client_id, limit=limit)
        response = _page(opened, username, _too_many(error.retry_after_seconds), status=429)
        response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response
    return _enter(opened, signed_in)


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


def _enter(opened: Interaction, signed_in: SignedIn) -> Response:
    """Begin the session: what the sign-in ends is ended first, what it gives is given last."""
    found, ending = opened.services, _ending(opened, signed_in)
    with found.database.transaction() as transaction:
        if ending is not None:
            backchannel.end_for_everybody(transaction, found.store, ending, now=opened.now)
        if opened.pending.language is not None:
            remember_language(transaction, signed_in.person_id, opened.pending.language)
        audit.record(
            transaction,
            action="signed-in",
            actor_id=signed_in.person_id,
            subject_id=signed_in.person_id,
            details={
                "client_id": opened.client.client_id,
                "acr": signed_in.authentication.acr.value,
            },
            now=opened.now,
        )
    with found.store.pipeline() as writes:
        session, cookie = sso.start(
            writes,
            person_id=signed_in.person_id,
            authentication=signed_in.authentication,
            earlier=opened.session,
            earlier_cookie=browser.session_cookie(),
        )
        progress = Progress(
            person_id=session.person_id,
            authentication=session.authentication,
            sid=session.sid,
            signed_in_at=opened.now,
        )
        pending.save(writes, opened.pending.with_progress(progress))
    response = opened.back()
    browser.set_session(response, cookie)
    device = with_proof(found.settings.secret, browser.device_cookie(), signed_in.person_id)
    browser.set_device(response, device)
    return response


def _ending(opened: Interaction, signed_in: SignedIn) -> SsoSession | None:
    """Close what this sign-in ends, and return it: a session of somebody else in this browser.

    Also one whose end was interrupted, by a crash in here or in a sign-out.
    """
    cookie, running = browser.session_cookie(), opened.session
    if cookie is None or (running is not None and running.person_id == signed_in.person_id):
        return None
    return sso.begin_to_end(opened.services.store, cookie)


def _page(
    opened: Interaction,
    username: str,
    errors: tuple[FieldError, ...] = (),
    *,
    status: int = 200,
) -> Response:
    found, client = opened.services, opened.client
    tool = None
    if client.tool_id is not None:
        with found.database.connection() as connection:
            tool = tool_facts(connection, client.tool_id, now=opened.now)
    page = LoginPage(
        action=request.path,
        csrf_token=csrf.token(found.settings.secret, opened.binding),
        tool=requesting_tool(client, tool),
        username=username,
        notice=_("Please sign in again to go on.") if opened.session is not None else None,
        errors=errors,
        may_cancel=True,
    )
    return Response(render(page), status=status, content_type="text/html; charset=utf-8")


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
