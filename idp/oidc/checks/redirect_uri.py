"""Where an answer may go: exactly where the client registered (RFC 9700 section 2.1). Pure."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from idp.oidc.errors import ForeignRedirectUri

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def require_registered(redirect_uri: str | None, registered: Iterable[str], *, is_native: bool) -> str:
    """Return the redirect URI, or raise `ForeignRedirectUri`: then nothing may be redirected.

    OpenID Connect Core section 3.1.2.1: always sent, and equal character by character. Only the
    port of a native client's loopback address is free (RFC 8252 section 7.3).
    """
    if redirect_uri is None:
        raise ForeignRedirectUri("The redirect_uri is missing or cannot be used.")
    if not is_registered(redirect_uri, registered, is_native=is_native):
        raise ForeignRedirectUri
    return redirect_uri


def is_registered(uri: str, registered: Iterable[str], *, is_native: bool) -> bool:
    """Tell whether one of the registered URIs is this one."""
    known = tuple(registered)
    if uri in known:
        return True
    if not is_native:
        return False
    portless = _without_loopback_port(uri)
    return portless is not None and portless in {_without_loopback_port(other) for other in known}


def _without_loopback_port(uri: str) -> tuple[str, str, str] | None:
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname
    if parts.scheme != "http" or host not in _LOOPBACK or "#" in uri:
        return None
    shown = f"[{host}]" if host == "::1" else host
    # Compared as text, so that neither user information nor an odd spelling slips through.
    if parts.netloc not in {shown, f"{shown}:{port}"}:
        return None
    return host, parts.path, parts.query
