"""The provider's application: its parts put together, and its outermost error pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from core.infra import log
from core.infra.errors import ImmoError, NotFound
from core.infra.ids import new_id
from core.infra.settings import Mode, Settings
from core.proof.keys import ALGORITHMS
from core.web import frame, headers, health, problems
from core.web.programs import Programs
from idp.account import (
    accreditations,
    connections,
    devices,
    email,
    entry,
    factors_authenticator,
    factors_passkeys,
    factors_recovery_codes,
    history,
    merge,
    password,
    picture,
    privacy,
    profile,
    security,
)
from idp.account import eid as account_eid
from idp.admin import door as admin_door
from idp.admin import endpoints as admin
from idp.docs import claims_page, errors_page, explain, mails_page, name_menu_page
from idp.help import eid as help_eid
from idp.help import views as help_views
from idp.interaction import (
    activate,
    card_answers,
    card_certificate,
    complete,
    consent,
    device,
    door,
    eid,
    error_pages,
    flow,
    home,
    link_eid,
    login,
    organisation,
    recover,
    recover_link,
    recover_password,
    register,
    second_factor,
    sign_out,
    stronger,
    terms,
    tool,
    waiting,
)
from idp.oidc import (
    device_authorization,
    discovery,
    error_response,
    introspect,
    par,
    registration_endpoint,
    resource_metadata,
    revoke,
    token,
    userinfo,
)
from idp.wiring import Services, build_services

_TEMPLATES = Path(__file__).parent.parent / "consent_templates"
_BODY_BYTES_MAX = 64 * 1024
# Where no browser comes: every refusal is in the words of OAuth.
PROGRAM_ENDPOINTS = (
    *discovery.ENDPOINTS,
    *par.ENDPOINTS,
    *token.ENDPOINTS,
    *device_authorization.ENDPOINTS,
    *userinfo.ENDPOINTS,
    *resource_metadata.ENDPOINTS,
    *introspect.ENDPOINTS,
    *revoke.ENDPOINTS,
    *registration_endpoint.ENDPOINTS,
    *explain.ENDPOINTS,
)
_BLUEPRINTS = (
    flow.bp,
    login.bp,
    register.bp,
    recover.bp,
    recover_link.bp,
    recover_password.bp,
    activate.bp,
    complete.bp,
    eid.bp,
    link_eid.bp,
    card_answers.bp,
    card_certificate.bp,
    terms.bp,
    second_factor.bp,
    stronger.bp,
    organisation.bp,
    tool.bp,
    waiting.bp,
    consent.bp,
    device.bp,
    sign_out.bp,
    home.bp,
    entry.bp,
    profile.bp,
    picture.bp,
    accreditations.bp,
    devices.bp,
    account_eid.bp,
    factors_passkeys.bp,
    factors_authenticator.bp,
    factors_recovery_codes.bp,
    security.bp,
    password.bp,
    email.bp,
    merge.bp,
    connections.bp,
    history.bp,
    privacy.bp,
    claims_page.bp,
    errors_page.bp,
    name_menu_page.bp,
    help_views.bp,
    help_eid.bp,
)


def create_app(settings: Settings, *, services: Services | None = None) -> Flask:
    """Build the provider; tests pass services of their own."""
    app = _Provider(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _BODY_BYTES_MAX
    made_of = services or build_services(settings)
    app.extensions["immo"] = made_of
    app.session_interface = _NoSessions()
    app.wsgi_app = Programs(  # type: ignore[assignment, method-assign]
        app.wsgi_app,
        admin.ENDPOINTS,
        ground=made_of,
        headers=headers.defaults_for(settings),
        refuse=admin_door.refuse,
        wrong_method=problems.wrong_method,
    )
    app.wsgi_app = Programs(  # type: ignore[assignment, method-assign]
        app.wsgi_app,
        (*PROGRAM_ENDPOINTS, *door.ENDPOINTS),
        ground=made_of,
        headers=headers.defaults_for(settings),
        refuse=error_response.refuse,
        wrong_method=error_response.wrong_method,
    )
    if settings.trusted_proxies:
        # The caller's address and no more: our own stand in the settings, and a host that a header
        # named would pass for the one that operators listen on.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    frame.install(app, settings, template_folders=[_TEMPLATES])
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    if settings.mode is Mode.DEMO:
        app.register_blueprint(mails_page.bp)
    app.register_blueprint(health.blueprint(settings, _checks(made_of)))
    app.before_request(_name_request)
    app.teardown_request(_forget_request)
    app.register_error_handler(ImmoError, error_pages.show)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(Exception, _show_unexpected)
    return app


class _Provider(Flask):
    """Flask for views that are plain functions."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: each of a request would be looked at whether it is a coroutine."""
        return func


class _NoSessions(SessionInterface):
    """Opens none of Flask's sessions: the provider's lie in the store, see `idp.session`."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002 - Flask's signature
        """Return what refuses to be written to."""
        return self._none


def _checks(services: Services) -> dict[str, health.Check]:
    def keys() -> None:
        # A key that is known does not say whether its token is still there.
        for algorithm in ALGORITHMS:
            services.keyring.signer(algorithm).sign(b"ready?")

    return {"database": services.database.ping, "store": services.store.ping, "keys": keys}


def _name_request() -> None:
    log.request_id.set(new_id("req"))


def _forget_request(_error: BaseException | None) -> None:
    # A thread that serves no request must not log under the name of its last one.
    log.request_id.set(None)


def _show_http_error(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if not isinstance(error, MethodNotAllowed):
        return error_pages.show(NotFound() if status == 404 else ImmoError("invalid-request"), status=status)
    response = error_pages.show(ImmoError("invalid-request"), status=status)
    response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return response


def _show_unexpected(error: Exception) -> Response:
    log.event("unexpected_error", log.ERROR, trace=error)
    return error_pages.show(ImmoError())
