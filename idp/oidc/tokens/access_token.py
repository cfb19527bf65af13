"""Access tokens as JWTs of RFC 9068, for the resources of RFC 8707."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.infra.ids import new_secret
from core.proof.access_token import TYPE
from core.proof.confirmation import Confirmation
from idp.claims.assemble import access_token_claims
from idp.claims.context import ClaimsContext
from idp.claims.values import Json
from idp.oidc.checks.resource import WALLET_PATH
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.tokens.life import expiry
from idp.signing import jws
from idp.signing.keyring import Keyring

# Fifteen times cheaper to make than RS256, and resource servers are few and ours to tell.
ALGORITHM = "ES256"

_LIFE = timedelta(minutes=10)
_WALLET_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class IssuedAccessToken:
    """A new access token; `jti` begins with the family that revoking it is told by: see `core.proof.granted`."""

    token: str
    expires_in_seconds: int
    jti: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The token that another was exchanged for (RFC 8693): when it ends, and who acts for its person.

    `ends_at` is in seconds since 1970; `actor` is the claim `act`, None where nobody else acts, and
    `jti` the token with which such a one ends.
    """

    ends_at: int
    actor: Mapping[str, Json] | None = None
    jti: str | None = None


def access_token(
    context: ClaimsContext | None,
    *,
    client: RegisteredClient,
    issuer: str,
    audience: Sequence[str],
    scope: Collection[str],
    family_id: str,
    confirmation: Confirmation,
    now: datetime,
    keyring: Keyring,
    origin: Origin | None = None,
) -> IssuedAccessToken:
    """Return a signed access token for the resources in `audience`.

    It lives ten minutes, five where it can spend from a wallet, and never longer than what the
    context rests on. Without a context it speaks of the client alone (RFC 9068 section 2.2). A key
    that it is bound to stands in `cnf` (RFC 7800). One that was exchanged for another does not outlive it.
    """
    offered = context.context if context is not None else None
    issued_at = int(now.timestamp())
    expires_at = expiry(now, _life(audience), offered)
    if origin is not None:
        expires_at = min(expires_at, origin.ends_at)
    parent = family_id if origin is None or origin.jti is None else origin.jti
    jti = f"{parent}.{new_secret()}"
    claims = access_token_claims(context, scope=scope) if context is not None else {}
    # Last, so that no row of the table can stand in the place of a claim of the protocol.
    claims |= {
        "iss": issuer,
        "sub": client.client_id if context is None else context.subject_identifier,
        "aud": audience[0] if len(audience) == 1 else list(audience),
        "client_id": client.client_id,
        "iat": issued_at,
        "exp": expires_at,
        "jti": jti,
        **_authentication(context),
    }
    if scope:
        claims["scope"] = " ".join(scope)
    if confirmation.is_bound:
        claims["cnf"] = dict(confirmation.claim())
    if origin is not None and origin.actor is not None:
        claims["act"] = dict(origin.actor)
    token = jws.encode(keyring.signer(ALGORITHM), claims, typ=TYPE)
    return IssuedAccessToken(token, expires_at - issued_at, jti)


def _life(audience: Sequence[str]) -> timedelta:
    spends = any(resource.endswith(WALLET_PATH) for resource in audience)
    return _WALLET_LIFE if spends else _LIFE


def _authentication(context: ClaimsContext | None) -> dict[str, Json]:
    # RFC 9068 section 2.2.1: a resource server may ask for a stronger sign-in (RFC 9470).
    if context is None:
        return {}
    signed_in = context.authentication
    return {
        "auth_time": int(signed_in.auth_time.timestamp()),
        "acr": signed_in.acr.value,
        "amr": list(signed_in.amr),
    }
