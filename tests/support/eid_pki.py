"""An authority for identity cards of our own: shaped as the Belgian one (eid.md 4.1, 4.2), wrong wherever a test wants.

Who answers for its certificates is in `tests.support.eid_responder`.
"""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
YEAR = timedelta(days=365)
CITIZEN_POLICY = "2.16.56.12.1.1.2.2"
AUTHENTICATION = "digital_signature"
SIGNATURE = "content_commitment"
_CERTIFICATE_SIGN = "key_cert_sign"
# The last byte of the identifiers of RSA signatures: sha256WithRSAEncryption, sha1WithRSAEncryption.
_RSA_SIGNATURES = bytes.fromhex("2a864886f70d0101")
_OVER_SHA256, _OVER_SHA1 = _RSA_SIGNATURES + b"\x0b", _RSA_SIGNATURES + b"\x05"


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    @property
    def der(self) -> bytes:
        """Return the certificate as it is sent."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def write(self, file: Path) -> None:
        """Put the certificate into a folder of certificates."""
        file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))


@dataclass(frozen=True, slots=True)
class Shape:
    """What a certificate is made like; as it stands, the authentication certificate of a citizen."""

    valid_from: datetime
    valid_until: datetime
    number: str | None = "85061512390"
    surname: str | None = "Specimen"
    given_names: str | None = "Nora Angèle"
    usage: Sequence[str] | None = (AUTHENTICATION,)
    extended_usage: Sequence[ObjectIdentifier] | None = (ExtendedKeyUsageOID.CLIENT_AUTH,)
    policies: Sequence[str] = (CITIZEN_POLICY,)
    is_authority: bool | None = None
    ocsp: str | None = None
    list_at: str | None = None
    issuer_at: str | None = None
    serial_number: int | None = None
    # A second national number beside the first.
    further_number: str | None = None
    is_over_sha1: bool = False


@dataclass(frozen=True, slots=True)
class SoftCard:
    """A card that somebody holds who knows its PIN."""

    issued: Issued

    @property
    def certificate(self) -> x509.Certificate:
        """Return the certificate."""
        return self.issued.certificate

    def token(self, origin: str, nonce: str, **members: object) -> dict[str, object]:
        """Return the token that this card signs; further members replace what stands there."""
        return {
            "unverifiedCertificate": b64encode(self.issued.der).decode(),
            "algorithm": "RS256" if isinstance(self.issued.key, rsa.RSAPrivateKey) else "ES384",
            "signature": b64encode(self._sign(origin, nonce)).decode(),
            "format": "web-eid:1.0",
            "appVersion": "https://immo.test/card/1",
            **members,
        }

    def _sign(self, origin: str, nonce: str) -> bytes:
        key = self.issued.key
        if isinstance(key, rsa.RSAPrivateKey):
            parts = [hashlib.sha256(part.encode()).digest() for part in (origin, nonce)]
            return key.sign(b"".join(parts), padding.PKCS1v15(), hashes.SHA256())
        parts = [hashlib.sha384(part.encode()).digest() for part in (origin, nonce)]
        numbers = decode_dss_signature(key.sign(b"".join(parts), ec.ECDSA(hashes.SHA384())))
        length = (key.curve.key_size + 7) // 8
        return b"".join(number.to_bytes(length, "big") for number in numbers)


@dataclass(frozen=True, slots=True)
class EidPki:
    """A root, a Citizen CA beneath it, and who answers for that; all valid around one moment."""

    now: datetime
    root: Issued
    citizen_ca: Issued
    responder: Issued

    def shape(self) -> Shape:
        """Return the shape of a good card."""
        return Shape(self.now - YEAR, self.now + 9 * YEAR)

    def card(
        self, shape: Shape | None = None, *, key: PrivateKey | None = None, issuer: Issued | None = None
    ) -> SoftCard:
        """Return a card of this shape, by default with applet 1.8 and from the Citizen CA."""
        return SoftCard(issue(shape or self.shape(), key or ec_key(), issuer or self.citizen_ca))

    def authority(self, name: str, issuer: Issued | None, key: PrivateKey, **changed: object) -> Issued:
        """Return an authority under another one, or a root."""
        return _authority(name, issuer, key, self.now, **changed)

    def write(self, folder: Path) -> Path:
        """Write root and Citizen CA as a folder of test roots has them."""
        folder.mkdir(parents=True, exist_ok=True)
        self.root.write(folder / "test-root.pem")
        self.citizen_ca.write(folder / "citizen-ca.pem")
        return folder


@cache
def eid_pki(now: datetime) -> EidPki:
    """Return the authority that all tests of a moment share."""
    root = _authority("Test Root CA", None, ec_key(), now)
    citizen_ca = _authority("Citizen CA", root, ec_key(), now)
    return EidPki(now, root, citizen_ca, responder_for(citizen_ca, now))


def responder_for(issuer: Issued, now: datetime, **changed: object) -> Issued:
    """Return a responder that an authority certified."""
    shape = Shape(
        now - YEAR,
        now + YEAR,
        number=None,
        given_names=None,
        surname="OCSP Responder",
        extended_usage=(ExtendedKeyUsageOID.OCSP_SIGNING,),
        policies=(),
    )
    return issue(replace(shape, **changed), ec_key(), issuer)  # type: ignore[arg-type]


def ec_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """Return a new key as applet 1.8 has it, or on another curve."""
    return ec.generate_private_key(curve or ec.SECP384R1())


@cache
def rsa_key(bits: int = 2048, number: int = 0) -> rsa.RSAPrivateKey:
    """Return a key as applet 1.7 has it; made once for each number, because making it is slow."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def issue(shape: Shape, key: PrivateKey, issuer: Issued | None) -> Issued:
    """Return a certificate of this shape from an issuer, or signed by itself."""
    subject = _subject(shape)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(shape.serial_number or x509.random_serial_number())
        .not_valid_before(shape.valid_from)
        .not_valid_after(shape.valid_until)
    )
    for extension, is_critical in _extensions(shape):
        builder = builder.add_extension(extension, critical=is_critical)
    signing = issuer.key if issuer else key
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    builder = builder.add_extension(above, critical=False)
    over_rsa = isinstance(signing, rsa.RSAPrivateKey)
    certificate = builder.sign(signing, hashes.SHA256() if over_rsa else hashes.SHA384())
    return Issued(_over_sha1(certificate, signing) if shape.is_over_sha1 else certificate, key)


def _authority(name: str, issuer: Issued | None, key: PrivateKey, now: datetime, **changed: object) -> Issued:
    shape = Shape(
        now - 5 * YEAR,
        now + 12 * YEAR,
        number=None,
        given_names=None,
        surname=name,
        usage=(_CERTIFICATE_SIGN, "crl_sign"),
        extended_usage=None,
        policies=(),
        is_authority=True,
    )
    return issue(replace(shape, **changed), key, issuer)  # type: ignore[arg-type]


def _subject(shape: Shape) -> x509.Name:
    if shape.is_authority or (shape.number is None and shape.given_names is None):
        return x509.Name([_named(NameOID.COUNTRY_NAME, "BE"), _named(NameOID.COMMON_NAME, shape.surname or "nobody")])
    named = [_named(NameOID.COUNTRY_NAME, "BE")]
    named.append(_named(NameOID.COMMON_NAME, f"{shape.given_names} {shape.surname} (Authentication)"))
    wanted = (
        (NameOID.SURNAME, shape.surname),
        (NameOID.GIVEN_NAME, shape.given_names),
        (NameOID.SERIAL_NUMBER, shape.number),
        (NameOID.SERIAL_NUMBER, shape.further_number),
    )
    return x509.Name(named + [_named(kind, value) for kind, value in wanted if value is not None])


def _named(kind: ObjectIdentifier, value: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(kind, value)


def _extensions(shape: Shape) -> list[tuple[x509.ExtensionType, bool]]:
    made: list[tuple[x509.ExtensionType, bool]] = []
    if shape.is_authority is not None:
        made.append((x509.BasicConstraints(ca=shape.is_authority, path_length=None), True))
    if shape.usage is not None:
        made.append((_usage(shape.usage), True))
    if shape.extended_usage is not None:
        made.append((x509.ExtendedKeyUsage(shape.extended_usage), False))
    if shape.policies:
        found = [x509.PolicyInformation(ObjectIdentifier(policy), None) for policy in shape.policies]
        made.append((x509.CertificatePolicies(found), False))
    access = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(url))
        for method, url in (
            (AuthorityInformationAccessOID.CA_ISSUERS, shape.issuer_at),
            (AuthorityInformationAccessOID.OCSP, shape.ocsp),
        )
        if url is not None
    ]
    if access:
        made.append((x509.AuthorityInformationAccess(access), False))
    if shape.list_at is not None:
        at = x509.UniformResourceIdentifier(shape.list_at)
        made.append((x509.CRLDistributionPoints([x509.DistributionPoint([at], None, None, None)]), False))
    return made


def _usage(wanted: Sequence[str]) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in wanted for name in names})


def _over_sha1(certificate: x509.Certificate, key: PrivateKey) -> x509.Certificate:
    """Return the certificate signed as of old: the library makes no such signature, so it is exchanged."""
    assert isinstance(key, rsa.RSAPrivateKey)
    signed = certificate.tbs_certificate_bytes.replace(_OVER_SHA256, _OVER_SHA1)
    signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - what must be refused
    der = certificate.public_bytes(serialization.Encoding.DER)
    altered = der.replace(_OVER_SHA256, _OVER_SHA1).replace(certificate.signature, signature)
    return x509.load_der_x509_certificate(altered)
