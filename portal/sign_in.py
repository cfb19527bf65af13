"""Signing in and out through the provider: the portal is a relying party like any tool.

Authorization code with PKCE, state and nonce by Authlib's client, held to FAPI 2.0
(`provider_client.py`) and authenticated with private_key_jwt; RP-initiated and back-channel logout.
"""

from datetime import UTC, datetime
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, Response, current_app, jsonify, redirect, request
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response as AnyResponse

from core.infra import log
from core.infra.errors import Unavailable
from core.people.assurance import Acr, known_levels
from core.people.identifiers import PersonId
from core.proof import logout_token
from core.proof.jws import InvalidJwt
from core.web import csrf
from core.web.locale import current_language
from portal import confirmation, pages, session
from portal.client_key import ClientAssertion
from portal.pages import SignedOutPage, SignInFailedPage
from portal.proofs import Proofs
from portal.provider_client import PushingClient
from portal.session import SignedIn
from portal.wiring import CLIENT_ID, Services, services

SCOPE = "openid profile email"
_TIMEOUT_SECONDS = 10
_EXPLAINED = frozenset(
    {
        *("access_denied", "mismatching_state", "foreign_answer", "unavailable"),
        *("another_person", "another_session", "no_role_granted"),
    }
)

bp = Blueprint("sign_in", __name__)


class SignInFailed(Exception):
    """The answer of the provider is not one to sign in with; `code` says why, for a page."""

    def __init__(self, code: str, status: int = 400) -> None:
        self.code = code
        self.status = status
        super().__init__(code)


def install(app: Flask, made_of: Services) -> None:
    """Give the application its OpenID Connect client; the provider is asked at the first sign-in."""
    issuer = made_of.settings.issuer
    app.extensions["provider"] = OAuth(app).register(
        "provider",
        client_cls=PushingClient,
        client_id=CLIENT_ID,
        client_secret=made_of.client_key.key,
        client_auth_methods=[ClientAssertion(made_of.client_key, issuer)],
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "private_key_jwt",
            "default_timeout": _TIMEOUT_SECONDS,
            "proofs": Proofs.ensure(made_of.settings.keys_directory, made_of.clock),
        },
    )
    app.register_error_handler(SignInFailed, _show_failure)


@bp.get("/sign-in")
def start() -> AnyResponse:
    """Send the browser to the provider."""
    try:
        answer: AnyResponse = provider().authorize_redirect(_address("/callback"), ui_locales=current_language())
    except OAuthError as error:
        raise SignInFailed(error.error) from error
    except RequestException as error:
        raise SignInFailed("unavailable", 503) from error
    return answer


@bp.get("/callback")
def callback() -> AnyResponse:
    """Take the provider's answer, begin a session, and go where the person wanted to go."""
    token, person = _exchange()
    claims = token["userinfo"]
    wanted = session.take_return()
    found, person_id = services(), PersonId(claims["sub"])
    session.start(
        found.store,
        SignedIn(
            person_id=person_id,
            sid=claims["sid"],
            name=person.get("name") or person.get("preferred_username") or claims["sub"],
            id_token=token["id_token"],
            signed_in_at=datetime.fromtimestamp(claims["auth_time"], UTC),
            since=found.clock.now(),
            refresh_token=confirmation.seal(found.settings.secret, token["refresh_token"]),
            acr=next(iter(known_levels([str(claims.get("acr"))])), Acr.PASSWORD),
            staff_roles=confirmation.staff_roles(found, person_id),
        ),
    )
    log.event("portal_signed_in", person_id=claims["sub"])
    return redirect(wanted, 303)


@bp.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session here, then at the provider (OpenID Connect RP-Initiated Logout)."""
    found = services()
    browser = session.browser_session()
    csrf.check(found.settings.secret, browser.secret, request.form.get(csrf.FIELD))
    signed_in = session.current(found.store, found.clock.now())
    session.end()
    if signed_in is None:
        return redirect(_address("/signed-out"), 303)
    try:
        destination = provider().create_logout_url(
            post_logout_redirect_uri=_address("/signed-out"),
            id_token_hint=signed_in.id_token,
            ui_locales=current_language(),
        )
    except RequestException as error:
        raise SignInFailed("unavailable", 503) from error
    return redirect(destination["url"], 303)


@bp.get("/signed-out")
def signed_out() -> str:
    """Say that nobody is signed in any more."""
    return pages.render(SignedOutPage())


@bp.post("/back-channel-logout")
def back_channel_logout() -> tuple[Response, int]:
    """End the session that the provider names (Back-Channel Logout 1.0 sections 2.5 to 2.8)."""
    found = services()
    try:
        notice = logout_token.verify(
            request.form.get("logout_token", ""),
            keys=found.provider_keys,
            issuer=found.settings.issuer,
            client_id=CLIENT_ID,
            store=found.store,
            now=found.clock.now(),
        )
    except InvalidJwt as error:
        log.event("logout_notice_refused", log.WARNING, reason=error.details.get("reason"))
        return jsonify(error="invalid_request"), 400
    except Unavailable as error:
        log.event("provider_keys_unavailable", log.WARNING, reason=error.details.get("reason"))
        return jsonify(error="temporarily_unavailable"), 503
    session.end_from_afar(found.store, sid=notice.sid, subject=notice.subject, now=found.clock.now())
    return jsonify(), 200


@bp.get("/jwks")
def jwks() -> Response:
    """Show the public key that the portal signs its client assertions with."""
    return jsonify(services().client_key.jwks())


def _exchange() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the tokens and the userinfo claims, both checked against this browser's request."""
    issuer = services().settings.issuer
    if request.args.get("iss") != issuer:
        raise SignInFailed("foreign_answer")  # RFC 9207 section 2.4
    expected = {"iss": {"value": issuer}, "aud": {"value": CLIENT_ID}}
    try:
        token = provider().authorize_access_token(claims_options=expected)
        person = provider().userinfo(token=token)
        claims = token["userinfo"]
        # Without these the session could not be ended, nor bound to that of the provider.
        is_whole = {"sid", "auth_time"} <= claims.keys() and "refresh_token" in token
        if person["sub"] != claims["sub"] or not is_whole:
            raise SignInFailed("invalid_token")
    except OAuthError as error:
        raise SignInFailed(error.error, 403 if error.error == "access_denied" else 400) from error
    except RequestException as error:
        raise SignInFailed("unavailable", 503) from error
    except (JoseError, ValueError, KeyError) as error:
        raise SignInFailed("invalid_token") from error
    return token, person


def _show_failure(failure: SignInFailed) -> tuple[str, int]:
    log.event("portal_sign_in_failed", log.WARNING, error_code=failure.code)
    shown = failure.code if failure.code in _EXPLAINED else "failed"
    return pages.render(SignInFailedPage(shown)), failure.status


def provider() -> Any:
    """Return Authlib's client of the provider."""
    return current_app.extensions["provider"]


def _address(path: str) -> str:
    return services().settings.portal_url + path
