"""The dispatcher: /authorize, and the address to which every step returns.

`resume` is the only place that decides what comes next. Where nothing is due, or no page may be
shown, /authorize answers in the same request and keeps nothing.
"""

from dataclasses import replace

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from idp import session as sso
from idp.interaction import error_pages
from idp.interaction.access import InteractionGone, open_interaction
from idp.interaction.facts import Asking, Gathered, gather, gather_nobody
from idp.interaction.pages import FormPostPage
from idp.interaction.policy import Done, Refusal, next_step
from idp.interaction.steps import Step
from idp.oidc import authorize, pending
from idp.oidc.authorize import Asked, Target, client_finder
from idp.oidc.checks import parameters
from idp.oidc.errors import InvalidRequest, ProtocolError, Unanswerable
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest, LocalRequest, Progress
from idp.oidc.response import AuthorizationResponse, return_address
from idp.session import SsoSession
from idp.web import browser
from idp.web.page import RequestingTool, render
from idp.wiring import services

bp = Blueprint("interaction", __name__)

_FORM = "application/x-www-form-urlencoded"


@bp.get("/authorize")
def authorize_by_get() -> Response:
    """Answer an authorization request, or begin the interaction that it needs."""
    return _receive(request.query_string, may_answer_at_once=True)


@bp.post("/authorize")
def authorize_by_post() -> Response:
    """Begin the interaction of an authorization request that came as a form (Core section 3.1.2.1).

    A POST from another site comes without cookies, so only the next request knows the session.
    """
    if request.mimetype != _FORM:
        return error_pages.show(InvalidRequest("The request is not form-urlencoded."))
    if (request.content_length or 0) > parameters.MAXIMUM_BYTES:
        return error_pages.show(InvalidRequest("The request is too large."), status=413)
    return _receive(request.get_data(cache=False), may_answer_at_once=False)


@bp.get("/interaction/<uid>")
def resume(uid: str) -> Response:
    """Send the person to the step that is due, or answer the tool."""
    opened = open_interaction(uid)
    if isinstance(opened.outcome, Step):
        return browser.see_other(url_for(f"{opened.outcome}.show", uid=uid))
    if opened.pending.finished_at is None:
        # Marked before anything is granted: what is answered twice is answered within seconds.
        finished = replace(opened.pending, finished_at=opened.now)
        pending.save(opened.services.store, finished)
    wanted = opened.pending.request
    if isinstance(wanted, LocalRequest):
        return browser.see_other(_local_end(wanted, opened.outcome))
    return _conclude(wanted, opened.tool_client, opened.session, opened.gathered, opened.outcome)


@bp.app_errorhandler(InteractionGone)
def interaction_gone(error: InteractionGone) -> Response:
    """Say that an interaction cannot go on, and where to start again."""
    return error_pages.show_gone(error)


def _local_end(wanted: LocalRequest, outcome: Done | Refusal) -> str:
    """Return where a person goes who signed in for a page of ours, or did not want to."""
    if isinstance(outcome, Done):
        return wanted.return_to
    # Whoever was asked for a proof is signed in and has an account to go back to.
    return url_for("account.start") if wanted.wants_proof else url_for("home.home")


def _receive(raw: bytes, *, may_answer_at_once: bool) -> Response:
    found, now = services(), services().clock.now()
    sent = parameters.read(raw, parameters.AUTHORIZATION)
    try:
        target = authorize.locate(sent, client_finder(found))
    except Unanswerable as error:
        return error_pages.show(error)
    issuer = found.settings.issuer
    try:
        wanted = authorize.parse(target, Asked(sent), keyring=found.keyring, issuer=issuer)
    except ProtocolError as error:
        return _answer(authorize.refuse(found, target, error), target.client)
    session = sso.find(found.store, browser.session_cookie(), now)
    if may_answer_at_once and (session is not None or wanted.is_silent):
        answer = _answer_at_once(wanted, target, session)
        if answer is not None:
            return answer
    record, cookie = pending.park(found.store, wanted, now)
    response = browser.see_other(url_for("interaction.resume", uid=record.uid))
    browser.set_interaction(response, record.uid, cookie)
    return response


def _answer_at_once(wanted: AuthorizationRequest, target: Target, session: SsoSession | None) -> Response | None:
    """Return the answer where nothing is due, None where the person is needed."""
    found, now = services(), services().clock.now()
    if session is None:
        gathered = gather_nobody(Progress(), now)
    else:
        gathered = gather(found, Asking(wanted, target.client, session, now, at_once=True), Progress())
    outcome = next_step(wanted, gathered.progress, gathered.facts)
    if isinstance(outcome, Step):
        return None
    return _conclude(wanted, target.client, session, gathered, outcome)


def _conclude(
    wanted: AuthorizationRequest,
    client: RegisteredClient,
    session: SsoSession | None,
    gathered: Gathered,
    outcome: Done | Refusal,
) -> Response:
    found, cookie = services(), browser.session_cookie()
    if isinstance(outcome, Refusal):
        target = Target(client, return_address(wanted))
        return _answer(authorize.refuse(found, target, outcome.error), client)
    assert session is not None and cookie is not None  # the policy is done only with somebody
    standing = gathered.standing
    answer = authorize.finish(
        found,
        wanted,
        session=session,
        cookie=cookie,
        context=outcome.context,
        claims=gathered.claims,
        joins=not standing.is_participant or standing.context != outcome.context,
        now=found.clock.now(),
    )
    return _answer(answer, client)


def _answer(answer: AuthorizationResponse, client: RegisteredClient) -> Response:
    """Send the browser to the tool with the answer, as the tool wants to have it."""
    if not answer.response_mode.is_posted:
        return browser.see_other(answer.location())
    page = FormPostPage(answer.redirect_uri, answer.parameters, RequestingTool(client.name))
    return Response(render(page), content_type="text/html; charset=utf-8")
