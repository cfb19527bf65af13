"""Public keys by `kid`, imported once: what every verification of a JWS starts from.

Importing a key costs far more than verifying with it, so a `PublicKey` is made when a key set is
read and kept. The algorithm belongs to the key: a token cannot choose another one for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from core.infra.errors import ImmoError

# What we sign with and accept; symmetric algorithms and `none` have no place here.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")

_CURVES = {"ES256": "P-256", "EdDSA": "Ed25519"}
_TYPES: Mapping[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {
    "RS256": RSAKey,
    "PS256": RSAKey,
    "ES256": ECKey,
    "EdDSA": OKPKey,
}
# Strangers name keys too: the larger and the odder, the longer a signature makes us calculate.
_RSA_BITS_MIN, _RSA_BITS_MAX = 2048, 8192
_RSA_EXPONENT_MAX = 2**32


class InvalidKey(ImmoError, ValueError):
    """A JWK is malformed, too weak, too costly, private, or does not fit its algorithm."""

    code = "invalid-key"


@dataclass(frozen=True, slots=True, eq=False)
class PublicKey:
    """A key that verifies signatures of one algorithm; it equals itself alone."""

    kid: str
    algorithm: str
    key: Key

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> "PublicKey":
        """Import a public JWK that has `kid` and `alg`; raise `InvalidKey` for any other."""
        kid, algorithm = jwk.get("kid"), jwk.get("alg")
        if not isinstance(kid, str) or not isinstance(algorithm, str) or algorithm not in _TYPES:
            raise InvalidKey(kid=kid, alg=algorithm)
        kind = _TYPES[algorithm]
        if jwk.get("kty") != kind.key_type or jwk.get("use", "sig") != "sig":
            raise InvalidKey(kid=kid, alg=algorithm)
        try:
            key = kind.import_key(dict(jwk))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise InvalidKey(kid=kid, alg=algorithm) from error
        if key.is_private or not _is_fit(key, algorithm):
            raise InvalidKey(kid=kid, alg=algorithm)
        return cls(kid, algorithm, key)


def _is_fit(key: RSAKey | ECKey | OKPKey, algorithm: str) -> bool:
    if isinstance(key, RSAKey):
        numbers = key.public_key.public_numbers()
        return _RSA_BITS_MIN <= numbers.n.bit_length() <= _RSA_BITS_MAX and numbers.e < _RSA_EXPONENT_MAX
    return key.curve_name == _CURVES[algorithm]


class KeySource(Protocol):
    """Finds the public key that a token names."""

    def find(self, kid: str) -> PublicKey | None:
        """Return the key of that name, or None when the signer has no such key."""
        ...


class FixedKeys:
    """The keys of one JWKS document (RFC 7517 section 5)."""

    def __init__(self, keys: Mapping[str, PublicKey]) -> None:
        self._keys = keys

    @classmethod
    def from_jwks(cls, document: Mapping[str, Any]) -> "FixedKeys":
        """Import the keys of a document that are fit for us and pass over the others.

        A key of an unknown type or algorithm is no fault of the document (RFC 7517 section 5).
        """
        found: dict[str, PublicKey] = {}
        entries = document.get("keys")
        for entry in entries if isinstance(entries, list) else ():
            try:
                key = PublicKey.from_jwk(entry)
            except (InvalidKey, AttributeError):
                continue
            found.setdefault(key.kid, key)
        return cls(found)

    def find(self, kid: str) -> PublicKey | None:
        """Return the key of that name, or None."""
        return self._keys.get(kid)
