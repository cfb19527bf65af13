"""Logout tokens: what a client is told when a session ends (Back-Channel Logout 1.0 section 2.4)."""

from datetime import datetime, timedelta

from core.infra.ids import new_secret
from core.proof.logout_token import EVENT, TYPE
from idp.oidc.registered_client import RegisteredClient
from idp.signing import jws
from idp.signing.keyring import Keyring

_LIFE = timedelta(minutes=2)


def logout_token(
    *,
    client: RegisteredClient,
    issuer: str,
    subject_identifier: str,
    sid: str | None,
    now: datetime,
    keyring: Keyring,
) -> str:
    """Return a signed logout token for one client, in the algorithm of its ID tokens.

    Without `sid` it ends every session that the person has there. A retry needs a new token:
    receivers accept each once.
    """
    issued_at = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": issuer,
        "sub": subject_identifier,
        "aud": client.client_id,
        "iat": issued_at,
        "exp": issued_at + int(_LIFE.total_seconds()),
        "jti": new_secret(),
        "events": {EVENT: {}},
    }
    if sid is not None:
        claims["sid"] = sid
    return jws.encode(keyring.signer(client.id_token_signed_response_alg), claims, typ=TYPE)
