"""The sites that may ask for a card, as browsers write them (RFC 6454 section 6.2)."""

from urllib.parse import urlsplit

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1"})
_LONGEST = 255


def parse_origin(value: str) -> str:
    """Return an origin as it stands in a browser's header; raise `ValueError` for anything else.

    It is https; http is left to this machine itself, for the demo and for tests.
    """
    found = urlsplit(value)
    host, port = found.hostname or "", found.port
    default = {"https": 443, "http": 80}.get(found.scheme)
    written = f"{found.scheme}://{host}" + ("" if port in {None, default} else f":{port}")
    is_safe = found.scheme == "https" or (found.scheme == "http" and host in _LOOPBACK_HOSTS)
    if value != written or not host or not is_safe or len(value) > _LONGEST or not value.isascii():
        raise ValueError("must be an https origin without a path, such as https://login.example")
    return value
