"""What a signing key can do, whether it lies in a file or in a PKCS#11 token."""

from collections.abc import Mapping
from typing import Protocol

from core.infra.errors import ImmoError


class PrivateKeyUnusable(ImmoError):
    """The private half of a key is not where it should be, or is not that key."""

    code = "private-key-unusable"


class Signer(Protocol):
    """A private key that signs and shows only its public half."""

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint of the public key."""
        ...

    @property
    def algorithm(self) -> str:
        """The JOSE algorithm: RS256, PS256, ES256 or EdDSA."""
        ...

    def public_jwk(self) -> Mapping[str, str]:
        """Return the public key as a JWK with kid, alg and use."""
        ...

    def sign(self, signing_input: bytes) -> bytes:
        """Return the signature in the form JOSE wants (RFC 7518 section 3)."""
        ...
