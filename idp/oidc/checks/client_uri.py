"""Which addresses a client may register (RFC 7591 section 5, RFC 8252, Registration section 2). Pure."""

from urllib.parse import SplitResult, urlsplit

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST = 2_048


def is_page(uri: str, *, allow_loopback: bool) -> bool:
    """Tell whether the URI is an https address without user information and fragment.

    `allow_loopback` (demo and test) admits http on this machine too.
    """
    parts = _parse(uri)
    if parts is None or not parts.hostname:
        return False
    return parts.scheme == "https" or (allow_loopback and _is_loopback(parts))


def is_redirect_target(uri: str, *, is_native: bool, allow_loopback: bool) -> bool:
    """Tell whether answers may be sent to the URI.

    A native client may also use http on the loopback interface, and a scheme of its own that is
    made of a domain name in reverse order (RFC 8252 sections 7.1 and 7.3), which keeps schemes
    that browsers act on out.
    """
    if is_page(uri, allow_loopback=allow_loopback or is_native):
        return True
    parts = _parse(uri)
    return parts is not None and is_native and "." in parts.scheme and not parts.netloc.startswith(".")


def host(uri: str) -> str | None:
    """Return the host of an address: what makes clients one sector (Core section 8.1)."""
    parts = _parse(uri)
    return None if parts is None else parts.hostname


def _parse(uri: str) -> SplitResult | None:
    # "#" alone is a fragment too, and urlsplit would lose it.
    if len(uri) > _LONGEST or "#" in uri or "\\" in uri or any(not "!" <= c <= "~" for c in uri):
        return None
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    if not parts.scheme or "@" in parts.netloc:
        return None
    return parts


def _is_loopback(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in _LOOPBACK
