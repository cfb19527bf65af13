"""Turns a refusal into the answer of a token-like endpoint: the only place that does.

JSON with the code of the specifications (RFC 6749 section 5.2), a challenge where the status asks
for one (RFC 6750 section 3), and never stored by anybody on the way. Refusals of the authorization
endpoint travel by redirect or page: `response.py` and the interaction.
"""

from collections.abc import Mapping

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from core.infra import log
from core.infra.errors import Unavailable
from idp.oidc.errors import (
    InsufficientScope,
    InvalidClient,
    InvalidRequest,
    InvalidToken,
    ProtocolError,
    ServerError,
    TemporarilyUnavailable,
)

_REALM = 'realm="Immo-Connect"'
_RETRY_AFTER_SECONDS = "5"
_NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
_JSON = (("Content-Type", "application/json"), *_NO_STORE)
# Fetch section 3.3.3: what a script may send is asked before, what it may read stands in the answer.
_ANY_ORIGIN = ("Access-Control-Allow-Origin", "*")
_CORS = (_ANY_ORIGIN, ("Access-Control-Expose-Headers", "WWW-Authenticate"))
_CORS_PREFLIGHT = (
    _ANY_ORIGIN,
    ("Access-Control-Allow-Methods", "GET, POST"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
    ("Access-Control-Max-Age", "3600"),
)


class NoToken(InvalidToken):
    """No access token was sent at all: the challenge then names no error (RFC 6750 section 3.1)."""

    description = "An access token is needed."


def json_response(members: Mapping[str, object], status: int = 200) -> Response:
    """Return a JSON answer that nobody may keep (RFC 6749 section 5.1)."""
    return Response(orjson.dumps(members), status=status, headers=_JSON)


def forbid_storing(response: Response) -> None:
    """Tell caches to keep nothing of an answer."""
    response.headers.update(_NO_STORE)


def refuse(error: ProtocolError) -> Response:
    """Return the answer for a refusal; its details go to the log and nowhere else."""
    level = log.ERROR if error.status >= 500 else log.INFO
    log.event("request_refused", level, error_code=error.error, reason=error.description, details=dict(error.details))
    response = json_response({"error": error.error, "error_description": error.description}, error.status)
    challenge = _challenge(error)
    if challenge is not None:
        response.headers["WWW-Authenticate"] = challenge
    if isinstance(error, TemporarilyUnavailable):
        response.headers["Retry-After"] = _RETRY_AFTER_SECONDS
    return response


def wrong_method() -> Response:
    """Return the answer for a method that an endpoint does not take."""
    return json_response({"error": InvalidRequest.error, "error_description": "The method is not allowed here."}, 405)


def answer_errors(bp: Blueprint) -> None:
    """Let a blueprint of token-like endpoints answer every error in the words of OAuth."""
    bp.register_error_handler(ProtocolError, refuse)
    bp.register_error_handler(Unavailable, _unavailable)
    bp.register_error_handler(HTTPException, _unreadable)
    bp.register_error_handler(Exception, _unexpected)


def open_to_browsers(bp: Blueprint) -> None:
    """Let scripts of any origin call these endpoints: no cookie counts there, only what is sent."""
    bp.after_request(_allow_any_origin)


def _challenge(error: ProtocolError) -> str | None:
    if isinstance(error, InvalidClient):
        return f"Basic {_REALM}"
    if isinstance(error, NoToken):
        return f"Bearer {_REALM}"
    if isinstance(error, (InvalidToken, InsufficientScope)):
        return f'Bearer {_REALM}, error="{error.error}", error_description="{error.description}"'
    return None


def _unavailable(error: Unavailable) -> Response:
    return refuse(TemporarilyUnavailable(cause=error.code, details=dict(error.details)))


def _unreadable(error: HTTPException) -> Response:
    # Werkzeug's own refusals, of a body that ends too early and the like.
    return refuse(InvalidRequest("The request cannot be read.", status=error.code))


def _unexpected(error: Exception) -> Response:
    log.event("unexpected_error", log.ERROR, trace=error)
    return refuse(ServerError())


def _allow_any_origin(response: Response) -> Response:
    response.headers.extend(_CORS_PREFLIGHT if request.method == "OPTIONS" else _CORS)
    return response
