"""ID tokens: claims of the table, and those of the protocol on top (Core section 2)."""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from core.infra import base64url
from idp.claims import verified_wish
from idp.claims.assemble import id_token_claims
from idp.claims.context import ClaimsContext
from idp.oidc.checks.claims_parameter import ClaimsRequest
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.tokens.life import expiry
from idp.signing import jws
from idp.signing.keyring import Keyring

_LIFE = timedelta(minutes=10)


def id_token(
    context: ClaimsContext,
    *,
    client: RegisteredClient,
    issuer: str,
    scope: Collection[str],
    nonce: str | None,
    requested: ClaimsRequest,
    access_token: str | None,
    now: datetime,
    keyring: Keyring,
) -> str:
    """Return a signed ID token for the client, in the algorithm it registered.

    It lives ten minutes, and never longer than what the context rests on. `nonce` is echoed where
    the request had one. `access_token`, issued beside it, is bound by `at_hash`, which is optional
    here (Core section 3.1.3.6): a token that carries a context leaves it out to stay below two
    kibibytes (`claims.md`, principle 7).
    """
    claims = id_token_claims(
        context,
        scope=scope,
        requested=frozenset(claim.name for claim in requested.id_token),
        allowed_scope=client.policy.scope,
    )
    if requested.id_token:
        claims = verified_wish.narrow(claims, requested.wishes(verified_wish.NAME, of_userinfo=False))
    signed_in = context.authentication
    # Last, so that no row of the table can stand in the place of a claim of the protocol.
    claims |= {
        "iss": issuer,
        "sub": context.subject_identifier,
        "aud": client.client_id,
        "iat": int(now.timestamp()),
        "exp": expiry(now, _LIFE, context.context),
        "auth_time": int(signed_in.auth_time.timestamp()),
        "acr": signed_in.acr.value,
        "amr": list(signed_in.amr),
        "sid": context.sid,
    }
    if nonce is not None:
        claims["nonce"] = nonce
    signer = keyring.signer(client.id_token_signed_response_alg)
    if access_token is not None and context.context is None:
        claims["at_hash"] = half_hash(access_token, signer.algorithm)
    return jws.encode(signer, claims)


def half_hash(token: str, algorithm: str) -> str:
    """Return the left half of a token's hash, by the hash function of the ID token's signature.

    SHA-256 for all that we sign with but EdDSA: Ed25519 signs with SHA-512 (RFC 8032 section 5.1).
    """
    hashed = (hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256)(token.encode("ascii")).digest()
    return base64url.encode(hashed[: len(hashed) // 2])
