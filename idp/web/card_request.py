"""What a page's script sends of a card, read within limits; and the answers that it understands.

Only a page of ours may send it: the body is JSON, which no form of another site can post, and
browsers say from where a script asks.
"""

import binascii
from base64 import b64decode
from dataclasses import dataclass, field

import orjson
from flask import Response, request

from core.infra.errors import RateLimited
from core.web.csrf import FormTokenInvalid
from idp.eid.holder import CardFiles
from idp.eid.linking import CardSource
from idp.eid.problems import EidProblem, EidRefused
from idp.web.card import problem_url

# A token and all files with the largest photo, in base64, fit in well.
_BODY_BYTES_MAX = 128 * 1024
_JSON = "application/json"
# The authority was not there, the person did nothing wrong; what is not listed is 422.
_STATUS = {EidProblem.REVOCATION_UNAVAILABLE: 503, EidProblem.CHALLENGE_GONE: 409}
_SOURCES = {"web-eid": CardSource.WEB_EID, "agent": CardSource.AGENT}


@dataclass(frozen=True, slots=True)
class CardRequest:
    """What was sent: nothing of it is proven. `files` are by the names of the card agent."""

    uid: str | None
    csrf_token: str | None = field(repr=False)
    token: object = field(repr=False)
    files: CardFiles = field(repr=False)
    source: CardSource


def require_page_of_ours(origin: str) -> None:
    """Return where a page of ours asks; raise `FormTokenInvalid` for a script of any other site.

    Browsers that say nothing of it are left to the token of the form.
    """
    site, sender = request.headers.get("Sec-Fetch-Site", "same-origin"), request.headers.get("Origin", origin)
    if site != "same-origin" or sender != origin:
        raise FormTokenInvalid


def read() -> CardRequest:
    """Return what the request brings; raise `EidRefused` for what no page of ours sends."""
    request.max_content_length = _BODY_BYTES_MAX
    if request.mimetype != _JSON:
        raise _bad("media-type")
    try:
        members = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError:
        raise _bad("json") from None
    if not isinstance(members, dict):
        raise _bad("body")
    return CardRequest(
        uid=_text(members, "uid"),
        csrf_token=_text(members, "csrf"),
        token=members.get("token"),
        files=_files(members.get("files") or {}),
        source=_SOURCES.get(_text(members, "source") or "", CardSource.WEB_EID),
    )


def went_on(path: str) -> Response:
    """Tell the script where the browser goes next."""
    return _answer({"next": path}, 200)


def challenged(nonce: str, origin: str) -> Response:
    """Give the script what the card is to sign, and for whom."""
    return _answer({"nonce": nonce, "origin": origin}, 200)


def refused(error: EidRefused, *, uid: str | None, path: str | None = None) -> Response:
    """Tell the script what is wrong and where the page about it is."""
    day = {} if error.day is None else {"day": error.day.isoformat()}
    members = {"problem": error.problem.value, **day, "next": path or problem_url(error.problem, uid, error.day)}
    return _answer(members, _STATUS.get(error.problem, 422))


def too_often(error: RateLimited, *, uid: str | None) -> Response:
    """Tell the script that there were too many attempts from here."""
    response = _answer({"problem": EidProblem.TOO_OFTEN.value, "next": problem_url(EidProblem.TOO_OFTEN, uid)}, 429)
    response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _answer(members: dict[str, str], status: int) -> Response:
    response = Response(orjson.dumps(members), status=status, content_type=_JSON)
    response.headers["Cache-Control"] = "no-store"
    return response


def _text(members: dict[object, object], name: str) -> str | None:
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise _bad(name)
    return value


def _files(sent: object) -> CardFiles:
    if not isinstance(sent, dict):
        raise _bad("files")
    return {name: _bytes(value) for name, value in sent.items() if value is not None}


def _bytes(value: object) -> bytes:
    try:
        return b64decode(value, validate=True) if isinstance(value, str) else _no_text()
    except (binascii.Error, ValueError):
        raise EidRefused(EidProblem.FILES_INVALID, reason="base64") from None


def _no_text() -> bytes:
    raise ValueError("a file is sent as text")


def _bad(reason: str) -> EidRefused:
    return EidRefused(EidProblem.BAD_TOKEN, reason=reason)
