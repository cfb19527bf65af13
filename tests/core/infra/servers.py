"""Servers on loopback that answer as they are told: properly, slowly, too much, or not at all."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Behaviour = Callable[[socket.socket], None]


@dataclass
class Server:
    """A running server and the requests it received, as text."""

    port: int
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return its address by number."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(behaviour: Behaviour, *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Answer each connection on a free loopback port by `behaviour` until the block ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(listening.getsockname()[1])
    connections: list[socket.socket] = []

    def answer(connection: socket.socket) -> None:
        # Clients that give up are what many of these tests are about.
        with suppress(OSError):
            spoken = tls.wrap_socket(connection, server_side=True) if tls else connection
            connections.append(spoken)
            server.requests.append(_received(spoken))
            behaviour(spoken)
            spoken.close()

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            connections.append(connection)
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
        for connection in connections:
            connection.close()


def _received(connection: socket.socket) -> str:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            break
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return (head + b"\r\n\r\n" + body).decode("latin-1")


def answering(body: bytes, *, status: str = "200 OK", headers: tuple[str, ...] = ()) -> Behaviour:
    """Return the behaviour of a proper server."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")

    def behave(connection: socket.socket) -> None:
        connection.sendall("\r\n".join(lines).encode() + body)

    return behave


def saying(content: bytes) -> Behaviour:
    """Return the behaviour of a server that says exactly this and closes."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(content)

    return behave


def dripping(start: bytes, drop: bytes, *, every_seconds: float = 0.05) -> Behaviour:
    """Return the behaviour of a server that goes on for ever, a drop at a time."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(start)
        pause = threading.Event()
        while True:
            connection.sendall(drop)
            pause.wait(every_seconds)

    return behave


def silent(connection: socket.socket) -> None:
    """Say nothing until the client gives up."""
    connection.recv(1)


@dataclass(frozen=True, slots=True)
class Certificates:
    """A certificate authority's file, and a server's context with a certificate of it for `localhost`."""

    authority: Path
    server: ssl.SSLContext


def certificates(folder: Path) -> Certificates:
    """Make a certificate authority and a server certificate that it signed."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("Test authority", "Test authority", authority_key, authority_key, ca=True)
    certificate = _certificate("localhost", "Test authority", key, authority_key, ca=False)
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return Certificates(folder / "authority.pem", context)


def _certificate(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    return builder.sign(signer, hashes.SHA256())
