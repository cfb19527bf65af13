"""Whether the sign-in behind an access token is still what its client demands (RFC 9470). Pure.

The client's registration can be made stricter while its tokens live, and a refresh token outlives
every sign-in: what was good enough for the authorization request is asked again at the resource.
"""

from datetime import datetime, timedelta

from core.people.assurance import Acr
from core.proof.access_token import VerifiedAccessToken
from core.proof.step_up import Demand, unmet
from idp.oidc.proof_errors import InsufficientUserAuthentication
from idp.oidc.registered_client import RegisteredClient

# `default_max_age` is for authorization requests: what one of them gave may be used as long as an access token lives.
_USABLE_FOR = timedelta(minutes=10)


def require_sign_in(token: VerifiedAccessToken, client: RegisteredClient, *, now: datetime) -> None:
    """Raise `InsufficientUserAuthentication`, with what is demanded, unless the sign-in is good enough.

    The level is that of the client's policy, the age its `default_max_age`.
    """
    least, max_age_seconds = client.policy.require_acr, client.default_max_age_seconds
    if least is None and max_age_seconds is None:
        return
    left = unmet(token, Demand(_levels(least), max_age_seconds), now=now - _USABLE_FOR)
    if left is not None:
        raise InsufficientUserAuthentication(left)


def _levels(least: str | None) -> tuple[str, ...]:
    return () if least is None else tuple(level.value for level in Acr if level.at_least(Acr(least)))
