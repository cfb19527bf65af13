"""Refusals of our interfaces for programs, in the words of RFC 9457 (problem details).

`code` is the stable name of an error, `type` the same as a URN, `title` what it means in general. What
an error knows beyond that goes to the log under `reference`, and never into the answer.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from core.infra import log
from core.infra.errors import Conflict, ImmoError, NotFound, RateLimited, RuleError, Unavailable
from core.web.json_shapes import InvalidInput
from core.web.programs import Answer

MEDIA_TYPE = "application/problem+json"
# What every refusal looks like, as JSON Schema (draft 2020-12).
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "reference": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "code": {"type": "string"}},
                "required": ["pointer", "code"],
            },
        },
    },
    "required": ["type", "title", "status", "code"],
    "additionalProperties": False,
}
_HEADERS = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
_RETRY_AFTER_SECONDS = 5
# The first that fits counts, so what derives from another stands before it.
_STATUSES: tuple[tuple[type[ImmoError], HTTPStatus], ...] = (
    (InvalidInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (RateLimited, HTTPStatus.TOO_MANY_REQUESTS),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (RuleError, HTTPStatus.CONFLICT),
)


def problem(
    code: str, status: int, *, title: str | None = None, headers: Mapping[str, str] | None = None, **members: object
) -> Answer:
    """Return the answer for a refusal; `members` are further members that a program can act on."""
    content = {
        "type": f"urn:immo-connect:problem:{code}",
        "title": title or code.replace("-", " ").replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        **members,
    }
    return Answer(orjson.dumps(content), status, {**(headers or {}), **_HEADERS})


def refuse(error: Exception, statuses: Mapping[type[ImmoError], HTTPStatus] | None = None) -> Answer:
    """Return the answer for whatever a view raised; `statuses` says more of an interface's own errors."""
    match error:
        case ImmoError() if (status := _status(error, statuses or {})) is not None:
            return _refuse(error, status)
        case RequestEntityTooLarge():
            return problem("request-too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        case HTTPException():
            # Werkzeug's own refusals, of a body that ends too early and the like.
            return problem("invalid-request", HTTPStatus.BAD_REQUEST)
        case _:
            log.event("unexpected_error", log.ERROR, trace=error)
            return problem("server-error", HTTPStatus.INTERNAL_SERVER_ERROR, reference=log.request_id.get())


def wrong_method() -> Answer:
    """Return the answer for a method that an endpoint does not take."""
    return problem("method-not-allowed", HTTPStatus.METHOD_NOT_ALLOWED)


def _status(error: ImmoError, statuses: Mapping[type[ImmoError], HTTPStatus]) -> HTTPStatus | None:
    return next((status for kind, status in (*statuses.items(), *_STATUSES) if isinstance(error, kind)), None)


def _refuse(error: ImmoError, status: HTTPStatus) -> Answer:
    level = log.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else log.INFO
    log.event("request_refused", level, error_code=error.code, details=dict(error.details))
    match error:
        case InvalidInput():
            wrong = [{"pointer": found.pointer, "code": found.code} for found in error.wrong]
            return problem(error.code, status, errors=wrong)
        case RateLimited():
            return problem(error.code, status, headers={"Retry-After": str(error.retry_after_seconds)})
        case Unavailable():
            return problem(error.code, status, headers={"Retry-After": str(_RETRY_AFTER_SECONDS)})
        case _:
            return problem(error.code, status)
