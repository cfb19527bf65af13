"""The issuer's list of revoked certificates (RFC 5280 section 5), asked where its responder does not answer."""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from idp.eid.certificates import UNREADABLE, value_of
from idp.eid.ocsp import CLOCK_SKEW
from idp.eid.status import NoAnswer, Refused, StatedGood

_HARMLESS = (x509.AuthorityKeyIdentifier, x509.CRLNumber, x509.FreshestCRL, x509.AuthorityInformationAccess)
_STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


def load(
    content: bytes, certificate: x509.Certificate, issuer: x509.Certificate, *, url: str, now: datetime
) -> x509.CertificateRevocationList:
    """Return the list that was found where the certificate says, if its issuer signed it and it is in force.

    Raises `NoAnswer` with a reason.
    """
    try:
        found = x509.load_der_x509_crl(content)
        if found.issuer != issuer.subject or not _is_signed(found, issuer):
            raise NoAnswer("wrong-signer")
        require_complete(found, certificate, url=url)
    except UNREADABLE:
        raise NoAnswer("malformed") from None
    require_in_force(found, now=now)
    return found


def require_complete(found: x509.CertificateRevocationList, certificate: x509.Certificate, *, url: str) -> None:
    """Raise `NoAnswer` for a list that does not say everything about this certificate, though it may about others."""
    if not _is_complete(found, certificate, url):
        raise NoAnswer("partial")


def require_in_force(found: x509.CertificateRevocationList, *, now: datetime) -> None:
    """Raise `NoAnswer` for a list that is not there yet or was to be replaced."""
    if found.last_update_utc > now + CLOCK_SKEW:
        raise NoAnswer("from-the-future")
    if found.next_update_utc is None or found.next_update_utc < now - CLOCK_SKEW:
        raise NoAnswer("stale")


def look_up(certificate: x509.Certificate, found: x509.CertificateRevocationList) -> StatedGood:
    """Return since when the certificate is known to be good; raise `Refused` where the list names it."""
    entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None:
        raise Refused.revoked(entry.revocation_date_utc, _reason(entry))
    return StatedGood(as_of=found.last_update_utc, until=found.next_update_utc)


def _is_signed(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    usage = value_of(issuer.extensions, x509.KeyUsage)
    if usage is None or not usage.crl_sign or not isinstance(found.signature_hash_algorithm, _STRONG):
        return False
    key = issuer.public_key()
    return isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)) and found.is_signature_valid(key)


def _is_complete(found: x509.CertificateRevocationList, certificate: x509.Certificate, url: str) -> bool:
    """Tell whether a list says everything about such a certificate (RFC 5280 section 5.2.5).

    Not complete are changes to another list, lists for some reasons only, and lists of several issuers.
    """
    for extension in found.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            if not _is_about(value, certificate, url):
                return False
        elif extension.critical and not isinstance(value, _HARMLESS):
            return False
    return True


def _is_about(point: x509.IssuingDistributionPoint, certificate: x509.Certificate, url: str) -> bool:
    if point.only_some_reasons or point.indirect_crl or point.only_contains_attribute_certs or point.relative_name:
        return False
    constraints = value_of(certificate.extensions, x509.BasicConstraints)
    is_authority = constraints is not None and constraints.ca
    if point.only_contains_user_certs if is_authority else point.only_contains_ca_certs:
        return False
    return point.full_name is None or x509.UniformResourceIdentifier(url) in point.full_name


def _reason(entry: x509.RevokedCertificate) -> str | None:
    try:
        reason = value_of(entry.extensions, x509.CRLReason)
    except UNREADABLE:
        return None  # it is on the list all the same
    return None if reason is None else reason.reason.value
