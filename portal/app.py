"""The portal's application: its parts put together, and its error pages."""

from datetime import timedelta
from pathlib import Path

from flask import Flask, redirect, request, url_for
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.wrappers import Response as AnyResponse

from core.infra import log
from core.infra.errors import ImmoError, NotFound, Unavailable
from core.infra.ids import new_id
from core.infra.settings import Settings
from core.organisations.rights import Standing
from core.web import frame, headers, health, problems
from core.web.csrf import FormTokenInvalid
from core.web.programs import Programs
from core.web.server_session import StoreSessions
from portal import disputes, invitations, mandates, menu, pages, session, sign_in
from portal.actor import SignInNeeded
from portal.api import endpoints as api
from portal.api import guide as api_guide
from portal.api import refusals as api_refusals
from portal.api import unknown as api_unknown
from portal.confirmation import SessionUnconfirmed
from portal.developers import areas as developers
from portal.employees import acts as employee_acts
from portal.employees import adding as employee_adding
from portal.employees import confirming as employee_confirming
from portal.employees import employee
from portal.employees import importing as employee_importing
from portal.employees import inviting as employee_inviting
from portal.employees import overview as employees
from portal.frame import organisation_url
from portal.helpdesk import areas as helpdesk
from portal.history import views as history
from portal.operations import areas as operations
from portal.organisations import areas as organisations
from portal.pages import NotAllowedPage, ProblemPage, SignInFailedPage
from portal.staff import approvals as staff_approvals
from portal.staff import entering as staff_entering
from portal.tools import areas as tools
from portal.visit import NotAllowed
from portal.wallet import areas as wallet
from portal.wiring import Services, build_services

COOKIE = "immo-portal"
# Longer than a sign-in counts (`session.LIFE`), which is judged by its own clock.
_KEPT = session.LIFE + timedelta(hours=1)
_TEMPLATES = Path(__file__).parent / "templates"
_BLUEPRINTS = (
    staff_entering.bp,
    staff_approvals.bp,
    sign_in.bp,
    *organisations.BLUEPRINTS,
    history.bp,
    menu.bp,
    employees.bp,
    employee.bp,
    employee_acts.bp,
    employee_adding.bp,
    employee_confirming.bp,
    employee_importing.bp,
    employee_inviting.bp,
    invitations.bp,
    *tools.BLUEPRINTS,
    *wallet.BLUEPRINTS,
    mandates.bp,
    *helpdesk.BLUEPRINTS,
    *operations.BLUEPRINTS,
    *developers.BLUEPRINTS,
    disputes.bp,
    api_guide.bp,
)
_BODY_BYTES_MAX = 64 * 1024


def create_app(settings: Settings, *, services: Services | None = None) -> Flask:
    """Build the portal; tests pass services of their own."""
    made_of = services or build_services(settings)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _BODY_BYTES_MAX
    app.extensions["immo"] = made_of
    app.session_interface = StoreSessions(
        made_of.store, cookie=COOKIE, secure=settings.portal_url.startswith("https://"), life=_KEPT
    )
    app.wsgi_app = Programs(  # type: ignore[assignment, method-assign]
        app.wsgi_app,
        api.ENDPOINTS,
        ground=made_of,
        headers=headers.defaults_for(settings),
        refuse=api_refusals.refuse,
        wrong_method=problems.wrong_method,
    )
    frame.install(app, settings, template_folders=[_TEMPLATES])
    sign_in.install(app, made_of)
    staff_entering.install(app)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    checks = {"database": made_of.database.ping, "store": made_of.store.ping}
    app.register_blueprint(health.blueprint(settings, checks))
    app.before_request(_name_request)
    app.before_request(_refuse_zero_bytes)
    app.teardown_request(_forget_request)
    app.register_error_handler(SignInNeeded, _send_to_sign_in)
    app.register_error_handler(SessionUnconfirmed, _show_unconfirmed)
    app.register_error_handler(FormTokenInvalid, _show_expired_form)
    app.register_error_handler(NotFound, _show_not_found)
    app.register_error_handler(NotAllowed, _show_not_allowed)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(Exception, _show_failure)
    return app


def _name_request() -> None:
    log.request_id.set(new_id("req"))


def _refuse_zero_bytes() -> None:
    """Refuse an address that no column of PostgreSQL could hold a part of: it is nobody's and nothing's."""
    if "\0" in request.path:
        raise NotFound
    if b"%00" in request.query_string or b"\0" in request.query_string:
        raise BadRequest


def _forget_request(_error: BaseException | None) -> None:
    # A thread that serves no request must not log under the name of its last one.
    log.request_id.set(None)


def _send_to_sign_in(_error: SignInNeeded) -> AnyResponse:
    if request.method == "GET":
        session.remember_return(request.full_path.rstrip("?"))
    return redirect(url_for("sign_in.start"), 303)


def _show_unconfirmed(_error: SessionUnconfirmed) -> tuple[str, int]:
    return pages.render(SignInFailedPage("unavailable")), 503


def _show_expired_form(error: FormTokenInvalid) -> tuple[str, int]:
    return pages.render(ProblemPage(error.code)), 400


def _show_not_found(error: NotFound) -> tuple[str, int]:
    return pages.render(ProblemPage(error.code)), 404


def _show_not_allowed(error: NotAllowed) -> tuple[str, int]:
    visit = error.visit
    url = organisation_url(visit.organisation.id)
    is_blocked = visit.standing is Standing.BLOCKED
    managers = () if is_blocked else error.managers
    why = visit.standing if is_blocked or error.is_for_members else None
    page = NotAllowedPage(visit.organisation.name, url, managers, why)
    return pages.render(page, menu=pages.name_menu(visit.actor, visit.organisation, here=request.path)), 403


def _show_http_error(error: HTTPException) -> AnyResponse | tuple[str, int]:
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, Exception):
        # What went wrong before there was a session, which Flask hands over wrapped.
        return _show_failure(cause)
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if status == 404 and api_unknown.is_called():
        return api_unknown.refuse()
    return pages.render(ProblemPage("not-found" if status == 404 else "bad-request")), status


def _show_failure(error: Exception) -> tuple[str, int]:
    code = error.code if isinstance(error, ImmoError) else "error"
    log.event("request_failed", log.ERROR, trace=error, error_code=code)
    problem, status = ("unavailable", 503) if isinstance(error, Unavailable) else ("unexpected", 500)
    return pages.render(ProblemPage(problem, reference=log.request_id.get())), status
