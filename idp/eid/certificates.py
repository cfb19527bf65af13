"""What an authentication certificate of a citizen says, and whether it is one (eid.md 4.1).

Its issuer is not looked at here.
"""

import re
import warnings
from dataclasses import dataclass, field
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from core.people.national_number import InvalidNationalNumber, NationalNumber
from idp.eid.problems import EidProblem, EidRefused

# What the library only warns of, such as a serial number that is negative, no authority issues.
warnings.filterwarnings("error", category=CryptographyDeprecationWarning, module=r"idp\.eid\.certificates$")

# What the library raises for bytes that are not what they should be; it reads most parts only when asked.
UNREADABLE = (
    ValueError,
    CryptographyDeprecationWarning,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
Kind = TypeVar("Kind", bound=x509.ExtensionType)

# A national number is written without punctuation there.
_NUMBER = re.compile(r"[0-9]{11}")
_LONGEST_POLICY = 64


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a certificate names; somebody with one name only has no given names."""

    number: NationalNumber = field(repr=False)
    given_names: str | None
    family_name: str


def read_certificate(der: bytes) -> x509.Certificate | None:
    """Return the certificate in these bytes, or None where they are none or a part of it cannot be read."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        # The library reads each part when it is asked for: what is not one whole is refused here, not later.
        _ = (certificate.subject, certificate.issuer, certificate.extensions, certificate.public_key())
        _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    except UNREADABLE:
        return None
    return certificate


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def require_login_purpose(certificate: x509.Certificate) -> None:
    """Refuse what was not made for logging in: signature certificates, authorities, responders.

    Key usage must say digitalSignature and not nonRepudiation; extended key usage may be missing, as on
    old cards, otherwise it must name clientAuth. Raises `EidRefused` NOT_FOR_LOGIN.
    """
    extensions = certificate.extensions
    usage = value_of(extensions, x509.KeyUsage)
    if usage is None or not usage.digital_signature or usage.content_commitment or usage.key_cert_sign:
        raise EidRefused(EidProblem.NOT_FOR_LOGIN, reason="key-usage")
    extended = value_of(extensions, x509.ExtendedKeyUsage)
    if extended is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in extended:
        raise EidRefused(EidProblem.NOT_FOR_LOGIN, reason="extended-key-usage")
    constraints = value_of(extensions, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise EidRefused(EidProblem.NOT_FOR_LOGIN, reason="authority")


def policies(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the identifiers of the certificate's policies: evidence only, no list of them is complete."""
    found = value_of(certificate.extensions, x509.CertificatePolicies)
    if found is None:
        return ()
    return tuple(policy.policy_identifier.dotted_string[:_LONGEST_POLICY] for policy in found)


def named(certificate: x509.Certificate) -> Named:
    """Return the holder; raise `EidRefused` CERTIFICATE_MISSING_NUMBER where no number identifies one."""
    digits = _one(certificate, NameOID.SERIAL_NUMBER) or ""
    if not _NUMBER.fullmatch(digits):
        raise EidRefused(EidProblem.CERTIFICATE_MISSING_NUMBER, reason="not-eleven-digits")
    try:
        number = NationalNumber.parse(digits)
    except InvalidNationalNumber:
        raise EidRefused(EidProblem.CERTIFICATE_MISSING_NUMBER, reason="check-digits") from None
    family_name = _one(certificate, NameOID.SURNAME)
    if family_name is None:
        raise EidRefused(EidProblem.CERTIFICATE_MISSING_NUMBER, reason="surname")
    return Named(number, _one(certificate, NameOID.GIVEN_NAME), family_name)


def _one(certificate: x509.Certificate, attribute: ObjectIdentifier) -> str | None:
    """Return the value of an attribute of the subject that stands there once; two would leave a choice."""
    found = certificate.subject.get_attributes_for_oid(attribute)
    if len(found) != 1 or not isinstance(found[0].value, str):
        return None
    return found[0].value.strip() or None


def value_of(extensions: x509.Extensions, kind: type[Kind]) -> Kind | None:
    """Return an extension by its kind, or None where it is missing."""
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
