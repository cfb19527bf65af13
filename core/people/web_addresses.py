"""Addresses of web pages that a person gives: their own, and on social networks. Pure."""

import re
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from core.people.detail_errors import InvalidDetail, Problem

LONGEST = 500
_LABEL = re.compile(r"[^\W_](?:[\w\-]{0,61}[^\W_])?")
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:(?!\d+(?:/|$))", re.IGNORECASE)


class Network(StrEnum):
    """The social networks that a profile has a place for, in the order of pages."""

    LINKEDIN = "linkedin"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    X = "x"
    YOUTUBE = "youtube"


# The networks' own hosts; a subdomain of theirs (a language, `www`, `m`) is theirs too.
_HOSTS: Mapping[Network, tuple[str, ...]] = {
    Network.LINKEDIN: ("linkedin.com",),
    Network.FACEBOOK: ("facebook.com",),
    Network.INSTAGRAM: ("instagram.com",),
    Network.X: ("x.com", "twitter.com"),
    Network.YOUTUBE: ("youtube.com",),
}


def require_web_address(text: str) -> str:
    """Return an http(s) address; one without a scheme is taken as https.

    Raises `InvalidDetail`: for other schemes above all, since pages show it as a link.
    """
    typed = text.strip()
    if len(typed) > LONGEST:
        raise InvalidDetail(Problem.TOO_LONG)
    address = typed if _SCHEME.match(typed) else f"https://{typed}"
    if not address.isprintable() or " " in address or "\\" in address:
        raise InvalidDetail(Problem.WEB_ADDRESS)
    scheme, host = _parts(address)
    labels = host.removesuffix(".").split(".")
    is_name = len(labels) > 1 and not labels[-1].isdigit() and all(map(_LABEL.fullmatch, labels))
    if scheme not in {"http", "https"} or not is_name:
        raise InvalidDetail(Problem.WEB_ADDRESS)
    return address


def require_network_address(network: Network, text: str) -> str:
    """Return the https address of a page on a network's own host; raises `InvalidDetail`.

    A host that only looks like the network's would carry a reader off to somebody else.
    """
    address = require_web_address(text)
    if address.lower().startswith("http://"):
        address = f"https://{address[len('http://') :]}"
    parts = urlsplit(address)
    host = (parts.hostname or "").removesuffix(".")
    is_own = any(host == own or host.endswith(f".{own}") for own in _HOSTS[network])
    if not is_own or parts.port not in {None, 443} or not parts.path.strip("/"):
        raise InvalidDetail(Problem.OTHER_NETWORK)
    return address


def _parts(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - raises ValueError for what is no port
    except ValueError as error:
        raise InvalidDetail(Problem.WEB_ADDRESS) from error
    if parts.username is not None or parts.password is not None:
        raise InvalidDetail(Problem.WEB_ADDRESS)
    return parts.scheme.lower(), parts.hostname or ""
