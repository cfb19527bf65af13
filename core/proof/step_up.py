"""Whether the sign-in behind an access token is strong and recent enough for a resource (RFC 9470). Pure.

A resource says what it demands; a token that falls short is answered with a challenge that names
the demand, and the client takes its words to the authorization endpoint.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.proof import jws
from core.proof.access_token import VerifiedAccessToken
from core.proof.jws import InvalidJwt

ERROR = "insufficient_user_authentication"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a resource wants of the sign-in.

    `acr_values`: levels of which any will do, the weakest first; none: each level does.
    `max_age_seconds`: how long ago the person may have proved who they are; None: however long.
    """

    acr_values: tuple[str, ...] = ()
    max_age_seconds: int | None = None

    def parameters(self) -> dict[str, str]:
        """Return the demand as parameters of a challenge (RFC 9470 section 3)."""
        found = {"acr_values": " ".join(self.acr_values)} if self.acr_values else {}
        return found if self.max_age_seconds is None else {**found, "max_age": str(self.max_age_seconds)}


def unmet(token: VerifiedAccessToken, demand: Demand, *, now: datetime) -> Demand | None:
    """Return what the sign-in behind the token falls short of, None where it meets the demand.

    A token that does not say how or when somebody signed in meets no demand of that kind.
    """
    acr_values = () if _is_strong(token, demand.acr_values) else demand.acr_values
    max_age_seconds = None if _is_recent(token, demand.max_age_seconds, now) else demand.max_age_seconds
    left = Demand(acr_values, max_age_seconds)
    return None if left == Demand() else left


def _is_strong(token: VerifiedAccessToken, acr_values: tuple[str, ...]) -> bool:
    return not acr_values or token.claims.get("acr") in acr_values


def _is_recent(token: VerifiedAccessToken, max_age_seconds: int | None, now: datetime) -> bool:
    if max_age_seconds is None:
        return True
    try:
        return now <= jws.moment(token.claims, "auth_time") + timedelta(seconds=max_age_seconds)
    except InvalidJwt:
        return False
