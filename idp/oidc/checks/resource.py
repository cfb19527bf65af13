"""Resource indicators: for whom an access token is (RFC 8707). Pure."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from idp.oidc.errors import InvalidTarget
from idp.oidc.registered_client import RegisteredClient

WALLET_PATH = "/api/wallet/v1"
_MOST = 5


def require_known(values: Sequence[str], client: RegisteredClient) -> tuple[str, ...]:
    """Return the resources of a request, each once; raise `InvalidTarget` for any not allowed.

    A resource is an absolute URI without fragment (RFC 8707 section 2) that the client is
    registered for, compared character by character.
    """
    for value in values:
        if not _is_absolute(value) or value not in client.policy.resources:
            raise InvalidTarget
    return _few(values)


def audience(requested: Sequence[str], granted: Sequence[str], default: str) -> tuple[str, ...]:
    """Return whom a new access token is for; raise `InvalidTarget` beyond what was granted.

    A token request may narrow what the authorization request was granted, or ask for the default,
    which is userinfo; asking for nothing gives all that was granted (RFC 8707 section 2.2). A token
    for a resource is for that resource alone, so that it cannot turn to userinfo with it.
    """
    for value in requested:
        if value not in granted and value != default:
            raise InvalidTarget
    return _few(requested) or _few(granted) or (default,)


def still_allowed(granted: Sequence[str], client: RegisteredClient) -> tuple[str, ...]:
    """Return what a grant of some time ago is still worth; raise `InvalidTarget` if that is nothing."""
    left = tuple(value for value in granted if value in client.policy.resources)
    if granted and not left:
        raise InvalidTarget("The client is no longer registered for the resource.")
    return left


def userinfo(issuer: str) -> str:
    """Return the resource that a token is for when nobody asked for another (RFC 9068 section 3)."""
    return f"{issuer}/userinfo"


def staff(issuer: str) -> str:
    """Return the resource of the interface for staff; only the portal is registered for it."""
    return f"{issuer}/admin/v1"


def wallet(portal_url: str) -> str:
    """Return the resource of the wallet's interface; operators register for it the clients that may charge."""
    return portal_url + WALLET_PATH


def _few(values: Sequence[str]) -> tuple[str, ...]:
    distinct = tuple(dict.fromkeys(values))
    if len(distinct) > _MOST:
        raise InvalidTarget("Too many resources were asked for.")
    return distinct


def _is_absolute(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) and "#" not in value
