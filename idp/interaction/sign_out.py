"""Signing out: /end_session, the question before it, and the page after it.

RP-Initiated Logout. As with /authorize, a POST from another site comes without cookies: it is
parked, and the next request knows the session.
"""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.infra.errors import NotFound
from core.infra.log import event
from core.people.profiles import person_facts
from core.tools.catalogue import tool_facts
from core.web import csrf, locale
from idp import session as sso
from idp.interaction import error_pages
from idp.interaction.pages import Decision, SignedOutPage, SignOutPage
from idp.oidc import end_session
from idp.oidc.authorize import client_finder
from idp.oidc.checks import parameters
from idp.oidc.end_session import LogoutRequest
from idp.oidc.errors import InvalidRequest, ProtocolError
from idp.oidc.registered_client import RegisteredClient
from idp.session import SsoSession
from idp.web import browser
from idp.web.language import person_language
from idp.web.page import RequestingTool, render
from idp.web.tool_mark import shown_tool
from idp.wiring import services

bp = Blueprint("sign_out", __name__)

_FORM = "application/x-www-form-urlencoded"


@bp.get("/end_session")
def by_get() -> Response:
    """Sign the person out, or ask them first."""
    wanted = _judge(request.query_string)
    return wanted if isinstance(wanted, Response) else _proceed(wanted, uid=None)


@bp.post("/end_session")
def by_post() -> Response:
    """Keep a request that came as a form, and go on with it where cookies are sent."""
    is_form = request.mimetype in {_FORM, ""}
    if not is_form or (request.content_length or 0) > parameters.MAXIMUM_BYTES:
        return _refuse(InvalidRequest("The request is not form-urlencoded, or too large."))
    wanted = _judge(request.get_data(cache=False))
    if isinstance(wanted, Response):
        return wanted
    uid = end_session.park(services().store, wanted)
    return browser.see_other(url_for("sign_out.resume", uid=uid))


@bp.get("/end_session/<uid>")
def resume(uid: str) -> Response:
    """Go on with a parked request."""
    return _proceed(_parked(uid), uid=uid)


@bp.post("/end_session/<uid>")
def confirm(uid: str) -> Response:
    """Sign the person out, or not, as they said."""
    wanted, cookie = _parked(uid), browser.session_cookie()
    if cookie is None or sso.find(services().store, cookie, services().clock.now()) is None:
        return _after(wanted, was_asked=True)
    csrf.check(services().settings.secret, _binding(uid, cookie), request.form.get(csrf.FIELD))
    if request.form.get("decision") != Decision.SIGN_OUT:
        return browser.see_other(url_for("home.home"))
    return _end(wanted, cookie)


def _judge(raw: bytes) -> LogoutRequest | Response:
    found = services()
    sent = parameters.read(raw, parameters.END_SESSION)
    issuer, find = found.settings.issuer, client_finder(found)
    try:
        return end_session.parse(sent, find, keyring=found.keyring, issuer=issuer)
    except ProtocolError as error:
        return _refuse(error)


def _refuse(error: ProtocolError) -> Response:
    # Whoever meant to sign out still can: the link asks again, without what cannot be trusted.
    return error_pages.show(error, back_url=url_for("sign_out.by_get"))


def _parked(uid: str) -> LogoutRequest:
    wanted = end_session.find(services().store, uid)
    if wanted is None:
        raise NotFound(kind="logout")
    return wanted


def _proceed(wanted: LogoutRequest, *, uid: str | None) -> Response:
    found, cookie = services(), browser.session_cookie()
    session = sso.find(found.store, cookie, found.clock.now())
    _prefer(wanted, session)
    if cookie is None or session is None:
        # A cookie may still name a session whose end was interrupted: then it is ended now.
        return _after(wanted, was_asked=False) if cookie is None else _end(wanted, cookie)
    client = _client(wanted)
    if not end_session.must_ask(wanted, session, client, found.settings.secret):
        return _end(wanted, cookie)
    if uid is None:
        parked = end_session.park(found.store, wanted)
        return browser.see_other(url_for("sign_out.resume", uid=parked))
    return _ask(wanted, session, uid, cookie)


def _end(wanted: LogoutRequest, cookie: str) -> Response:
    found = services()
    session = end_session.end(found, cookie, now=found.clock.now())
    if session is not None:
        event("signed_out", person_id=session.person_id, sid=session.sid, client_id=wanted.client_id)
    response = _after(wanted, was_asked=session is not None, ended=session)
    browser.clear_session(response)
    return response


def _after(wanted: LogoutRequest, *, was_asked: bool, ended: SsoSession | None = None) -> Response:
    """Go back to the tool, or show that it is done, in the language of who has signed out.

    The way back is taken by itself only after a real sign-out or a verified hint; else anybody's
    link could send people through us.
    """
    location = wanted.location()
    if location is not None and (was_asked or wanted.has_hint):
        return browser.see_other(location)
    _prefer(wanted, ended)
    client = _client(wanted)
    page = SignedOutPage(tool=None if client is None else RequestingTool(client.name), return_url=location)
    return Response(render(page), content_type="text/html; charset=utf-8")


def _ask(wanted: LogoutRequest, session: SsoSession, uid: str, cookie: str) -> Response:
    found, client, tool = services(), _client(wanted), None
    with found.database.connection() as connection:
        person = person_facts(connection, session.person_id)
        if client is not None and client.tool_id is not None:
            tool = tool_facts(connection, client.tool_id, now=found.clock.now())
    page = SignOutPage(
        action=url_for("sign_out.confirm", uid=uid),
        csrf_token=csrf.token(found.settings.secret, _binding(uid, cookie)),
        person_name=_("you") if person is None else person.given_name or person.username,
        tool=None if client is None else shown_tool(client, tool),
    )
    return Response(render(page), content_type="text/html; charset=utf-8")


def _client(wanted: LogoutRequest) -> RegisteredClient | None:
    if wanted.client_id is None:
        return None
    return client_finder(services())(wanted.client_id)


def _binding(uid: str, cookie: str) -> str:
    return f"{uid}\n{cookie}"


def _prefer(wanted: LogoutRequest, session: SsoSession | None) -> None:
    locale.prefer(ui_locales=wanted.ui_locales, person=person_language(services(), session))
