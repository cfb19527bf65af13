"""Asking the issuer's responder whether a certificate is still good (RFC 6960, RFC 9654).

An answer counts when the issuer, or a responder the issuer itself certified for this, signed it for this
very certificate and it is fresh. Anything else is no answer.
"""

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, OCSPExtensionOID

from core.infra import log
from idp.eid.certificates import UNREADABLE, value_of
from idp.eid.status import NoAnswer, Refused, StatedGood

CLOCK_SKEW = timedelta(minutes=5)
# A responder that does not repeat our nonce must have made its answer lately.
_OLDEST_WITHOUT_NONCE = timedelta(hours=12)
_NONCE_BYTES = 32
_STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the request as it is sent, and the nonce in it."""

    certificate: x509.Certificate
    issuer: x509.Certificate
    request: ocsp.OCSPRequest
    nonce: bytes

    @property
    def der(self) -> bytes:
        """Return the request as it is sent."""
        return self.request.public_bytes(serialization.Encoding.DER)


def ask(certificate: x509.Certificate, issuer: x509.Certificate, *, algorithm: hashes.HashAlgorithm) -> Question:
    """Return a question about a certificate; `algorithm` names issuer and key in it."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm)
    request = builder.add_extension(x509.OCSPNonce(nonce), critical=False).build()
    return Question(certificate, issuer, request, nonce)


def read(answer: bytes, question: Question, *, now: datetime, is_nonce_required: bool) -> StatedGood:
    """Return since when the certificate is known to be good.

    Raises `Refused` where the authority says that it is not, `NoAnswer` with a reason for everything else.
    """
    try:
        response = ocsp.load_der_ocsp_response(answer)
        return _read(response, question, now, is_nonce_required=is_nonce_required)
    except UNREADABLE:
        raise NoAnswer("malformed") from None


def _read(response: ocsp.OCSPResponse, question: Question, now: datetime, *, is_nonce_required: bool) -> StatedGood:
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise NoAnswer(f"status-{response.response_status.name.lower()}")
    if not any(_has_signed(responder, response) for responder in _responders(response, question.issuer, now)):
        raise NoAnswer("wrong-signer")
    single = _single(response, question)
    _require_fresh(single, now)
    _require_asked(response, single, question, now, is_nonce_required=is_nonce_required)
    match single.certificate_status:
        case ocsp.OCSPCertStatus.GOOD:
            return StatedGood(as_of=single.this_update_utc, until=single.next_update_utc)
        case ocsp.OCSPCertStatus.REVOKED:
            reason = single.revocation_reason
            raise Refused.revoked(single.revocation_time_utc, None if reason is None else reason.value)
        case _:
            raise Refused.unknown()


def _responders(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> Iterator[x509.Certificate]:
    """Yield who may answer for the issuer: itself, and whom it certified for that (RFC 6960 section 4.2.2.2)."""
    for certificate in (issuer, *response.certificates):
        if _is_named(certificate, response) and (certificate == issuer or _is_delegate(certificate, issuer, now)):
            yield certificate


def _is_named(certificate: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    if response.responder_name is not None:
        return certificate.subject == response.responder_name
    # RFC 6960 section 4.2.1: the SHA-1 of the key, whatever else is in use; it names, it does not protect.
    named = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest
    return hmac.compare_digest(response.responder_key_hash or b"", named)


def _is_delegate(certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return False
    usage = value_of(certificate.extensions, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        return False
    extended = value_of(certificate.extensions, x509.ExtendedKeyUsage)
    if extended is None or ExtendedKeyUsageOID.OCSP_SIGNING not in extended:
        return False
    if not isinstance(certificate.signature_hash_algorithm, _STRONG):
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _has_signed(responder: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    algorithm = response.signature_hash_algorithm
    if not isinstance(algorithm, _STRONG):
        return False
    key = responder.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _single(response: ocsp.OCSPResponse, question: Question) -> ocsp.OCSPSingleResponse:
    """Return the one answer about this very certificate."""
    found = [single for single in response.responses if _subject(single) == _subject(question.request)]
    if len(found) != 1:
        raise NoAnswer("other-certificate")
    return found[0]


def _subject(said: ocsp.OCSPRequest | ocsp.OCSPSingleResponse) -> tuple[int, str, bytes, bytes]:
    """Return the certificate that is asked or told about (RFC 6960 section 4.1.1, CertID)."""
    return said.serial_number, said.hash_algorithm.name, said.issuer_name_hash, said.issuer_key_hash


def _require_fresh(single: ocsp.OCSPSingleResponse, now: datetime) -> None:
    if single.this_update_utc > now + CLOCK_SKEW:
        raise NoAnswer("from-the-future")
    if single.next_update_utc is not None and single.next_update_utc < now - CLOCK_SKEW:
        raise NoAnswer("stale")


def _require_asked(
    response: ocsp.OCSPResponse,
    single: ocsp.OCSPSingleResponse,
    question: Question,
    now: datetime,
    *,
    is_nonce_required: bool,
) -> None:
    """Require the nonce of the question; where none may come back, that the answer is of late and has an end."""
    repeated = _nonce_of(response)
    if repeated is not None:
        if not hmac.compare_digest(repeated, question.nonce):
            raise NoAnswer("other-nonce")
        return
    log.event("eid_answer_without_nonce", issuer=question.issuer.subject.rfc4514_string())
    if is_nonce_required:
        raise NoAnswer("no-nonce")
    if single.next_update_utc is None or single.this_update_utc < now - _OLDEST_WITHOUT_NONCE:
        raise NoAnswer("stale")


def _nonce_of(response: ocsp.OCSPResponse) -> bytes | None:
    try:
        found = response.extensions.get_extension_for_oid(OCSPExtensionOID.NONCE).value
    except x509.ExtensionNotFound:
        return None
    assert isinstance(found, x509.OCSPNonce)
    return found.nonce
