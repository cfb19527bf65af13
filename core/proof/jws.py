"""Verification of a signed JWT in compact form (RFC 7515, RFC 7519), strict in every choice.

The key decides the algorithm, the caller decides the type and the algorithms that may be used;
nothing in the token's header can widen either (RFC 8725 sections 3.1 and 3.11). What the claims
mean is checked by the callers beside this module.

The signatures are joserfc's; taking the token apart is ours, because on the paths of userinfo and
introspection its general reader costs as much as half a verification.
"""

from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from core.infra.errors import ImmoError
from core.proof.keys import ALGORITHMS, KeySource, PublicKey

_TOKEN_LENGTH_MAX = 16_384
_TO_STANDARD = str.maketrans("-_", "+/")
_VERIFIERS = {algorithm: JWSRegistry.algorithms[algorithm] for algorithm in ALGORITHMS}


class InvalidJwt(ImmoError, ValueError):
    """The token is malformed, not signed by a known key, or not of the expected type."""

    code = "invalid-token"


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
    if len(token) > _TOKEN_LENGTH_MAX:
        raise InvalidJwt(reason="too long")
    header = _header(token.partition(".")[0])
    key = _key(header, keys, algorithms)
    if not is_of_type(header.get("typ"), typ):
        raise InvalidJwt(reason="wrong type", kid=key.kid)
    return dict(_signed(key, token))


def moment(claims: Mapping[str, Any], name: str) -> datetime:
    """Return a NumericDate claim as a moment; raise `InvalidJwt` when it is missing or none."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidJwt(reason=f"{name} is missing")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidJwt(reason=f"{name} is no time") from error


# All tokens of a key begin alike, so a header is read once and not for each token.
@lru_cache(maxsize=64)
def _header(segment: str) -> Mapping[str, Any]:
    header = read_object(segment)
    if "crit" in header:
        # We understand no extension, so whatever is critical is refused (RFC 7515 section 4.1.11).
        raise InvalidJwt(reason="critical header")
    return header


def _key(header: Mapping[str, Any], keys: KeySource, algorithms: Collection[str]) -> PublicKey:
    kid = header.get("kid")
    key = keys.find(kid) if isinstance(kid, str) else None
    if key is None:
        raise InvalidJwt(reason="unknown key", kid=kid)
    if header.get("alg") != key.algorithm or key.algorithm not in algorithms:
        raise InvalidJwt(reason="wrong algorithm", kid=kid)
    return key


# What a key signed stays signed, and a token is presented many times: its signature is verified
# once. Whether the key still counts was asked before, and refusals are not kept.
@lru_cache(maxsize=512)
def _signed(key: PublicKey, token: str) -> Mapping[str, Any]:
    signing_input, _, signature = token.rpartition(".")
    if not is_signed(key, signing_input, signature):
        raise InvalidJwt(reason="bad signature", kid=key.kid)
    return read_object(signing_input.partition(".")[2])


def is_signed(key: PublicKey, signing_input: str, signature: str) -> bool:
    """Tell whether the key made the signature; raise `InvalidJwt` where that cannot be judged."""
    try:
        return _VERIFIERS[key.algorithm].verify(signing_input.encode("ascii"), _octets(signature), key.key)
    except (JoseError, ValueError) as error:
        raise InvalidJwt(reason="malformed", kid=key.kid) from error


def read_object(segment: str) -> dict[str, Any]:
    """Return the JSON object that a part of a token encodes; raise `InvalidJwt` for anything else."""
    try:
        value = orjson.loads(_octets(segment))
    except ValueError as error:
        raise InvalidJwt(reason="malformed") from error
    if not isinstance(value, dict):
        raise InvalidJwt(reason="not an object")
    return value


def _octets(segment: str) -> bytes:
    """Decode base64url without padding (RFC 7515 section 2); raise ValueError for anything else."""
    if "+" in segment or "/" in segment or "=" in segment:
        raise NotBase64("not base64url")
    padding = "=" * (-len(segment) % 4)
    return a2b_base64((segment.translate(_TO_STANDARD) + padding).encode("ascii"), strict_mode=True)


def is_of_type(found: object, expected: str | None) -> bool:
    """Tell whether a header's `typ` is the expected one; see `verify`."""
    if expected is None:
        return found is None or (isinstance(found, str) and found.lower() == "jwt")
    return isinstance(found, str) and found.lower().removeprefix("application/") == expected
