"""Where the programs of the demo world are found, derived from the settings."""

from urllib.parse import urlsplit

from core.infra.settings import Settings

_PORTS_AFTER_THE_PROVIDER = {"cadastrefinder": 2, "myrent-pro": 3}


def tool_address(settings: Settings, code: str) -> str | None:
    """Return a tool's address without a slash at the end; None for a tool that does not run.

    Where the provider's address has a port, tools stand on the ports after it, over http; where it
    has none, as in tests, a tool has the provider's domain and a name of its own.
    """
    offset = _PORTS_AFTER_THE_PROVIDER.get(code)
    if offset is None:
        return None
    issuer = urlsplit(settings.issuer)
    host = issuer.hostname or ""
    if issuer.port is not None:
        return f"http://{host}:{issuer.port + offset}"
    _, _, domain = host.partition(".")
    return f"{issuer.scheme}://{code}.{domain or host}"
