"""Turns a refusal into the answer of a token-like endpoint: the only place that does.

JSON with the code of the specifications (RFC 6749 section 5.2), a challenge where the status asks
for one (RFC 6750 section 3), and never stored by anybody on the way. Refusals of the authorization
endpoint travel by redirect or page: `response.py` and the interaction.
"""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from werkzeug.exceptions import HTTPException

from core.infra import log
from core.infra.errors import Unavailable
from core.proof import dpop
from core.proof.challenge import Scheme, challenge
from core.web.programs import Answer
from idp.oidc.errors import (
    InsufficientScope,
    InvalidClient,
    InvalidRequest,
    InvalidToken,
    ProtocolError,
    ServerError,
    TemporarilyUnavailable,
)
from idp.oidc.proof_errors import UseDpopNonce

_OFFERS: Mapping[Scheme, Mapping[str, str]] = {
    Scheme.BEARER: {},
    # RFC 9449 section 7.1.
    Scheme.DPOP: {"algs": " ".join(dpop.ALGORITHMS)},
}
_RETRY_AFTER_SECONDS = "5"
NO_STORE: Mapping[str, str] = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_JSON = {"Content-Type": "application/json", **NO_STORE}
# For endpoints that scripts of any origin may call: no cookie counts there, only what is sent.
# Fetch section 3.3.3: what a script may send is asked before, what it may read stands in the answer.
ANY_ORIGIN: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "WWW-Authenticate, DPoP-Nonce",
}
PREFLIGHT: Mapping[str, str] = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, DPoP",
    "Access-Control-Max-Age": "3600",
}


class NoToken(InvalidToken):
    """No access token was sent at all: the challenge then names no error, but the schemes that would do.

    RFC 6750 section 3.1; Bearer where none is named.
    """

    description = "An access token is needed."

    def __init__(self, *schemes: Scheme) -> None:
        super().__init__()
        self.schemes = schemes or self.schemes


def json_response(members: Mapping[str, object], status: int = 200) -> Answer:
    """Return a JSON answer that nobody may keep (RFC 6749 section 5.1)."""
    return Answer(orjson.dumps(members), status, _JSON)


def refuse(error: Exception) -> Answer:
    """Return the answer for whatever a view raised, in the words of OAuth."""
    match error:
        case ProtocolError():
            return _refuse(error)
        case Unavailable():
            return _refuse(TemporarilyUnavailable(cause=error.code, details=dict(error.details)))
        case HTTPException():
            # Werkzeug's own refusals, of a body that ends too early and the like.
            return _refuse(InvalidRequest("The request cannot be read.", status=error.code))
        case _:
            log.event("unexpected_error", log.ERROR, trace=error)
            return _refuse(ServerError())


def wrong_method() -> Answer:
    """Return the answer for a method that an endpoint does not take."""
    return json_response({"error": InvalidRequest.error, "error_description": "The method is not allowed here."}, 405)


def _refuse(error: ProtocolError) -> Answer:
    """Return the answer for a refusal; its details go to the log and nowhere else."""
    level = log.ERROR if error.status >= 500 else log.INFO
    log.event("request_refused", level, error_code=error.error, reason=error.description, details=dict(error.details))
    headers = dict(_JSON)
    challenge = _challenge(error)
    if challenge is not None:
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, UseDpopNonce):
        headers["DPoP-Nonce"] = error.nonce
    if isinstance(error, TemporarilyUnavailable):
        headers["Retry-After"] = _RETRY_AFTER_SECONDS
    members = {"error": error.error, "error_description": error.description}
    return Answer(orjson.dumps(members), error.status, headers)


def _challenge(error: ProtocolError) -> str | None:
    if isinstance(error, InvalidClient):
        return challenge("Basic", {})
    is_of_a_resource = isinstance(error, (InvalidToken, InsufficientScope)) or error.status == HTTPStatus.UNAUTHORIZED
    if not is_of_a_resource:
        return None
    told = {} if isinstance(error, NoToken) else {"error": error.error, "error_description": error.description}
    return ", ".join(challenge(scheme, {**told, **error.parameters, **_OFFERS[scheme]}) for scheme in error.schemes)
