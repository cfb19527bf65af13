"""The token of somebody who works as staff: asked for, proven with each request, refreshed, given up.

A second authorization request beside the sign-in asks for the staff's scopes and for tokens for
`<issuer>/admin/v1` (RFC 8707), from the same person, who signed in lately and as surely as
IMMO_STAFF_ACR says (RFC 9470 section 4).
"""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from authlib.integrations.base_client import OAuthError
from flask import request
from joserfc.errors import JoseError
from requests import RequestException, Response
from werkzeug.wrappers import Response as AnyResponse

from core.infra import log
from core.infra.errors import ImmoError, Unavailable
from core.people.identifiers import PersonId
from core.staff import assurance
from core.web.locale import current_language
from portal import session, staff_session
from portal.sign_in import SignInFailed, provider
from portal.staff_session import StaffTokens
from portal.wiring import CLIENT_ID, services

CALLBACK = "/staff/callback"
# How long ago somebody may have signed in who works at a desk, and who does something dangerous.
MAX_AGE = timedelta(hours=8)
FRESH = timedelta(minutes=5)
# So that what comes back is good here as well, where clocks differ.
_EARLIER = timedelta(seconds=30)
# An access token that is about to end is renewed before it is sent.
_MARGIN = timedelta(seconds=20)
_STEP_UP = "insufficient_user_authentication"


class StaffSignInNeeded(ImmoError):
    """The desk needs a token, or the act a sign-in of these very minutes: the way on is the provider."""

    code = "staff-sign-in-needed"

    def __init__(self, max_age: timedelta = MAX_AGE) -> None:
        self.max_age = max_age
        super().__init__(None, max_age=max_age.total_seconds())


def begin(roles: Collection[str], hint: str, max_age: timedelta) -> AnyResponse:
    """Send the browser to the provider for a token with these roles; `hint` says who must sign in."""
    found = services().settings
    demanded = {"id_token": {"acr": {"essential": True, "values": list(assurance.levels(found.staff_acr))}}}
    try:
        answer: AnyResponse = provider().authorize_redirect(
            found.portal_url + CALLBACK,
            scope=" ".join(("openid", *sorted(roles))),
            resource=f"{found.issuer}/admin/v1",
            max_age=str(int((max_age - _EARLIER).total_seconds())),
            claims=json.dumps(demanded),
            id_token_hint=hint,
            ui_locales=current_language(),
        )
    except OAuthError as error:
        raise SignInFailed(error.error) from error
    except RequestException as error:
        raise SignInFailed("unavailable", 503) from error
    return answer


def finish(person_id: PersonId) -> StaffTokens:
    """Take the provider's answer and keep its tokens; raise `SignInFailed` for another person's."""
    issuer = services().settings.issuer
    if request.args.get("iss") != issuer:
        raise SignInFailed("foreign_answer")  # RFC 9207 section 2.4
    expected = {"iss": {"value": issuer}, "aud": {"value": CLIENT_ID}}
    try:
        token = provider().authorize_access_token(claims_options=expected)
        claims = token["userinfo"]
        if claims["sub"] != person_id:
            raise SignInFailed("another_person", 403)
        made = _made(token, claims)
        if len(made.scope) < 2:
            raise SignInFailed("no_role_granted", 403)
    except OAuthError as error:
        raise SignInFailed(error.error, 403 if error.error == "access_denied" else 400) from error
    except RequestException as error:
        raise SignInFailed("unavailable", 503) from error
    except (JoseError, ValueError, KeyError) as error:
        raise SignInFailed("invalid_token") from error
    staff_session.keep_tokens(services().settings.secret, made)
    log.event("staff_entered", person_id=person_id, roles=" ".join(sorted(made.scope)))
    return made


def usable(person_id: PersonId, role: str) -> StaffTokens:
    """Return this person's tokens for a role; raise `StaffSignInNeeded` where there are none that are good."""
    found = services()
    kept = staff_session.tokens(found.settings.secret)
    if kept is None or kept.person_id != person_id or role not in kept.scope:
        raise StaffSignInNeeded
    if found.clock.now() >= kept.signed_in_at + MAX_AGE or kept.acr not in assurance.levels(found.settings.staff_acr):
        raise StaffSignInNeeded
    return kept


def send(method: str, url: str, body: Mapping[str, object] | None) -> Response:
    """Send a request with the access token, which is renewed where it ended.

    Raises `StaffSignInNeeded` where it cannot be, or where the provider wants a fresher sign-in, and
    `Unavailable` where the provider does not answer.
    """
    try:
        answer = _sent(method, url, body)
        if answer.status_code == HTTPStatus.UNAUTHORIZED and not _wants_more(answer):
            _renew(_kept())
            answer = _sent(method, url, body)
    except RequestException as error:
        raise Unavailable(reason="the provider does not answer") from error
    if answer.status_code != HTTPStatus.UNAUTHORIZED:
        return answer
    if _wants_more(answer):
        raise StaffSignInNeeded(FRESH)
    # A token of this very moment: another one would fare no better, and lead the browser in circles.
    raise Unavailable(reason="the provider refuses a new token")


def _sent(method: str, url: str, body: Mapping[str, object] | None) -> Response:
    tokens = _kept()
    if services().clock.now() >= tokens.expires_at - _MARGIN:
        tokens = _renew(tokens)
    with _client(tokens) as client:
        answer: Response = client.request(method, url, json=body)
    return answer


def _kept() -> StaffTokens:
    kept = staff_session.tokens(services().settings.secret)
    if kept is None:
        raise StaffSignInNeeded
    return kept


def _renew(tokens: StaffTokens) -> StaffTokens:
    """Return new tokens for the refresh token; raise `StaffSignInNeeded` where it is worth nothing any more."""
    if tokens.refresh_token is None:
        raise StaffSignInNeeded
    metadata = provider().load_server_metadata()
    with _client(tokens) as client:
        answer = client.post(
            metadata["token_endpoint"],
            data={"grant_type": "refresh_token", "refresh_token": tokens.refresh_token},
            auth=client.client_auth("private_key_jwt"),
        )
    if answer.status_code in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
        staff_session.forget_tokens()
        raise StaffSignInNeeded
    answer.raise_for_status()
    members = answer.json()
    made = StaffTokens(
        person_id=tokens.person_id,
        scope=frozenset(members["scope"].split()),
        signed_in_at=tokens.signed_in_at,
        acr=tokens.acr,
        expires_at=_end(members),
        access_token=members["access_token"],
        refresh_token=members.get("refresh_token", tokens.refresh_token),
    )
    staff_session.keep_tokens(services().settings.secret, made)
    return made


def _made(token: Mapping[str, Any], claims: Mapping[str, Any]) -> StaffTokens:
    signed_in = session.current(services().store, services().clock.now())
    if signed_in is None or claims.get("sid") != signed_in.sid:
        # A staff token rests on the very session in which the person is signed in here, and ends with it.
        raise SignInFailed("another_session")
    return StaffTokens(
        person_id=PersonId(claims["sub"]),
        scope=frozenset(token["scope"].split()),
        signed_in_at=datetime.fromtimestamp(claims["auth_time"], UTC),
        acr=claims["acr"],
        expires_at=_end(token),
        access_token=token["access_token"],
        refresh_token=token.get("refresh_token"),
    )


def _end(members: Mapping[str, Any]) -> datetime:
    return services().clock.now() + timedelta(seconds=int(members["expires_in"]))


def _wants_more(answer: Response) -> bool:
    return _STEP_UP in answer.headers.get("WWW-Authenticate", "")


def _client(tokens: StaffTokens) -> Any:
    made = provider()._get_oauth_client(**provider().load_server_metadata())  # noqa: SLF001 - Authlib's own way in
    made.token = {"access_token": tokens.access_token, "token_type": "DPoP"}
    return made
