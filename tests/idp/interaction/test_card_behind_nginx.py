"""The documented configuration in a real nginx: a card signs the handshake, and its holder in (eid.md 5.5 c)."""

import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from flask import Flask
from werkzeug.serving import make_server

from core.infra.clock import FixedClock
from core.infra.settings import Settings
from development.ports import LOOPBACK, free_port
from idp.wiring import Services
from tests.support.card_host import CARD_HOST, PROXY_SECRET, Way, link_annas_card, with_card_host
from tests.support.eid_ground import CardGround
from tests.support.eid_pki import YEAR, Issued, rsa_key
from tests.support.nginx import adapted, nginx
from tests.support.sign_in import HOST, request_of
from tests.support.tools import CALLBACK, Office

DOCUMENTED = Path("docs/nginx/immo-connect.conf")


@dataclass
class TlsBrowser:
    """A browser that trusts the proxy's certificate and knows its names; it may have a card in the reader."""

    port: int
    authority: Path
    card: tuple[Path, Path] | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, url: str, **headers: str) -> urllib3.BaseHTTPResponse:
        """Open an https address; where the host asks for a certificate, present the card's."""
        host, _, path = url.removeprefix("https://").partition("/")
        tls = ssl.create_default_context(cafile=self.authority)
        if self.card is not None:
            tls.load_cert_chain(*self.card)
        names = partial(urllib3.HTTPSConnectionPool, server_hostname=host, assert_hostname=host)
        with closing(names(LOOPBACK, self.port, retries=False, ssl_context=tls)) as pool:
            sent = {"Host": host, **({"Cookie": self._cookie} if host == HOST else {}), **headers}
            response = pool.request("GET", f"/{path}", headers=sent, redirect=False)
        for cookie in response.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response

    def follow(self, url: str, **headers: str) -> tuple[str, str]:
        """Open an address and go wherever it leads, as far as the proxy answers; return the last one and its page."""
        for _ in range(10):
            response = self.get(url, **headers)
            location = response.headers.get("Location")
            if location is None or location.startswith(CALLBACK):
                return location or url, response.data.decode()
            url = f"https://{HOST}{location}" if location.startswith("/") else location
        raise AssertionError(f"redirected for ever, last to {url}")

    @property
    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_card_host(settings)


@pytest.fixture
def services(services: Services, card_ground: CardGround) -> Services:
    return replace(services, cards=card_ground.cards)


@pytest.fixture
def browser(
    idp_app: Flask, services: Services, office: Office, clock: FixedClock, card_ground: CardGround, tmp_path: Path
) -> Iterator[TlsBrowser]:
    """Yield a browser before nginx before the provider, with Anna's card linked."""
    link_annas_card(services, office, now=clock.now())
    provider = make_server(LOOPBACK, 0, idp_app, threaded=True)
    serving = threading.Thread(target=provider.serve_forever)
    serving.start()
    port, folder = free_port(), tmp_path / "nginx"
    folder.mkdir()
    certificate, key = _server_certificate(folder)
    card_ground.pki.root.write(folder / "roots.pem")
    content = adapted(
        DOCUMENTED,
        {
            "127.0.0.1:8000": f"{LOOPBACK}:{provider.server_port}",
            "listen 443": f"listen {LOOPBACK}:{port}",
            "login.immo-connect.example": HOST,
            "card.immo-connect.example": CARD_HOST,
            "/etc/nginx/immo-connect/login.pem": str(certificate),
            "/etc/nginx/immo-connect/login.key": str(key),
            "/etc/nginx/immo-connect/card.pem": str(certificate),
            "/etc/nginx/immo-connect/card.key": str(key),
            "/etc/nginx/immo-connect/belgian-roots.pem": str(folder / "roots.pem"),
            "the-secret-of-IMMO_EID_MTLS_SECRET": PROXY_SECRET,
        },
    )
    try:
        with nginx(folder, content, port):
            yield TlsBrowser(port, certificate)
    finally:
        provider.shutdown()
        serving.join()
        provider.server_close()


def inserted(browser: TlsBrowser, issued: Issued, folder: Path) -> TlsBrowser:
    """Put a card into the reader."""
    files = (folder / "card.pem", folder / "card.key")
    files[0].write_bytes(issued.certificate.public_bytes(Encoding.PEM))
    files[1].write_bytes(issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return replace(browser, card=files)


def to_card_host(browser: TlsBrowser) -> str:
    """Begin to sign in, and return the address at the second host name."""
    login, _ = browser.follow(f"https://{HOST}/authorize?{urlencode(request_of('plain'))}")
    uid = re.search(r"/interaction/([^/]+)/", login)
    assert uid is not None, login
    return browser.get(f"https://{HOST}/interaction/{uid.group(1)}/eid/certificate").headers["Location"]


@pytest.mark.parametrize("applet", [17, 18])
def test_card_signs_its_holder_in(browser: TlsBrowser, card_ground: CardGround, tmp_path: Path, applet: int) -> None:
    """Both kinds of keys: RSA-2048 of applet 1.7 (as PSS, which TLS 1.3 wants) and P-384 of applet 1.8."""
    shape = card_ground.shape()
    card = card_ground.pki.card(shape, key=rsa_key() if applet == 17 else None)
    browser = inserted(browser, card.issued, tmp_path)

    reached, page = browser.follow(to_card_host(browser))

    assert reached.endswith("/consent"), reached
    assert 'id="allow"' in page
    assert browser.cookies["__Host-immo-idp"]


def test_browser_without_a_card_is_told_so(browser: TlsBrowser) -> None:
    reached, _ = browser.follow(to_card_host(browser))

    assert "/eid/problem/no-card" in reached
    assert "__Host-immo-idp" not in browser.cookies


def test_certificate_that_a_browser_claims_in_a_header_counts_nothing(
    browser: TlsBrowser, card_ground: CardGround
) -> None:
    """At the second host the proxy's word replaces it, at the first it is removed; underscores change nothing."""
    claimed = Way(card_ground.card().certificate).headers
    spelled = {**claimed, **{name.replace("-", "_"): value for name, value in claimed.items()}}

    reached, _ = browser.follow(to_card_host(browser), **spelled)
    at_main_host = browser.get(f"https://{HOST}/eid/mtls?code=any", **spelled)

    assert "/eid/problem/no-card" in reached
    assert at_main_host.status == 404
    assert "__Host-immo-idp" not in browser.cookies


def test_only_the_key_of_the_certificate_opens_the_connection(
    browser: TlsBrowser, card_ground: CardGround, tmp_path: Path
) -> None:
    """A certificate is public: without the card's signature over the handshake there is no connection."""
    card, other = card_ground.card().issued, card_ground.card().issued

    with pytest.raises((urllib3.exceptions.HTTPError, OSError)):
        inserted(browser, Issued(card.certificate, other.key), tmp_path).follow(to_card_host(browser))


def test_card_of_nobody_we_trust_is_refused_by_the_provider(
    browser: TlsBrowser, card_ground: CardGround, tmp_path: Path
) -> None:
    """Nginx lets every certificate pass: it is the provider that judges."""
    stranger = card_ground.pki.authority("Another Root", None, ec.generate_private_key(ec.SECP384R1()))
    card = card_ground.pki.card(card_ground.shape(), issuer=stranger)

    reached, _ = inserted(browser, card.issued, tmp_path).follow(to_card_host(browser))

    assert "/eid/problem/issuer-unknown" in reached


def test_expired_card_is_told_the_day_and_not_an_error_of_the_proxy(
    browser: TlsBrowser, card_ground: CardGround, clock: FixedClock, tmp_path: Path
) -> None:
    over = clock.now() - timedelta(days=3)
    card = card_ground.card(valid_from=over - YEAR, valid_until=over)

    reached, _ = inserted(browser, card.issued, tmp_path).follow(to_card_host(browser))

    assert "/eid/problem/certificate-expired?" in reached
    assert over.date().isoformat() in reached


def test_nothing_else_answers_under_the_second_name(browser: TlsBrowser) -> None:
    answers = [
        browser.get(f"https://{CARD_HOST}/{path}").status for path in ("", "authorize", "account", "token", "jwks")
    ]

    assert answers == [404] * 5


def _server_certificate(folder: Path) -> tuple[Path, Path]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the proxy of the tests")])
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.DNSName(CARD_HOST)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "proxy.pem", folder / "proxy.key"
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files
