"""Who signs the identity and address files: the National Register, under a pinned root (eid.md 2.2, 2.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384
from cryptography.x509.oid import NameOID

from core.infra.clock import BRUSSELS
from idp.eid.card_files import RRN_CERTIFICATE, der_part, invalid
from idp.eid.certificates import fingerprint, read_certificate
from idp.eid.problems import EidProblem, EidRefused

_SUBJECT = {NameOID.COUNTRY_NAME: "BE", NameOID.ORGANIZATION_NAME: "RRN", NameOID.COMMON_NAME: "RRN"}
_SMALLEST_RSA_BITS = 2048
_CURVE = "secp384r1"
# What a certificate that could be parsed may still hold.
_UNREADABLE = (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


class Authorities(Protocol):
    """Who says which registers are believed: `verification.CardVerifier`."""

    def roots(self) -> Sequence[x509.Certificate]:
        """Return the roots in force, which are trusted because their fingerprints are in our own files."""
        ...

    def require_unrevoked(self, register: x509.Certificate, root: x509.Certificate) -> None:
        """Refuse a register that its root has withdrawn; raise `EidRefused`."""
        ...


@dataclass(frozen=True, slots=True)
class CardSigner:
    """The certificate of the National Register that a card carries, once it is trusted."""

    key: RSAPublicKey | EllipticCurvePublicKey
    fingerprint: str

    def require_signed(self, signature: bytes, content: bytes, name: str) -> None:
        """Refuse content that this key did not sign; `signature` is the file as stored, with its padding."""
        match self.key:
            case RSAPublicKey():
                self._require_rsa(self.key, signature, content, name)
            case EllipticCurvePublicKey():
                try:
                    self.key.verify(der_part(signature, name), content, ECDSA(SHA384()))
                except InvalidSignature:
                    raise invalid("signature", name) from None

    def _require_rsa(self, key: RSAPublicKey, signature: bytes, content: bytes, name: str) -> None:
        length = key.key_size // 8
        if any(signature[length:]):
            raise invalid("padding", name)
        if _is_signed(key, signature[:length], content, SHA256()):
            return
        # Cards of the oldest kind that is still valid: their holder learns why, and links without the files.
        if _is_signed(key, signature[:length], content, SHA1()):  # noqa: S303 - to refuse it by its name
            raise EidRefused(EidProblem.WEAK_ALGORITHM, file=name)
        raise invalid("signature", name)


def _is_signed(key: RSAPublicKey, signature: bytes, content: bytes, hashed: SHA1 | SHA256) -> bool:
    try:
        key.verify(signature, content, PKCS1v15(), hashed)
    except InvalidSignature:
        return False
    return True


def read_signer(content: bytes, trust: Authorities, now: datetime) -> CardSigner:
    """Return the signer of a card's files by its certificate, as the card stores it.

    It stands directly under a pinned root, is valid, and is the National Register's for signing. Only
    then anybody is asked whether it was withdrawn.
    """
    der = der_part(content, RRN_CERTIFICATE)
    certificate = read_certificate(der)
    if certificate is None:
        raise invalid("certificate", RRN_CERTIFICATE)
    try:
        key = certificate.public_key()
        _require_register(certificate)
        root = _require_issued(certificate, der, trust.roots(), now)
    except _UNREADABLE:
        raise invalid("certificate", RRN_CERTIFICATE) from None
    signer = CardSigner(_require_strong(key), fingerprint(certificate))
    trust.require_unrevoked(certificate, root)
    return signer


def _require_register(certificate: x509.Certificate) -> None:
    attributes = list(certificate.subject)
    subject = {attribute.oid: attribute.value for attribute in attributes}
    if subject != _SUBJECT or len(attributes) != len(_SUBJECT):
        raise invalid("subject", RRN_CERTIFICATE)
    extensions = certificate.extensions
    # RFC 5280 section 4.2: what is critical and not understood makes a certificate unusable.
    if any(found.critical and isinstance(found.value, x509.UnrecognizedExtension) for found in extensions):
        raise invalid("critical-extension", RRN_CERTIFICATE)
    try:
        if extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            raise invalid("is-an-authority", RRN_CERTIFICATE)
    except x509.ExtensionNotFound:
        pass
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        raise invalid("key-usage", RRN_CERTIFICATE) from None
    if not (usage.digital_signature or usage.content_commitment):
        raise invalid("key-usage", RRN_CERTIFICATE)


def _require_issued(
    certificate: x509.Certificate, der: bytes, roots: Sequence[x509.Certificate], now: datetime
) -> x509.Certificate:
    """Return the root that issued it."""
    named = [root for root in roots if root.subject == certificate.issuer]
    if not named:
        raise EidRefused(EidProblem.ISSUER_UNKNOWN, file=RRN_CERTIFICATE, issuer=certificate.issuer.rfc4514_string())
    hashed = certificate.signature_hash_algorithm
    if hashed is None or hashed.name not in {"sha256", "sha384", "sha512"}:
        raise EidRefused(EidProblem.WEAK_ALGORITHM, file=RRN_CERTIFICATE)
    issuer = next((root for root in named if _is_issued_by(certificate, root)), None)
    # The count of unused bits before the signature is the one byte that no signature covers.
    if issuer is None or der[-len(certificate.signature) - 1] != 0:
        raise invalid("certificate-signature", RRN_CERTIFICATE)
    for found in (certificate, issuer):
        _require_valid(found, now)
    return issuer


def _is_issued_by(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _require_valid(certificate: x509.Certificate, now: datetime) -> None:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < begins:
        day = begins.astimezone(BRUSSELS).date()
        raise EidRefused(EidProblem.CERTIFICATE_NOT_YET, day=day, file=RRN_CERTIFICATE)
    if now > ends:
        day = ends.astimezone(BRUSSELS).date()
        raise EidRefused(EidProblem.CERTIFICATE_EXPIRED, day=day, file=RRN_CERTIFICATE)


def _require_strong(key: object) -> RSAPublicKey | EllipticCurvePublicKey:
    """Return a key whose signatures we accept: RSA of 2048 bits and more, or P-384."""
    match key:
        case RSAPublicKey() if key.key_size >= _SMALLEST_RSA_BITS:
            return key
        case EllipticCurvePublicKey() if key.curve.name == _CURVE:
            return key
    raise EidRefused(EidProblem.WEAK_ALGORITHM, file=RRN_CERTIFICATE)
