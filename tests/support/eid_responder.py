"""Who answers for the certificates of test cards: OCSP, lists and certificates over real HTTP, wrong on demand."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from core.infra.clock import Clock
from tests.support.eid_pki import EidPki, Issued, PrivateKey

OCSP = "/ocsp"
LIST = "/citizen.crl"
ISSUER = "/citizen.crt"
_DER = serialization.Encoding.DER


@dataclass(slots=True)
class Says:
    """What is said from now on, and how; as it stands, everything is good, fresh and in order."""

    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    reason: x509.ReasonFlags | None = None
    revoked: dict[int, datetime] = field(default_factory=dict)
    age: timedelta = timedelta(minutes=1)
    # How long what is said may be believed from now; None where that is not said.
    good_for: timedelta | None = timedelta(hours=1)
    signer: Issued | None = None
    is_named_by_key: bool = True
    # Whether our nonce comes back; bytes come back in its place.
    nonce: bool | bytes = True
    serial_number: int | None = None
    digest: hashes.SHA224 | hashes.SHA256 | hashes.SHA384 = field(default_factory=hashes.SHA384)
    seconds: float = 0
    body: bytes | None = None
    http_status: int = 200


class EidResponder:
    """Answers for one authority on a port of loopback, and counts what it was asked."""

    def __init__(self, pki: EidPki, clock: Clock) -> None:
        self.ocsp = Says()
        self.list = Says()
        self.issuer = Says(body=pki.citizen_ca.der)
        self.asked: Counter[str] = Counter()
        self._pki = pki
        self._clock = clock
        self._stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._server.server_port

    def url(self, path: str) -> str:
        """Return one of its addresses."""
        return f"http://127.0.0.1:{self.port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Answer no more: who connects is refused."""
        if not self._stopped.is_set():
            self._stopped.set()
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def answer(self, request: bytes) -> bytes:
        """Return what is said about the certificate that a request names."""
        says, asked = self.ocsp, ocsp.load_der_ocsp_request(request)
        now = self._clock.now().replace(microsecond=0)
        is_revoked = says.status is ocsp.OCSPCertStatus.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=asked.issuer_name_hash,
            issuer_key_hash=asked.issuer_key_hash,
            serial_number=says.serial_number or asked.serial_number,
            algorithm=asked.hash_algorithm,
            cert_status=says.status,
            this_update=now - says.age,
            next_update=None if says.good_for is None else now + says.good_for,
            revocation_time=now - timedelta(days=3) if is_revoked else None,
            revocation_reason=says.reason,
        )
        if says.nonce:
            nonce = says.nonce if isinstance(says.nonce, bytes) else _nonce_of(asked)
            builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
        signer = says.signer or self._pki.responder
        named = ocsp.OCSPResponderEncoding.HASH if says.is_named_by_key else ocsp.OCSPResponderEncoding.NAME
        builder = builder.responder_id(named, signer.certificate)
        # Another one's certificate stands there too, as in the answers of the real one.
        others = [self._pki.citizen_ca.certificate, signer.certificate]
        return builder.certificates(others).sign(signer.key, says.digest).public_bytes(_DER)

    def revocations(self) -> bytes:
        """Return the list of revoked certificates."""
        says, now = self.list, self._clock.now().replace(microsecond=0)
        signer = says.signer or self._pki.citizen_ca
        until = None if says.good_for is None else now + says.good_for
        return revocation_list(signer.certificate, signer.key, says, now - says.age, until)

    def _respond(self, path: str, body: bytes) -> tuple[Says, bytes]:
        self.asked[path] += 1
        says = {OCSP: self.ocsp, LIST: self.list, ISSUER: self.issuer}[path]
        # Slow, but not longer than the test.
        self._stopped.wait(says.seconds)
        if says.body is not None:
            return says, says.body
        return says, self.answer(body) if path == OCSP else self.revocations()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(b"")

            def do_POST(self) -> None:
                assert self.headers["Content-Type"] == "application/ocsp-request"
                self._send(self.rfile.read(int(self.headers["Content-Length"])))

            def _send(self, body: bytes) -> None:
                says, answer = owner._respond(self.path, body)
                self.send_response(says.http_status)
                self.send_header("Content-Length", str(len(answer)))
                if says.http_status in range(300, 400):
                    self.send_header("Location", owner.url(self.path))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def revocation_list(
    issuer: x509.Certificate,
    key: PrivateKey,
    says: Says,
    last_update: datetime,
    next_update: datetime | None,
    extension: x509.ExtensionType | None = None,
) -> bytes:
    """Return a list; an `extension` stands in it as critical."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject).last_update(last_update)
    builder = builder.next_update(next_update or last_update)
    for serial_number, since in says.revoked.items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial_number).revocation_date(since)
        if says.reason is not None:
            entry = entry.add_extension(x509.CRLReason(says.reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    if extension is not None:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(key, says.digest).public_bytes(_DER)


def _nonce_of(asked: ocsp.OCSPRequest) -> bytes:
    return asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
