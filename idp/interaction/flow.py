"""The dispatcher: /authorize, and the address to which every step returns.

`resume` is the only place that decides what comes next. Where nothing is due, or no page may be
shown, /authorize answers in the same request and keeps nothing: most often at the door (`door.py`).
"""

from dataclasses import replace

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from idp.interaction import arrival, device, error_pages, judging
from idp.interaction.access import InteractionGone, open_interaction
from idp.interaction.arrival import Arrival
from idp.interaction.judging import Settled
from idp.interaction.pages import FormPostPage
from idp.interaction.policy import Done, Refusal
from idp.interaction.steps import Step
from idp.oidc import authorize, pending
from idp.oidc.authorize import Target, client_finder
from idp.oidc.checks import parameters
from idp.oidc.checks.parameters import Parameters
from idp.oidc.errors import InvalidRequest, InvalidRequestObject, InvalidRequestUri, ProtocolError, Unanswerable
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import LocalRequest
from idp.oidc.response import AuthorizationResponse
from idp.web import browser
from idp.web.page import RequestingTool, render
from idp.wiring import services

bp = Blueprint("interaction", __name__)

_FORM = "application/x-www-form-urlencoded"


@bp.get("/authorize")
def authorize_by_get() -> Response:
    """Answer an authorization request, or begin the interaction that it needs.

    Whoever only looks at a link (HEAD) is told nothing, so that nothing is granted or spent by it.
    """
    if request.method == "HEAD":
        return Response(status=200)
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
    return _conclude(Settled(wanted, opened.tool_client, opened.session, opened.gathered, opened.outcome))


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
    found = services()
    sent = parameters.read(raw, parameters.AUTHORIZATION)
    try:
        arrived = arrival.receive(sent)
        if isinstance(arrived, str):
            return browser.see_other(url_for("interaction.resume", uid=arrived))
        target = authorize.locate(arrived.asked.parameters, client_finder(found))
        return _begin(arrived, target, may_answer_at_once=may_answer_at_once)
    except InvalidRequestObject as error:
        return _refuse_object(sent, error)
    except InvalidRequestUri as error:
        return error_pages.show_spent(error, authorize.require_client(sent.get("client_id"), client_finder(found)))
    except Unanswerable as error:
        return error_pages.show(error)


def _refuse_object(sent: Parameters, error: InvalidRequestObject) -> Response:
    """Answer where the parameters beside the object say, if that is a registered address."""
    found = services()
    try:
        target = authorize.locate(sent, client_finder(found))
    except Unanswerable:
        return error_pages.show(error)
    return _answer(authorize.refuse(found, target, error), target.client)


def _begin(arrived: Arrival, target: Target, *, may_answer_at_once: bool) -> Response:
    """Answer a request, or park it until its person has done what is due; both spend what was pushed."""
    found, cookie = services(), browser.session_cookie()
    try:
        judged = judging.judge(found, arrived.asked, target, cookie=cookie, at_once=may_answer_at_once)
    except ProtocolError as error:
        arrived.spend()
        return _answer(authorize.refuse(found, target, error), target.client)
    arrived.spend()
    if judged.settled is not None:
        return _answer(judging.answer(found, judged.settled, cookie), target.client)
    record, binding = arrived.park(judged.wanted, found.clock.now())
    response = browser.see_other(url_for("interaction.resume", uid=record.uid))
    browser.set_interaction(response, record.uid, binding)
    return response


def _conclude(settled: Settled) -> Response:
    if settled.wanted.device_code is not None:
        return _conclude_for_device(settled, settled.wanted.device_code)
    return _answer(judging.answer(services(), settled, browser.session_cookie()), settled.client)


def _conclude_for_device(settled: Settled, key: str) -> Response:
    found, outcome = services(), settled.outcome
    if isinstance(outcome, Refusal):
        return device.conclude(found, key, None, by_person=settled.gathered.progress.denied)
    granted = judging.granted(settled, outcome, browser.session_cookie())
    grant = authorize.grant_for(found, settled.wanted, granted, now=found.clock.now())
    return device.conclude(found, key, grant, by_person=False)


def _answer(answer: AuthorizationResponse, client: RegisteredClient) -> Response:
    """Send the browser to the tool with the answer, as the tool wants to have it."""
    if not answer.response_mode.is_posted:
        return browser.see_other(answer.location())
    page = FormPostPage(answer.redirect_uri, answer.parameters, RequestingTool(client.name))
    return Response(render(page), content_type="text/html; charset=utf-8")
