"""The token of a card: the Web eID authentication token, format 1, whoever made it (eid.md 5.2).

Parsed within limits, its algorithm held against the key, and its signature verified over the
origin of this provider and the nonce it gave out. Whose certificate it is, others decide.
"""

import binascii
import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from idp.eid.card_files import CA_CERTIFICATE, der_part
from idp.eid.certificates import read_certificate
from idp.eid.problems import EidProblem, EidRefused

MAX_CERTIFICATE_BYTES = 4096
_MAX_SIGNATURE_BYTES = 512
_FORMAT = re.compile(r"web-eid:1(\.[0-9]{1,3})?")
_RSA_BITS = range(2048, 4097)
_P384_BYTES = 48
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Assertion:
    """A token within its limits, of a kind that Belgian cards make; nothing of it is proven yet."""

    certificate: x509.Certificate
    signature: bytes


def origin_of(address: str) -> str:
    """Return the origin of an address as browsers write it (RFC 6454 section 6.2)."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def parse(token: object) -> Assertion:
    """Return what a token holds; members that are not known are ignored.

    Raises `EidRefused`: BAD_TOKEN for what is no such token, or whose algorithm is not the one of its
    key; WEAK_ALGORITHM for a key that no card in force has.
    """
    if not isinstance(token, Mapping):
        raise _bad("not-an-object")
    if not _FORMAT.fullmatch(_text(token, "format")):
        raise _bad("format")
    certificate = _certificate(_bytes(token, "unverifiedCertificate", MAX_CERTIFICATE_BYTES))
    if _text(token, "algorithm") != _algorithm_of(certificate):
        raise _bad("algorithm")
    return Assertion(certificate, _bytes(token, "signature", _MAX_SIGNATURE_BYTES))


def read_hint(file: bytes | None) -> x509.Certificate | None:
    """Return the issuer's certificate that a client sent beside its token, as it lies on the card; else None."""
    if file is None or len(file) > MAX_CERTIFICATE_BYTES:
        return None
    try:
        return read_certificate(der_part(file, CA_CERTIFICATE))
    except EidRefused:
        return None


def verify_signature(assertion: Assertion, *, origin: str, nonce: str) -> None:
    """Hold the signature against the origin and the nonce; raise `EidRefused` BAD_SIGNATURE."""
    key = assertion.certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            signed = _signed(origin, nonce, "sha256")
            key.verify(assertion.signature, signed, padding.PKCS1v15(), hashes.SHA256())
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            signed = _signed(origin, nonce, "sha384")
            key.verify(_as_der(assertion.signature), signed, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature:
        raise EidRefused(EidProblem.BAD_SIGNATURE) from None


def _signed(origin: str, nonce: str, algorithm: str) -> bytes:
    # Each part is digested first, so that no other pair of origin and nonce makes the same bytes.
    return b"".join(hashlib.new(algorithm, part.encode()).digest() for part in (origin, nonce))


def _algorithm_of(certificate: x509.Certificate) -> str:
    """Return the one algorithm that a card with such a key signs with (eid.md 5.2)."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size in _RSA_BITS:
        return "RS256"
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1):
        return "ES384"
    raise EidRefused(EidProblem.WEAK_ALGORITHM, reason="key")


def _certificate(der: bytes) -> x509.Certificate:
    certificate = read_certificate(der)
    if certificate is None:
        raise _bad("certificate")
    return certificate


def _as_der(signature: bytes) -> bytes:
    """Return r and s, which stand side by side, as ECDSA-Sig-Value."""
    if len(signature) != 2 * _P384_BYTES:
        raise InvalidSignature
    first, second = signature[:_P384_BYTES], signature[_P384_BYTES:]
    return encode_dss_signature(int.from_bytes(first, "big"), int.from_bytes(second, "big"))


def _text(token: Mapping[object, object], member: str) -> str:
    value = token.get(member)
    if not isinstance(value, str):
        raise _bad(member)
    return value


def _bytes(token: Mapping[object, object], member: str, at_most: int) -> bytes:
    text = _text(token, member)
    if len(text) > 4 * (at_most // 3 + 1):
        raise _bad(member)
    try:
        value = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _bad(member) from None
    # One text for each value: the bits that padding leaves over are not there to be varied.
    if not value or len(value) > at_most or b64encode(value).decode() != text:
        raise _bad(member)
    return value


def _bad(reason: str) -> EidRefused:
    return EidRefused(EidProblem.BAD_TOKEN, reason=reason)
