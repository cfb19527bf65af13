"""What pages send, read strictly: anything unexpected is refused before a card or a window sees it."""

from collections.abc import Mapping

from idp.eid.card.cards import Request, Want
from idp.eid.card.web_eid import is_nonce

_LANGUAGES = frozenset({"nl", "fr", "en"})
_LONGEST_TEXT = 128


class BadRequest(ValueError):
    """A request is not one of ours."""


def parse_request(body: Mapping[str, object], origin: str, *, needs_wants: bool = False) -> Request:
    """Return what a page asks for; raise `BadRequest` for a nonce that is none or a wish that we do not know."""
    nonce = text_of(body, "nonce")
    if not is_nonce(nonce):
        raise BadRequest
    wants = _wants(body.get("want", []))
    if needs_wants and not wants:
        raise BadRequest
    language = text_of(body, "lang")
    return Request(
        origin=origin,
        nonce=nonce,
        language=language if language in _LANGUAGES else "en",
        choice=text_of(body, "card") or None,
        wants=wants,
    )


def parse_confirmation(body: Mapping[str, object]) -> tuple[str, str]:
    """Return the name of a pairing and the code that was typed; raise `BadRequest`."""
    return text_of(body, "pairing"), text_of(body, "code").strip()


def text_of(body: Mapping[str, object], name: str) -> str:
    """Return a member that is a short text, empty where it is missing; raise `BadRequest` for anything else."""
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not value.isascii():
        raise BadRequest
    return value


def _wants(value: object) -> frozenset[Want]:
    if not isinstance(value, list):
        raise BadRequest
    try:
        return frozenset(Want(entry) for entry in value)
    except ValueError:
        raise BadRequest from None
