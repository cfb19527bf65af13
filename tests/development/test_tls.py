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
    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(sent)

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
        given: list[object] = [part for pair in files.pairs for part in ("--pair", *pair)]
        given += ["--serve", f"{port}:{application.server_port}"]
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
        connection.sendall(b"POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(_BODY) + _BODY)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert answer.endswith(b"\r\n\r\n" + _BODY)


def test_the_newest_version_is_preferred(relay: int, files: CertificateFiles) -> None:
    with _connect(relay, ssl.create_default_context(cafile=str(files.authority))) as connection:
        assert connection.version() == "TLSv1.3"


# RFC 9325 section 4.2, by the names of OpenSSL.
SUITES = [f"ECDHE-{key}-AES{size}" for key in ("ECDSA", "RSA") for size in ("128-GCM-SHA256", "256-GCM-SHA384")]


@pytest.mark.parametrize("suite", SUITES)
def test_version_1_2_agrees_on_ecdhe_with_aes_gcm_by_either_key(
    relay: int, files: CertificateFiles, suite: str
) -> None:
    context = _client(files, ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(suite)

    with _connect(relay, context) as connection:
        assert (connection.version(), (connection.cipher() or ("",))[0]) == ("TLSv1.2", suite)


def test_version_1_2_agrees_on_no_other_suite(relay: int, files: CertificateFiles) -> None:
    """Each suite that the library can offer with certificates, by itself, the weak ones as well."""
    everything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    everything.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    names = [suite["name"] for suite in everything.get_ciphers() if suite["protocol"] != "TLSv1.3"]
    others = [name for name in names if name not in SUITES and "PSK" not in name and "SRP" not in name]
    refused = set()
    for name in others:
        context = _client(files, ssl.TLSVersion.TLSv1_2)
        context.set_ciphers(f"{name}:@SECLEVEL=0")
        with pytest.raises(ssl.SSLError) as error, _connect(relay, context):
            pass
        refused.add(error.value.reason)

    assert len(others) > 40
    assert refused == {"SSLV3_ALERT_HANDSHAKE_FAILURE"}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_versions_are_refused(relay: int, files: CertificateFiles, version: ssl.TLSVersion) -> None:
    """FAPI 2.0 Security Profile section 5.2.1; the server says so, not the client's own library."""
    context = _client(files, version)
    context.set_ciphers("ALL:@SECLEVEL=0")

    with pytest.raises(ssl.SSLError) as refused, _connect(relay, context):
        pass

    assert refused.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


def test_a_stranger_does_not_trust_the_certificate(relay: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError), _connect(relay, ssl.create_default_context()):
        pass


def test_a_certificate_is_kept_while_it_is_good(tmp_path: Path) -> None:
    first = ensure_certificate(tmp_path).certificate.read_bytes()

    assert ensure_certificate(tmp_path).certificate.read_bytes() == first
    assert {(tmp_path / name).stat().st_mode & 0o077 for name in ("localhost.key", "localhost-rsa.key")} == {0}
