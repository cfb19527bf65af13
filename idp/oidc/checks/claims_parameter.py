"""The claims parameter: OpenID Connect Core section 5.5. (Values here; parsing is below.)"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestedClaim:
    """One claim asked for by name: essential or not, and the values that would be welcome."""

    name: str
    essential: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """What the claims parameter asks for, apart for the ID token and for userinfo."""

    id_token: tuple[RequestedClaim, ...] = ()
    userinfo: tuple[RequestedClaim, ...] = ()
