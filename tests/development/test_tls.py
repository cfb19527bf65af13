"""TLS of the demo: what may be agreed on, and that bytes pass unchanged."""

import http.server
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from development.certificates import CertificateFiles, ensure_certificate
from development.ports import free_port, wait_until_answers

_BODY = bytes(range(256)) * 4_000


class _Application(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(_BODY)))
        self.end_headers()
        self.wfile.write(_BODY)

    def log_message(self, *_arguments: object) -> None:
        return


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return ensure_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def relay(files: CertificateFiles) -> Iterator[int]:
    port = free_port()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Application) as application:
        behind = threading.Thread(target=application.serve_forever, args=(0.02,))
        behind.start()
        given = ["--certificate", files.certificate, "--key", files.key, "--serve", f"{port}:{application.server_port}"]
        # The program itself, as `make run` starts it.
        with subprocess.Popen([sys.executable, "-m", "development.tls", *map(str, given)]) as front:
            assert wait_until_answers(port, seconds=30)
            yield port
            front.terminate()
        application.shutdown()
        behind.join()


def _connect(port: int, context: ssl.SSLContext) -> ssl.SSLSocket:
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10), server_hostname="localhost")


def _client(files: CertificateFiles, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(files.authority))
    context.minimum_version = context.maximum_version = version
    return context


def test_bytes_pass_unchanged_in_both_directions(relay: int, files: CertificateFiles) -> None:
    with _connect(relay, _client(files, ssl.TLSVersion.TLSv1_3)) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert answer.endswith(b"\r\n\r\n" + _BODY)


def test_the_newest_version_is_preferred(relay: int, files: CertificateFiles) -> None:
    with _connect(relay, ssl.create_default_context(cafile=str(files.authority))) as connection:
        assert connection.version() == "TLSv1.3"


def test_version_1_2_agrees_on_ecdhe_with_aes_gcm(relay: int, files: CertificateFiles) -> None:
    with _connect(relay, _client(files, ssl.TLSVersion.TLSv1_2)) as connection:
        cipher = connection.cipher()

    assert cipher is not None
    assert cipher[0].startswith("ECDHE-")
    assert "-AES" in cipher[0]
    assert "GCM" in cipher[0]


@pytest.mark.parametrize("suites", ["ECDHE+CHACHA20", "ECDHE+AES:!AESGCM", "kRSA+AES"])
def test_version_1_2_agrees_on_nothing_else(relay: int, files: CertificateFiles, suites: str) -> None:
    context = _client(files, ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(suites)

    with pytest.raises(ssl.SSLError), _connect(relay, context):
        pass


def test_a_stranger_does_not_trust_the_certificate(relay: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError), _connect(relay, ssl.create_default_context()):
        pass


def test_a_certificate_is_kept_while_it_is_good(tmp_path: Path) -> None:
    first = ensure_certificate(tmp_path).certificate.read_bytes()

    assert ensure_certificate(tmp_path).certificate.read_bytes() == first
    assert (tmp_path / "localhost.key").stat().st_mode & 0o077 == 0
