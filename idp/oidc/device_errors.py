"""What a device hears while its user answers elsewhere: part of the tree of `errors.py`. Pure."""

from core.infra.messages import N_
from idp.oidc.errors import AccessDenied, InvalidGrant, ProtocolError, TemporarilyUnavailable


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


class DeviceCodeReplayed(InvalidGrant):
    """The device code was redeemed before; `was_just_now` where that looks like two polls at once."""

    description = "The device_code was used before."
    remedy = N_("Use the tokens that the device code gave, or begin again with a new device authorization request.")

    def __init__(self, family_id: str, *, was_just_now: bool) -> None:
        self.family_id = family_id
        self.was_just_now = was_just_now
        super().__init__()


class TokenDenied(AccessDenied):
    """The person, or the rules, said no, and the token endpoint tells it (RFC 8628 section 3.5)."""

    status = 400


class TooManyDevices(TemporarilyUnavailable):
    """More device codes were asked for from one place than people could answer."""

    status = 429
    description = "Too many device codes were asked for."
    remedy = N_("Ask for a device code only when a user wants to sign in.")
