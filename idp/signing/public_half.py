"""The public half of a signing key, as the JWKS shows it, wherever the private half lies."""

from typing import assert_never

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc.jwk import ECKey, OKPKey, RSAKey

PublicHalf = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

COORDINATE_BYTES = 32


def public_jwk(public: PublicHalf, algorithm: str) -> dict[str, str]:
    """Return the key as a JWK with kid (RFC 7638), alg and use; raise ValueError where it does not fit."""
    if not _fits(public, algorithm):
        raise ValueError(f"the key does not fit {algorithm}")
    key: RSAKey | ECKey | OKPKey
    match public:
        case rsa.RSAPublicKey():
            key = RSAKey(public, public)
        case ec.EllipticCurvePublicKey():
            key = ECKey(public, public)
        case ed25519.Ed25519PublicKey():
            key = OKPKey(public, public)
        case unreachable:
            assert_never(unreachable)
    members = key.as_dict(private=False, kid=key.thumbprint())
    named = {name: value for name, value in members.items() if isinstance(value, str)}
    return {**named, "alg": algorithm, "use": "sig"}


def _fits(public: PublicHalf, algorithm: str) -> bool:
    match algorithm, public:
        case "RS256" | "PS256", rsa.RSAPublicKey():
            return True
        case "ES256", ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return True
        case "EdDSA", ed25519.Ed25519PublicKey():
            return True
        case _:
            return False
