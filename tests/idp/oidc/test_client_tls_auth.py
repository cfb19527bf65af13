"""Clients that prove themselves by certificate (RFC 8705 section 2), over HTTP and as the proxy passes them on.

That a real proxy does so is shown in `test_mutual_tls_behind_nginx.py`.
"""

import ssl
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from flask.testing import FlaskClient
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, TestResponse

from core.infra.settings import Settings
from core.web.programs import ProgramRequest
from idp.oidc import client_certificate, client_tls_auth
from idp.oidc.errors import InvalidClient, InvalidRequest
from idp.oidc.registered_client import ClientPolicy, RegisteredClient
from idp.wiring import Services
from tests.support.eid_pki import rsa_key
from tests.support.grants import SECRET, a_client, a_key, assert_refused, basic, nothing_stored, public_jwks
from tests.support.ground import START
from tests.support.program_certificates import (
    CLIENT_AUTH,
    DAY,
    SERVER_AUTH,
    Holder,
    an_authority,
    behind_proxy,
    issue,
    with_mtls_host,
)

ROOT = an_authority(START, ends=100 * DAY)
BETWEEN = an_authority(START, ROOT, name="Between")
_WITH_NAMES = issue(
    START, BETWEEN, alternatives=(x509.DNSName("tool.example"), x509.IPAddress(ip_address("2001:db8::1")))
)
DN = ("tls_client_auth_subject_dn", "CN=tool,O=Immo Tools,C=BE")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_mtls_host(settings, ROOT, BETWEEN)


def by_authority(services: Services, subject: tuple[str, str] = DN, **members: Any) -> RegisteredClient:
    return a_client(
        services, secret=None, token_endpoint_auth_method="tls_client_auth", tls_client_auth_subject=subject, **members
    )


def self_signed(services: Services, holder: Holder) -> RegisteredClient:
    method = "self_signed_tls_client_auth"
    return a_client(services, secret=None, token_endpoint_auth_method=method, jwks=public_jwks(holder.jwk))


def ask(endpoints: FlaskClient, client: RegisteredClient, headers: dict[str, str]) -> TestResponse:
    form = {"grant_type": "client_credentials", "client_id": client.client_id}
    return endpoints.post("/token", data=form, headers=headers)


@pytest.mark.parametrize(
    ("subject", "alternatives"),
    [
        (DN, ()),
        (("tls_client_auth_san_dns", "Tool.Example"), (x509.DNSName("other.example"), x509.DNSName("tool.example"))),
        (("tls_client_auth_san_uri", "urn:tool:1"), (x509.UniformResourceIdentifier("urn:tool:1"),)),
        (("tls_client_auth_san_ip", "2001:db8:0::1"), (x509.IPAddress(ip_address("2001:db8::1")),)),
        (("tls_client_auth_san_email", "tool@example.be"), (x509.RFC822Name("tool@example.be"),)),
    ],
)
def test_a_certificate_of_the_registered_name_proves_the_client(
    services: Services, endpoints: FlaskClient, subject: tuple[str, str], alternatives: tuple[x509.GeneralName, ...]
) -> None:
    """Section 2.1.2, each of the five; the path goes through an authority that no client sends."""
    client = by_authority(services, subject)
    holder = issue(START, BETWEEN, alternatives=alternatives)
    namesake = issue(START, BETWEEN, subject="CN=tool2,O=Immo Tools,C=BE", alternatives=(x509.DNSName("*.example"),))

    assert ask(endpoints, client, holder.headers).status_code == 200
    with nothing_stored(services):
        assert_refused(ask(endpoints, client, namesake.headers), "invalid_client", 401)


BAD = {
    "of another authority": issue(START, an_authority(START)),
    "self-signed": issue(START),
    "of somebody who is no authority": issue(START, issue(START, BETWEEN)),
    "of an authority that may not issue": issue(START, an_authority(START, ROOT, name="Between", issues=False)),
    "expired": issue(START, BETWEEN, begins=-3 * DAY, ends=-timedelta(seconds=1)),
    "not valid yet": issue(START, BETWEEN, begins=timedelta(seconds=1)),
    "for servers": issue(START, BETWEEN, purposes=(SERVER_AUTH,)),
    "same words in another order": issue(START, BETWEEN, subject="C=BE,O=Immo Tools,CN=tool"),
    "more words": issue(START, BETWEEN, subject="CN=tool,O=Immo Tools,OU=x,C=BE"),
}


@pytest.mark.parametrize("name", BAD)
def test_any_other_certificate_proves_nothing(services: Services, endpoints: FlaskClient, name: str) -> None:
    client = by_authority(services)
    good = issue(START, BETWEEN, purposes=(SERVER_AUTH, CLIENT_AUTH))

    with nothing_stored(services):
        assert_refused(ask(endpoints, client, BAD[name].headers), "invalid_client", 401)
    assert ask(endpoints, client, good.headers).status_code == 200


def test_an_authority_itself_is_no_client(services: Services, endpoints: FlaskClient) -> None:
    client = by_authority(services, ("tls_client_auth_subject_dn", "CN=Between"))

    assert_refused(ask(endpoints, client, BETWEEN.headers), "invalid_client", 401)


@pytest.mark.parametrize("kind", ["EC", "RSA"])
def test_a_registered_key_proves_the_client_without_any_authority(
    services: Services, endpoints: FlaskClient, kind: str
) -> None:
    """Section 2.2: the certificate may be renewed, the key is what the client registered."""
    key = rsa_key() if kind == "RSA" else ec.generate_private_key(ec.SECP256R1())
    holder = issue(START, key=key)
    client = self_signed(services, holder)
    renewed, other = issue(START, key=key, subject="CN=new"), issue(START)
    over = issue(START, key=key, begins=-3 * DAY, ends=-timedelta(seconds=1))

    assert ask(endpoints, client, holder.headers).status_code == 200
    assert ask(endpoints, client, renewed.headers).status_code == 200
    for bad in (other, over, issue(START, BETWEEN)):
        with nothing_stored(services):
            assert_refused(ask(endpoints, client, bad.headers), "invalid_client", 401)


def test_a_certificate_counts_only_from_the_proxy_and_at_its_host(services: Services, endpoints: FlaskClient) -> None:
    """The header alone, at the main host, with a wrong secret, or without a certificate: nobody is proven."""
    holder = issue(START)
    client, by_name = self_signed(services, holder), by_authority(services)
    for headers in (
        {},
        behind_proxy(None),
        behind_proxy(holder, secret="x" * 32),
        behind_proxy(holder, secret=""),
        behind_proxy(holder, host="login.immo.test"),
        {"Immo-Client-Certificate": holder.headers["Immo-Client-Certificate"]},
    ):
        with nothing_stored(services):
            assert_refused(ask(endpoints, client, headers), "invalid_client", 401)
            assert_refused(ask(endpoints, by_name, headers), "invalid_client", 401)


@pytest.mark.parametrize("sent", ["x", quote("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), "%00%ff"])
def test_a_certificate_that_cannot_be_read_is_told_so(services: Services, endpoints: FlaskClient, sent: str) -> None:
    client = self_signed(services, issue(START))

    for value in (sent, sent * 20_000):
        response = ask(endpoints, client, {**behind_proxy(None), "Immo-Client-Certificate": value})
        assert_refused(response, "invalid_request")


def test_each_method_is_one_s_own(services: Services, endpoints: FlaskClient) -> None:
    """Whoever registered a certificate is not served by a secret, nor the reverse; and it is no second method."""
    holder = issue(START)
    by_certificate, by_secret = self_signed(services, holder), a_client(services, jwks=public_jwks(holder.jwk, a_key()))
    public = a_client(services, secret=None, token_endpoint_auth_method="none")

    with nothing_stored(services):
        for headers in ({**holder.headers, **basic(by_certificate)}, basic(by_certificate)):
            assert_refused(ask(endpoints, by_certificate, headers), "invalid_client", 401)
        assert_refused(ask(endpoints, by_secret, holder.headers), "invalid_client", 401)
        assert_refused(ask(endpoints, public, holder.headers), "unauthorized_client")
    assert ask(endpoints, by_secret, {**holder.headers, **basic(by_secret, SECRET)}).status_code == 200


@settings_of_hypothesis(
    max_examples=300,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=3),
    subject=st.sampled_from(
        [DN, ("tls_client_auth_san_dns", "tool.example"), ("tls_client_auth_san_ip", "2001:db8::1")]
    ),
)
def test_a_certificate_with_broken_bytes_proves_nothing_and_breaks_nothing(
    services: Services, changes: list[tuple[int, int]], subject: tuple[str, str]
) -> None:
    """TLS would not have let it pass; what reads it here must not rely on that."""
    good = _WITH_NAMES.certificate.public_bytes(Encoding.DER)
    broken = bytearray(good)
    for place, value in changes:
        broken[place % len(good)] = value
    assume(bytes(broken) != good)
    pem = ssl.DER_cert_to_PEM_cert(bytes(broken))
    client = RegisteredClient(
        client_id="cli_1",
        name="Tool",
        tool_id=None,
        enabled=True,
        secret_digest=None,
        redirect_uris=(),
        token_endpoint_auth_method="tls_client_auth",
        policy=ClientPolicy(),
        tls_client_auth_subject=subject,
    )
    sent = {**behind_proxy(None), "Immo-Client-Certificate": quote(pem)}
    request = ProgramRequest(EnvironBuilder(headers=list(sent.items())).get_environ())

    with pytest.raises((InvalidClient, InvalidRequest)):
        client_tls_auth.verify(
            client_certificate.presented(request, services.settings), client,
            authorities=[ROOT.certificate, BETWEEN.certificate], http=services.http, now=START,
        )  # fmt: skip
