"""Reading a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.6)."""

import time
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY_SECONDS = 60
KEYS_AT_MOST_EVERY_SECONDS = 60

_keys_fetched_at: dict[str, float] = {}


def read(token: str, provider: Any, *, issuer: str) -> dict[str, Any]:
    """Return what a logout token says; raise `JoseError` or `ValueError` when it is not a good one.

    `provider` is Authlib's client. Whether the token was seen before is for the caller to say.
    """
    found = _verify(token, provider)
    jwt.JWTClaimsRegistry(
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": provider.client_id},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
    ).validate(found.claims)
    events = found.claims.get("events")
    if found.header.get("typ") != "logout+jwt" or not isinstance(events, dict) or events.get(EVENT) != {}:
        raise ValueError("not a logout token")
    if "nonce" in found.claims or not (found.claims.get("sid") or found.claims.get("sub")):
        raise ValueError("a logout token has a sid or a sub, and no nonce")
    return found.claims


def _verify(token: str, provider: Any) -> jwt.Token:
    metadata = provider.load_server_metadata()
    algorithms = metadata["id_token_signing_alg_values_supported"]
    try:
        return jwt.decode(token, KeySet.import_key_set(provider.fetch_jwk_set()), algorithms=algorithms)
    except InvalidKeyIdError:
        # A new key, perhaps. Not asked for at every request: anybody can send an unknown key id.
        now, issuer = time.monotonic(), metadata["issuer"]
        if now - _keys_fetched_at.get(issuer, -KEYS_AT_MOST_EVERY_SECONDS) < KEYS_AT_MOST_EVERY_SECONDS:
            raise
        _keys_fetched_at[issuer] = now
        return jwt.decode(token, KeySet.import_key_set(provider.fetch_jwk_set(force=True)), algorithms=algorithms)
