"""Profiles: which rules hold for a client, so that one server serves them all. Pure.

`oidc` is OpenID Connect as most clients speak it; the two others are the FAPI 2.0 Security Profile
and FAPI 2.0 Message Signing. A check asks `client.rules` and never the name of a profile: whatever
one profile demands stands in this table, and a rule cannot leak into another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from core.proof.keys import ALGORITHMS


class Profile(StrEnum):
    """What an operator registers a client for."""

    OIDC = "oidc"
    FAPI2_SECURITY = "fapi2-security"
    FAPI2_MESSAGE_SIGNING = "fapi2-message-signing"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a client must do, beyond what everybody must.

    `pushed_requests`: authorization requests come through the PAR endpoint alone. `pkce`: each has
    a challenge. `signed_requests`, `signed_responses`: request objects (RFC 9101) and JARM.
    `sender_constraint`: access tokens are bound to a key or certificate. `key_authentication`: the
    client proves itself by private_key_jwt or mutual TLS. `issuer_audience`: its assertions and
    request objects are for the issuer, and an assertion names it as a single string. `code_only`:
    people answer at the authorization endpoint, and on no other device. `algorithms`: for whatever
    either side signs.
    """

    pushed_requests: bool = False
    pkce: bool = False
    signed_requests: bool = False
    signed_responses: bool = False
    sender_constraint: bool = False
    key_authentication: bool = False
    issuer_audience: bool = False
    code_only: bool = False
    algorithms: tuple[str, ...] = ALGORITHMS


# FAPI 2.0 Security Profile sections 5.3.2 and 5.4.
_SECURITY = Rules(
    pushed_requests=True,
    pkce=True,
    sender_constraint=True,
    key_authentication=True,
    issuer_audience=True,
    code_only=True,
    algorithms=("PS256", "ES256", "EdDSA"),
)
# FAPI 2.0 Message Signing sections 5.3 and 5.4: all of that, and more.
_MESSAGE_SIGNING = replace(_SECURITY, signed_requests=True, signed_responses=True)
RULES: Mapping[Profile, Rules] = {
    Profile.OIDC: Rules(),
    Profile.FAPI2_SECURITY: _SECURITY,
    Profile.FAPI2_MESSAGE_SIGNING: _MESSAGE_SIGNING,
}
