"""What may be asked for: the scope parameter (RFC 6749 section 3.3). Pure."""

import re
from collections.abc import Collection

from idp.oidc.errors import InvalidScope
from idp.oidc.registered_client import RegisteredClient

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")

# What somebody may do who works for Immo-Connect; of no use to a client that acts by itself, nor exchanged.
STAFF = frozenset({"helpdesk", "operator", "developer"})
# Each of these speaks of a person, or of the context that a person chose.
PERSONAL = frozenset(
    {
        "openid", "profile", "email", "address", "phone", "organization", "roles", "accreditations",
        "wallet", "wallet:charge", "wallet:read", "identity", "offline_access", *STAFF,
    }
)  # fmt: skip


def grant(requested: str | None, client: RegisteredClient) -> tuple[str, ...]:
    """Return what an authorization request may be granted, each value once, in the order asked.

    Values that nobody knows are ignored (OpenID Connect Core section 3.1.2.1). Raise `InvalidScope`
    for those that exist and are not this client's, for malformed ones, and where nothing is left.
    """
    values = _parse(requested)
    for value in values:
        if value in PERSONAL and value not in client.policy.scope:
            raise InvalidScope(f"The client is not registered for the scope {value}.")
    granted = tuple(value for value in values if value in client.policy.scope)
    if not granted:
        raise InvalidScope("The request names no scope that is known.")
    return granted


def narrow(requested: str | None, granted: Collection[str]) -> tuple[str, ...]:
    """Return the scope of a token that descends from a grant: all of it, or the part asked for.

    Raise `InvalidScope` for anything beyond (RFC 6749 section 6).
    """
    if requested is None:
        return tuple(granted)
    values = _parse(requested)
    for value in values:
        if value not in granted:
            raise InvalidScope("The scope goes beyond what was granted.")
    return values


def still_allowed(granted: Collection[str], client: RegisteredClient) -> tuple[str, ...]:
    """Return what a grant of some time ago is still worth; raise `InvalidScope` if that is nothing."""
    left = tuple(value for value in granted if value in client.policy.scope)
    if not left:
        raise InvalidScope("The client is no longer registered for the scope.")
    return left


def for_client(requested: str | None, client: RegisteredClient) -> tuple[str, ...]:
    """Return the scope of a token without a person; raise `InvalidScope` for what is personal.

    No identity, no context and no charge belongs to a client that acts by itself.
    """
    allowed = tuple(value for value in client.policy.scope if value not in PERSONAL)
    return narrow(requested, allowed)


def _parse(requested: str | None) -> tuple[str, ...]:
    if requested is None or not _SCOPE.fullmatch(requested):
        raise InvalidScope("The scope is missing or malformed.")
    return tuple(dict.fromkeys(requested.split(" ")))
