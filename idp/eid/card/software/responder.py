"""Answers whether a test card's certificate is good, as the government's service does for real ones (RFC 6960)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from idp.eid.card import clock
from idp.eid.card.software.card import SoftwareCard
from idp.eid.card.software.issuing import Authority

REQUEST_TYPE = "application/ocsp-request"
RESPONSE_TYPE = "application/ocsp-response"

_GOOD_FOR = timedelta(minutes=10)
_MALFORMED = ocsp.OCSPResponseStatus.MALFORMED_REQUEST


class Responder:
    """Knows the certificates of the cards that it was given; of all others it says that they are unknown."""

    def __init__(
        self, authority: Authority, cards: Iterable[SoftwareCard], now: Callable[[], datetime] = clock.now
    ) -> None:
        self._authority = authority
        self._now = now
        issued = [part for card in cards for part in (card.keys.authentication, card.keys.signature)]
        self._known = {part.certificate.serial_number: part.certificate for part in issued}

    def answer(self, request: bytes) -> bytes:
        """Return the response to one request, both in DER; a request that cannot be read is told so."""
        try:
            asked = ocsp.load_der_ocsp_request(request)
            builder = self._status(asked)
        except ValueError:
            return ocsp.OCSPResponseBuilder.build_unsuccessful(_MALFORMED).public_bytes(Encoding.DER)
        for extension in asked.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        responder = self._authority.responder
        signed = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate).certificates(
            [responder.certificate]
        )
        return signed.sign(responder.key, hashes.SHA384()).public_bytes(Encoding.DER)

    def _status(self, asked: ocsp.OCSPRequest) -> ocsp.OCSPResponseBuilder:
        issuer, now = self._authority.citizen_ca.certificate, self._now().replace(microsecond=0)
        certificate = self._known.get(asked.serial_number)
        is_good = certificate is not None and _is_issuer(issuer, asked)
        return ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=asked.issuer_name_hash,
            issuer_key_hash=asked.issuer_key_hash,
            serial_number=asked.serial_number,
            algorithm=asked.hash_algorithm,
            cert_status=ocsp.OCSPCertStatus.GOOD if is_good else ocsp.OCSPCertStatus.UNKNOWN,
            this_update=now,
            next_update=now + _GOOD_FOR,
            revocation_time=None,
            revocation_reason=None,
        )


def _is_issuer(issuer: x509.Certificate, asked: ocsp.OCSPRequest) -> bool:
    expected = ocsp.OCSPRequestBuilder().add_certificate(issuer, issuer, asked.hash_algorithm).build()
    digest = hashes.Hash(asked.hash_algorithm)
    digest.update(issuer.subject.public_bytes())
    told = (asked.issuer_name_hash, asked.issuer_key_hash)
    return told == (digest.finalize(), expected.issuer_key_hash)
