"""The documented configuration in a real nginx: programs prove themselves in the handshake (RFC 8705)."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
import urllib3
from cryptography import x509
from flask import Flask
from werkzeug.serving import make_server

from core.infra.settings import Settings
from development.ports import LOOPBACK, free_port
from idp.oidc import codes
from idp.oidc.registered_client import RegisteredClient
from idp.wiring import Services
from tests.support.card_host import CARD_HOST
from tests.support.grants import (
    REDIRECT_URI,
    VERIFIER,
    a_client,
    a_grant,
    a_person,
    claims_of,
    nothing_stored,
    public_jwks,
)
from tests.support.ground import START
from tests.support.nginx import adapted, nginx
from tests.support.program_certificates import (
    MTLS_HOST,
    PROXY_SECRET,
    SERVER_AUTH,
    Holder,
    an_authority,
    issue,
    with_mtls_host,
)
from tests.support.sign_in import HOST

DOCUMENTED, PROGRAMS = Path("docs/nginx/immo-connect.conf"), Path("docs/nginx/immo-connect-programs.conf")
Headers = Mapping[str, str]
NO_HEADERS: Headers = {}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# The proxy goes by the machine's clock, the provider by the tests'.
YEARS = timedelta(days=3650)
ROOT = an_authority(START, begins=-YEARS, ends=YEARS)
BETWEEN = an_authority(START, ROOT, name="Between", begins=-YEARS, ends=YEARS)
OWN, FOREIGN = (issue(START, BETWEEN, subject=f"CN={name}", begins=-YEARS, ends=YEARS) for name in ("tool", "other"))
SELF_SIGNED = issue(START, begins=-YEARS, ends=YEARS)


@dataclass(frozen=True)
class Program:
    """A program that trusts the proxy's certificate and knows its names; it may have a certificate of its own."""

    port: int
    folder: Path
    holder: Holder | None = None
    version: ssl.TLSVersion | None = None
    ciphers: str | None = None
    # The name in the handshake, where it is not that of the request.
    connects_to: str | None = None

    def call(
        self, host: str, path: str, form: Mapping[str, str] | None = None, headers: Headers = NO_HEADERS
    ) -> tuple[int, Any]:
        """Call an endpoint, and return the status and what its JSON says."""
        name = self.connects_to or host
        names = partial(urllib3.HTTPSConnectionPool, server_hostname=name, assert_hostname=name)
        with closing(names(LOOPBACK, self.port, retries=False, ssl_context=self._tls())) as pool:
            sent = {"Host": host, **(FORM if form is not None else {}), **headers}
            method, body = ("GET", None) if form is None else ("POST", urlencode(form))
            response = pool.request(method, path, body=body, headers=sent, redirect=False)
        is_json = response.headers.get("Content-Type") == "application/json"
        return response.status, orjson.loads(response.data) if is_json else None

    def token(self, client: RegisteredClient, host: str = MTLS_HOST, headers: Headers = NO_HEADERS) -> tuple[int, Any]:
        """Ask for a token of the program's own."""
        form = {"grant_type": "client_credentials", "client_id": client.client_id}
        return self.call(host, "/token", form, headers)

    def _tls(self) -> ssl.SSLContext:
        tls = ssl.create_default_context(cafile=self.folder / "root.pem")
        if self.version is not None:
            tls.minimum_version = tls.maximum_version = self.version
        if self.ciphers is not None:
            tls.set_ciphers(self.ciphers)
        if self.holder is not None:
            certificate, key = self.folder / "own.pem", self.folder / "own.key"
            certificate.write_bytes(self.holder.pem)
            key.write_bytes(self.holder.key_pem)
            tls.load_cert_chain(certificate, key)
        return tls


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, int]]:
    """Yield a program without a certificate before nginx, and the port where nginx looks for the provider."""
    folder = tmp_path_factory.mktemp("mutual-tls")
    port, provider_port, now = free_port(), free_port(), datetime.now(UTC)
    root = an_authority(now, name="Authority of the proxy")
    names = [x509.DNSName(name) for name in (HOST, CARD_HOST, MTLS_HOST)]
    server = issue(now, root, subject="CN=the proxy of the tests", alternatives=names, purposes=(SERVER_AUTH,))
    for name, written in (("root.pem", root.pem), ("server.pem", server.pem), ("server.key", server.key_pem)):
        (folder / name).write_bytes(written)
    paths = "/etc/nginx/immo-connect/"
    own = {"listen 443": f"listen {LOOPBACK}:{port}"}
    main = {
        "127.0.0.1:8000": f"{LOOPBACK}:{provider_port}",
        "login.immo-connect.example": HOST,
        "card.immo-connect.example": CARD_HOST,
        **{f"{paths}{name}.pem": str(folder / "server.pem") for name in ("login", "card")},
        **{f"{paths}{name}.key": str(folder / "server.key") for name in ("login", "card")},
        f"{paths}belgian-roots.pem": str(folder / "root.pem"),
    }
    programs = {
        "mtls.immo-connect.example": MTLS_HOST,
        f"{paths}mtls.pem": str(folder / "server.pem"),
        f"{paths}mtls.key": str(folder / "server.key"),
        "the-secret-of-IMMO_MTLS_PROXY_SECRET": PROXY_SECRET,
    }
    content = adapted(DOCUMENTED, {**own, **main}) + adapted(PROGRAMS, {**own, **programs})
    with nginx(folder / "nginx", content, port):
        yield Program(port, folder), provider_port


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_mtls_host(settings, ROOT, BETWEEN)


@pytest.fixture
def program(proxy: tuple[Program, int], idp_app: Flask) -> Iterator[Program]:
    """Yield a program before nginx before this test's provider."""
    found, port = proxy
    provider = make_server(LOOPBACK, port, idp_app, threaded=True)
    serving = threading.Thread(target=provider.serve_forever, args=(0.02,))
    serving.start()
    try:
        yield found
    finally:
        provider.shutdown()
        serving.join()
        provider.server_close()


def by_authority(services: Services, **members: Any) -> RegisteredClient:
    return a_client(
        services, secret=None, token_endpoint_auth_method="tls_client_auth",
        tls_client_auth_subject=("tls_client_auth_subject_dn", "CN=tool"),
        tls_client_certificate_bound_access_tokens=True, **members,
    )  # fmt: skip


def self_signed(services: Services) -> RegisteredClient:
    return a_client(
        services, secret=None, token_endpoint_auth_method="self_signed_tls_client_auth",
        jwks=public_jwks(SELF_SIGNED.jwk), tls_client_certificate_bound_access_tokens=True,
    )  # fmt: skip


def test_a_certificate_proves_its_client_and_binds_its_tokens(program: Program, services: Services) -> None:
    """Both methods, in both versions of TLS, by a certificate of each kind."""
    for client, holder in ((by_authority(services), OWN), (self_signed(services), SELF_SIGNED)):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            status, tokens = replace(program, holder=holder, version=version).token(client)
            assert (status, tokens["token_type"]) == (200, "Bearer")
            claims = claims_of(services, tokens["access_token"], typ="at+jwt")
            assert claims["cnf"] == {"x5t#S256": holder.x5t_s256}
        with nothing_stored(services):
            for other in (None, FOREIGN):
                status, said = replace(program, holder=other).token(client)
                assert (status, said["error"]) == (401, "invalid_client")


def test_a_bound_token_is_worth_nothing_without_its_certificate(program: Program, services: Services) -> None:
    """`ensure-holder-of-key-required`: from the code to userinfo, over TLS."""
    client = by_authority(services)
    code = codes.issue(services.store, a_grant(services, client, a_person(services)))
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER,
        "client_id": client.client_id,
    }  # fmt: skip
    holder = replace(program, holder=OWN)
    bearer = {"Authorization": f"Bearer {holder.call(MTLS_HOST, '/token', form)[1]['access_token']}"}

    assert holder.call(MTLS_HOST, "/userinfo", headers=bearer)[0] == 200
    for thief in (program, replace(program, holder=FOREIGN), replace(program, holder=SELF_SIGNED)):
        assert thief.call(MTLS_HOST, "/userinfo", headers=bearer)[0] == 401
        assert thief.call(HOST, "/userinfo", headers=bearer | OWN.headers | {"Host": HOST})[0] == 401
    assert holder.call(HOST, "/userinfo", headers=bearer)[0] == 401


def test_a_certificate_that_a_program_claims_in_a_header_counts_nothing(program: Program, services: Services) -> None:
    """With another certificate or none, with the secret even, at either host, however the header is spelled."""
    client = by_authority(services)
    claimed = {name: value for name, value in OWN.headers.items() if name != "Host"}
    spelled = {**claimed, **{name.replace("-", "_"): value for name, value in claimed.items()}}

    with nothing_stored(services):
        for caller in (program, replace(program, holder=FOREIGN)):
            for host in (MTLS_HOST, HOST):
                assert caller.token(client, host, spelled)[0] == 401


def test_the_name_of_the_handshake_is_that_of_the_request(program: Program, services: Services) -> None:
    """Nobody reaches the host for certificates through a connection that asked for none, nor takes one elsewhere."""
    client = by_authority(services)

    assert replace(program, connects_to=HOST).token(client)[0] == 421
    assert replace(program, holder=OWN, connects_to=MTLS_HOST).token(client, HOST)[0] == 401


def test_an_expired_certificate_is_refused_in_json(program: Program, services: Services) -> None:
    client = by_authority(services)
    over = issue(START, BETWEEN, subject="CN=tool", begins=-YEARS, ends=-YEARS / 2)

    status, said = replace(program, holder=over).token(client)

    assert (status, said["error"]) == (401, "invalid_client")


def test_tls_leaves_what_fapi_leaves(program: Program, services: Services) -> None:
    """FAPI 2.0 Security Profile section 5.2.2: of TLS 1.2 the suites with ECDHE and AES-GCM alone, and 1.3."""
    client = by_authority(services)
    good = replace(program, holder=OWN, version=ssl.TLSVersion.TLSv1_2, ciphers="ECDHE+AESGCM")

    assert good.token(client)[0] == 200
    for ciphers in ("ECDHE+AES+SHA256:!AESGCM", "ECDHE+AES+SHA1", "ECDHE+CHACHA20"):
        with pytest.raises(urllib3.exceptions.SSLError, match="ALERT_HANDSHAKE_FAILURE"):
            replace(good, ciphers=f"{ciphers}:@SECLEVEL=0").token(client)
    old = replace(good, version=ssl.TLSVersion.TLSv1_1, ciphers="ALL:@SECLEVEL=0")
    with (
        pytest.warns(DeprecationWarning, match="TLSv1_1"),
        pytest.raises(urllib3.exceptions.SSLError, match="ALERT_PROTOCOL_VERSION"),
    ):
        old.token(client)


def test_endpoints_that_discovery_names_answer_there_and_no_others(program: Program, services: Services) -> None:
    aliases = program.call(HOST, "/.well-known/openid-configuration")[1]["mtls_endpoint_aliases"]
    for url in aliases.values():
        status, said = program.call(MTLS_HOST, url.removeprefix(f"https://{MTLS_HOST}"), {"client_id": "nobody"})
        assert status in {400, 401} and said["error"], url
    for path in ("/", "/authorize", "/account", "/jwks", "/register", "/token/", "/userinfo/x", "/eid/mtls"):
        assert program.call(MTLS_HOST, path)[0] == 404
