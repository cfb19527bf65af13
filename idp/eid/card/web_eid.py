"""The authentication token of Web eID, version 1.0: what is signed, and how the token is written (eid.md 5.2).

Only values of the form H(H(origin) ‖ H(nonce)) are ever signed, and none of them can be the digest of a document.
"""

import base64
import hashlib
import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from idp.eid.card.problems import CardProblem, Problem

FORMAT = "web-eid:1.0"
_APP_VERSION = "https://immo-connect.example/immo-card/1"
# What the specification allows for the text of a nonce.
_NONCE = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_NONCE_LENGTHS = range(44, 129)
_COORDINATE_BYTES = {"ES256": 32, "ES384": 48, "ES512": 66}
_MINIMUM_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A signature algorithm by its name in RFC 7518, and the hash that goes with it by its name in hashlib."""

    name: str
    hash_name: str

    @property
    def is_elliptic(self) -> bool:
        """Tell whether the signature is the pair r and s."""
        return self.name.startswith("ES")


def read_certificate(der: bytes) -> x509.Certificate:
    """Return the certificate of a card; raise `CardProblem` for one that cannot be read."""
    try:
        found = x509.load_der_x509_certificate(der)
        found.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise CardProblem(Problem.UNSUPPORTED_CARD) from None
    return found


def algorithm_of(certificate: x509.Certificate) -> Algorithm:
    """Return the algorithm that the certificate's key asks for; raise `CardProblem` for any other key.

    The key decides, never the applet: there are cards of the older kind with newer chains.
    """
    match certificate.public_key():
        case rsa.RSAPublicKey(key_size=bits) if bits >= _MINIMUM_RSA_BITS:
            return Algorithm("RS256", "sha256")
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return Algorithm("ES256", "sha256")
        case ec.EllipticCurvePublicKey(curve=ec.SECP384R1()):
            return Algorithm("ES384", "sha384")
        case ec.EllipticCurvePublicKey(curve=ec.SECP521R1()):
            return Algorithm("ES512", "sha512")
        case _:
            raise CardProblem(Problem.UNSUPPORTED_CARD)


def is_nonce(value: object) -> bool:
    """Tell whether a value can be a challenge: base64 text of 44 to 128 characters."""
    return isinstance(value, str) and len(value) in _NONCE_LENGTHS and _NONCE.fullmatch(value) is not None


def signed_data(algorithm: Algorithm, origin: str, nonce: str) -> bytes:
    """Return the bytes whose hash the card signs: H(origin) ‖ H(nonce), both as they were sent, as text."""
    return _hash(algorithm, origin.encode()) + _hash(algorithm, nonce.encode())


def signed_digest(algorithm: Algorithm, origin: str, nonce: str) -> bytes:
    """Return the hash that the card signs."""
    return _hash(algorithm, signed_data(algorithm, origin, nonce))


def token(certificate: x509.Certificate, certificate_der: bytes, signature: bytes) -> dict[str, str]:
    """Return the token; raise `CardProblem` where the signature cannot be one of this key.

    `certificate_der` is what the card holds, byte for byte; `signature` is r ‖ s where the key is elliptic.
    """
    algorithm = algorithm_of(certificate)
    coordinate = _COORDINATE_BYTES.get(algorithm.name)
    if coordinate is not None and len(signature) != 2 * coordinate:
        raise CardProblem(Problem.FAILED)
    return {
        "unverifiedCertificate": base64.b64encode(certificate_der).decode("ascii"),
        "algorithm": algorithm.name,
        "signature": base64.b64encode(signature).decode("ascii"),
        "format": FORMAT,
        "appVersion": _APP_VERSION,
    }


def _hash(algorithm: Algorithm, value: bytes) -> bytes:
    return hashlib.new(algorithm.hash_name, value).digest()
