"""Authorization codes: issued once, redeemed once (RFC 6749 section 4.1.2).

The store holds them for a minute under their digest. `issue` and `redeem` are below the value.
"""

from dataclasses import dataclass

from idp.oidc.checks.claims_parameter import ClaimsRequest
from idp.oidc.subject import Subject


@dataclass(frozen=True, slots=True)
class CodeGrant:
    """What a code stands for: the answer to one authorization request.

    `family_id` (`grt_…`) names everything that will descend from it: access tokens carry it at
    the front of their `jti`, refresh tokens belong to the family of that name.
    """

    client_id: str
    redirect_uri: str
    scope: tuple[str, ...]
    subject: Subject
    family_id: str
    nonce: str | None = None
    code_challenge: str | None = None
    resource: tuple[str, ...] = ()
    claims: ClaimsRequest = ClaimsRequest()
