"""Verification of a signed JWT in compact form (RFC 7515, RFC 7519), strict in every choice.

The key decides the algorithm, the caller decides the type and the algorithms that may be used;
nothing in the token's header can widen either (RFC 8725 sections 3.1 and 3.11). What the claims
mean is checked by the callers beside this module.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry, extract_compact, validate_compact

from core.infra.errors import ImmoError
from core.proof.keys import ALGORITHMS, KeySource

_TOKEN_BYTES_MAX = 16_384


class InvalidJwt(ImmoError, ValueError):
    """The token is malformed, not signed by a known key, or not of the expected type."""

    code = "invalid-token"


class _Registry(JWSRegistry):
    """joserfc's registry without its remark that RFC 9864 renames EdDSA: clients know this name."""

    def get_alg(self, name: str) -> Any:
        """Return an algorithm of the explicit list, and no other."""
        if self.allowed is None or name not in self.allowed:
            raise JoseError(f"{name} is not allowed")
        return self.algorithms[name]


_REGISTRY = _Registry(algorithms=ALGORITHMS)


def verify(
    token: str,
    *,
    keys: KeySource,
    typ: str | None,
    algorithms: Collection[str] = ALGORITHMS,
) -> Mapping[str, Any]:
    """Return the claims of a token whose signature and type are right.

    `typ` is compared as RFC 7515 section 4.1.9 says, without case and with or without
    `application/`; None accepts `JWT` or no type at all. Raises `InvalidJwt`.
    """
    if len(token) > _TOKEN_BYTES_MAX:
        raise InvalidJwt(reason="too long")
    try:
        parts = extract_compact(token.encode("ascii"), registry=_REGISTRY)
        header = parts.headers()
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise InvalidJwt(reason="malformed") from error
    kid = header.get("kid")
    key = keys.find(kid) if isinstance(kid, str) else None
    if key is None:
        raise InvalidJwt(reason="unknown key", kid=kid)
    if header.get("alg") != key.algorithm or key.algorithm not in algorithms:
        raise InvalidJwt(reason="wrong algorithm", kid=kid)
    if not _is_of_type(header.get("typ"), typ):
        raise InvalidJwt(reason="wrong type", kid=kid)
    try:
        good = validate_compact(parts, key.key, registry=_REGISTRY)
        claims = orjson.loads(parts.payload or b"")
    except (JoseError, ValueError, TypeError) as error:
        raise InvalidJwt(reason="malformed", kid=kid) from error
    if not good or not isinstance(claims, dict):
        raise InvalidJwt(reason="bad signature" if not good else "not an object", kid=kid)
    return claims


def moment(claims: Mapping[str, Any], name: str) -> datetime:
    """Return a NumericDate claim as a moment; raise `InvalidJwt` when it is missing or none."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidJwt(reason=f"{name} is missing")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidJwt(reason=f"{name} is no time") from error


def _is_of_type(found: object, expected: str | None) -> bool:
    if expected is None:
        return found is None or (isinstance(found, str) and found.lower() == "jwt")
    return isinstance(found, str) and found.lower().removeprefix("application/") == expected
