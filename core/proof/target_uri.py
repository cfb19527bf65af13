"""Addresses compared as what they mean: the target of a DPoP proof (RFC 9449 section 4.3). Pure."""

import re
from functools import lru_cache

_LONGEST = 2_048
# RFC 3986 appendix B, for addresses of http and https alone; a user name has no place in a target.
_PARTS = re.compile(r"(https?)://([^/?#@]+)((?:/[^?#]*)?)(?:\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_PORT = re.compile(r"(.+?)(?::([0-9]*))?")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


# A resource has few addresses, and each proof names one of them.
@lru_cache(maxsize=256)
def normalised(uri: str) -> str | None:
    """Return an address in normal form without query and fragment; None for what is no web address.

    Normalised are case, escapes, dots in the path, the default port and an empty path (RFC 3986
    sections 6.2.2 and 6.2.3).
    """
    if len(uri) > _LONGEST or any(not "!" <= character <= "~" for character in uri):
        return None
    parts = _PARTS.fullmatch(uri)
    if parts is None or _BROKEN_ESCAPE.search(uri) is not None:
        return None
    scheme = parts[1].lower()
    authority = _PORT.fullmatch(_unescaped(parts[2]))
    if authority is None:
        return None
    port = (authority[2] or "").lstrip("0")
    shown_port = f":{port}" if port not in {"", _DEFAULT_PORTS[scheme]} else ""
    return f"{scheme}://{authority[1].lower()}{shown_port}{_without_dots(_unescaped(parts[3]))}"


def _unescaped(part: str) -> str:
    """Resolve the escapes of what needs none and write the others in capitals."""
    return _ESCAPED.sub(_as_it_should_be, part)


def _as_it_should_be(escaped: re.Match[str]) -> str:
    character = chr(int(escaped[1], 16))
    return character if character in _UNRESERVED else escaped[0].upper()


def _without_dots(path: str) -> str:
    """Remove `.` and `..` from a path (RFC 3986 section 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
