"""The authority of the test cards: a root, a citizen CA, the register's signers and a responder, all made here.

Certificates have the shape of the real ones (eid.md 4.1, 4.2), so whoever verifies them needs no second way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from idp.eid.card.software.holders import TestHolder

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
# Each with whether it is critical.
Extensions = Iterable[tuple[x509.ExtensionType, bool]]

# The branch that the public test cards of the same kind use for citizens.
AUTHENTICATION_POLICY = "2.16.56.12.1.1.2.2"
SIGNATURE_POLICY = "2.16.56.12.1.1.2.1"

_AUTHORITY_YEARS = 12
_CARD_YEARS = 10
_YEAR = timedelta(days=365)
# A clock that is a little behind must not find a fresh certificate to be of the future.
_EARLIER = timedelta(days=1)
_CITIZEN_CA_NUMBER = "202699"
_NOT_AN_AUTHORITY: tuple[x509.ExtensionType, bool] = (x509.BasicConstraints(ca=False, path_length=None), True)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and the private key that belongs to it."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Authority:
    """Everything that signs for test cards; the register signs with RSA on 1.7 and with P-384 on 1.8."""

    root: Issued
    citizen_ca: Issued
    register_rsa: Issued
    register_ec: Issued
    responder: Issued

    def register(self, applet: int) -> Issued:
        """Return who signs the identity and address files of a card."""
        return self.register_rsa if applet == 17 else self.register_ec


@dataclass(frozen=True, slots=True)
class CardKeys:
    """What is inside one card's chip; `chip` is its own key, which only applet 1.8 publishes."""

    authentication: Issued
    signature: Issued
    chip: ec.EllipticCurvePrivateKey = field(repr=False)


def make_authority(now: datetime) -> Authority:
    """Make an authority that nobody trusts unless told to; it is good for twelve years from `now`."""
    root = _issue_authority("Immo-Connect Test Root CA", None, now, path_length=1)
    citizen_ca = _issue_authority("Citizen CA", root, now, path_length=0)
    until = now + _AUTHORITY_YEARS * _YEAR
    register_name = _name("RRN", organization="RRN")
    register = ((_usage(digital_signature=True, content_commitment=True), True), _NOT_AN_AUTHORITY)
    responder = (
        (_usage(digital_signature=True), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False),
        (x509.OCSPNoCheck(), False),
        _NOT_AN_AUTHORITY,
    )
    return Authority(
        root=root,
        citizen_ca=citizen_ca,
        register_rsa=_issue(register_name, new_key(17), root, until, now, register),
        register_ec=_issue(register_name, new_key(18), root, until, now, register),
        responder=_issue(_name("Test OCSP Responder"), new_key(18), citizen_ca, until, now, responder),
    )


def issue_card(authority: Authority, holder: TestHolder, *, ocsp_url: str, now: datetime) -> CardKeys:
    """Make the keys and certificates of a card, good for ten years; `ocsp_url` says where their status is told."""
    authentication = (
        (_usage(digital_signature=True), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        *_leaf_extensions(AUTHENTICATION_POLICY, ocsp_url),
    )
    signature = (
        (_usage(content_commitment=True), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
        *_leaf_extensions(SIGNATURE_POLICY, ocsp_url),
    )
    issuer = authority.citizen_ca

    def leaf(purpose: str, extensions: Extensions) -> Issued:
        until = now + _CARD_YEARS * _YEAR
        return _issue(_holder_name(holder, purpose), new_key(holder.applet), issuer, until, now, extensions)

    return CardKeys(
        authentication=leaf("Authentication", authentication),
        signature=leaf("Signature", signature),
        chip=ec.generate_private_key(ec.SECP384R1()),
    )


def new_key(applet: int) -> PrivateKey:
    """Make a key of the kind that cards with this applet have (eid.md 1.1)."""
    if applet == 17:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP384R1())


def _issue_authority(common_name: str, issuer: Issued | None, now: datetime, path_length: int) -> Issued:
    serial_number = None if issuer is None else _CITIZEN_CA_NUMBER
    subject, key = _name(common_name, serial_number=serial_number), new_key(18)
    extensions = (
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_usage(key_cert_sign=True, crl_sign=True), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    )
    return _issue(subject, key, issuer, now + _AUTHORITY_YEARS * _YEAR, now, extensions)


def _issue(
    subject: x509.Name, key: PrivateKey, issuer: Issued | None, until: datetime, now: datetime, extensions: Extensions
) -> Issued:
    """Issue a certificate; without an issuer it signs itself."""
    signer = key if issuer is None else issuer.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(until)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Issued(builder.sign(signer, hashes.SHA384()), key)


def _name(common_name: str, *, organization: str | None = None, serial_number: str | None = None) -> x509.Name:
    parts: list[tuple[x509.ObjectIdentifier, str | None]] = [
        (NameOID.COUNTRY_NAME, "BE"),
        (NameOID.ORGANIZATION_NAME, organization),
        (NameOID.COMMON_NAME, common_name),
        (NameOID.SERIAL_NUMBER, serial_number),
    ]
    return _as_name(parts)


def _holder_name(holder: TestHolder, purpose: str) -> x509.Name:
    first = holder.given_names.split()[0]
    return _as_name(
        [
            (NameOID.COUNTRY_NAME, "BE"),
            (NameOID.COMMON_NAME, f"{first} {holder.family_name} ({purpose})"),
            (NameOID.SURNAME, holder.family_name),
            (NameOID.GIVEN_NAME, holder.given_names),
            (NameOID.SERIAL_NUMBER, holder.national_number),
        ]
    )


def _as_name(parts: Sequence[tuple[x509.ObjectIdentifier, str | None]]) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts if value is not None])


def _leaf_extensions(policy: str, ocsp_url: str) -> Extensions:
    status = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp_url))
    return (
        (x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(policy), None)]), False),
        (x509.AuthorityInformationAccess([status]), False),
    )


def _usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
