"""The challenge of a resource that refuses a token (RFC 9110 section 11.6.1, RFC 6750 section 3). Pure."""

from collections.abc import Mapping
from enum import StrEnum

REALM = "Immo-Connect"


class Scheme(StrEnum):
    """How an access token is presented in the header Authorization."""

    BEARER = "Bearer"
    DPOP = "DPoP"


def challenge(scheme: str, parameters: Mapping[str, str]) -> str:
    """Return the value of WWW-Authenticate: the scheme (Bearer, DPoP), our realm, and these parameters.

    Each value is quoted as it must be. Raises `ValueError` for one that no header can carry.
    """
    members = {"realm": REALM, **parameters}
    return f"{scheme} " + ", ".join(f"{name}={_quoted(value)}" for name, value in members.items())


def _quoted(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise ValueError("a parameter of a challenge must be printable ASCII")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
