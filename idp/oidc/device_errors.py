"""What a device hears while its user answers elsewhere: part of the tree of `errors.py`. Pure."""

from core.infra.messages import N_
from idp.oidc.errors import ProtocolError


class AuthorizationPending(ProtocolError):
    """The user has not answered on the other device yet (RFC 8628 section 3.5)."""

    error = "authorization_pending"
    description = "The user has not answered yet."
    remedy = N_("Ask again after the interval that the device authorization response named.")


class SlowDown(AuthorizationPending):
    """The device asks too often (RFC 8628 section 3.5)."""

    error = "slow_down"
    description = "The token endpoint is asked too often."
    remedy = N_("Wait five seconds longer between two requests from now on.")


class ExpiredToken(ProtocolError):
    """The device code is over (RFC 8628 section 3.5)."""

    error = "expired_token"
    description = "The device code has expired."
    remedy = N_("Begin again with a new device authorization request.")
