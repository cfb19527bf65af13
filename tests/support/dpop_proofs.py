"""DPoP proofs as a client makes them, and as one that errs or attacks would."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

import orjson
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry


def a_proof_key(algorithm: str = "ES256") -> Key:
    """Return a new key for an algorithm."""
    match algorithm:
        case "ES256":
            return ECKey.generate_key("P-256")
        case "EdDSA":
            return OKPKey.generate_key("Ed25519")
        case _:
            return RSAKey.generate_key(2048)


def a_proof(
    key: Key,
    method: str,
    url: str,
    now: datetime,
    *,
    header: Mapping[str, Any] | None = None,
    signed_as: str = "ES256",
    signed_by: Key | None = None,
    **claims: Any,
) -> str:
    """Return a proof by RFC 9449 section 4.2; claims and headers that are None are left out.

    `signed_as` and `signed_by` tell how it is signed whatever its header says.
    """
    values: dict[str, Any] = {"jti": token_urlsafe(16), "htm": method, "htu": url, "iat": int(now.timestamp())}
    public = {"typ": "dpop+jwt", "alg": signed_as, "jwk": key.as_dict(private=False)}
    parts = [_segment(_without_none({**public, **(header or {})})), _segment(_without_none({**values, **claims}))]
    signing_input = ".".join(parts)
    signature = JWSRegistry.algorithms[signed_as].sign(signing_input.encode(), signed_by or key)
    return f"{signing_input}.{_encoded(signature)}"


def _without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _segment(members: Mapping[str, Any]) -> str:
    return _encoded(orjson.dumps(members))


def _encoded(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
