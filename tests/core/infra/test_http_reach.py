"""What the outbound client reaches: the public internet over https, and what was opened; nothing else."""

from pathlib import Path

import pytest

from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp, OutboundRefused
from core.infra.settings import Mode
from tests.core.infra import servers
from tests.core.infra.clients import INSECURE, OPEN_NOTHING, Names, demo, production, reaching
from tests.core.infra.servers import answering, serving


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "[::]",
    ],
)
def test_loopback_is_refused_under_every_name_it_has(host: str) -> None:
    with serving(answering(b"{}")) as server:
        client = production()
        for scheme in ("http", "https"):
            with pytest.raises((OutboundRefused, Unavailable)) as refused:
                client.get_json(f"{scheme}://{host}:{server.port}/")
            # Where this machine resolves the name, that it is loopback is why it is refused.
            assert refused.value.details["reason"] in {"address-not-public", "name-not-found"}

    assert server.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "fd00::1",
    ],
)
def test_a_name_that_leads_to_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(OutboundRefused) as refused:
        production(resolver=Names([address])).get_json("https://tool.example/jwks")

    assert refused.value.details == {"reason": "address-not-public", "host": "tool.example"}


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(OutboundRefused):
        production(resolver=Names(["93.184.215.14", "127.0.0.1"])).get_json("https://tool.example/jwks")


def test_a_name_is_asked_once_and_what_was_checked_is_what_is_reached() -> None:
    """A second answer of the name server, made for the connection, is never asked for (DNS rebinding)."""
    with serving(answering(b"{}")) as server:
        names = Names(["127.0.0.1"], ["10.0.0.1"])
        client = production(("127.0.0.1", server.port), resolver=names)

        document = client.get_json(f"http://tool.example:{server.port}/")

    assert document == {}
    assert names.asked == ["tool.example"]
    assert f"Host: tool.example:{server.port}" in server.requests[0]


def test_the_next_address_of_a_name_is_tried_when_the_first_does_not_answer() -> None:
    with serving(answering(b"{}")) as server:
        names = Names(["127.0.0.9", "127.0.0.1"])
        client = production(("tool.example", server.port), resolver=names)

        assert client.get_json(f"http://tool.example:{server.port}/") == {}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://user@tool.example/", "userinfo"),
        ("https://user:password@tool.example/", "userinfo"),
        ("https://tool.example@127.0.0.1/", "userinfo"),
        ("https://@tool.example/", "userinfo"),
        ("ftp://tool.example/", "malformed"),
        ("file:///etc/passwd", "malformed"),
        ("gopher://tool.example/", "malformed"),
        ("//tool.example/", "malformed"),
        ("tool.example", "malformed"),
        ("", "malformed"),
        ("https://", "malformed"),
        ("https:///jwks", "malformed"),
        ("https://tool.example:0/", "malformed"),
        ("https://tool.example:99999/", "malformed"),
        ("https://tool.example:x/", "malformed"),
        ("https://[::1/", "malformed"),
        ("https://[fe80::1%25eth0]/", "malformed"),
        ("https://tool%2eexample/", "malformed"),
        ("https://tool.example\\@127.0.0.1/", "malformed"),
        ("https://tool.example/a b", "malformed"),
        ("https://tool.example/\r\nX-Injected: 1", "malformed"),
        ("https://tool.example/\x00", "malformed"),
        ("https://tööl.example/", "malformed"),
        ("https://tool.example/" + "a" * 2048, "malformed"),
    ],
)
def test_addresses_that_disguise_something_are_refused(url: str, reason: str) -> None:
    names = Names(["127.0.0.1"])

    with pytest.raises(OutboundRefused) as refused:
        production(resolver=names).get_json(url)

    assert refused.value.details["reason"] == reason
    assert names.asked == []


def test_plain_http_is_refused_outside_what_was_opened() -> None:
    with pytest.raises(OutboundRefused) as refused:
        production(resolver=Names(["93.184.215.14"])).get_json("http://tool.example/")

    assert refused.value.details["reason"] == "https-needed"


def test_in_demo_only_the_named_loopback_ports_are_open() -> None:
    with serving(answering(b"{}")) as named, serving(answering(b"{}")) as other:
        client = demo([named.port])

        assert client.get_json(named.url) == {}
        assert client.get_json(f"http://localhost:{named.port}") == {}
        with pytest.raises(OutboundRefused):
            client.get_json(other.url)

    assert other.requests == []


def test_the_operator_opens_single_private_addresses_by_name_or_number() -> None:
    with serving(answering(b"{}")) as server, serving(answering(b"{}")) as other:
        by_name = production(("localhost", server.port))
        by_number = production(("127.0.0.1", server.port), resolver=Names(["127.0.0.1"]))

        assert by_name.get_json(f"http://localhost:{server.port}") == {}
        assert by_number.get_json(f"http://tool.example:{server.port}") == {}
        with pytest.raises(OutboundRefused):
            by_name.get_json(f"http://localhost:{other.port}")
        with pytest.raises(OutboundRefused):
            by_number.get_json(f"http://tool.example:{other.port}")

    assert other.requests == []


def test_production_opens_no_loopback_and_trusts_no_unknown_certificate() -> None:
    with pytest.raises(ValueError, match="production"):
        OutboundHttp(INSECURE, Mode.PRODUCTION)
    with pytest.raises(ValueError, match="production"):
        OutboundHttp(OPEN_NOTHING, Mode.PRODUCTION, [8080])


@pytest.fixture
def certificates(tmp_path: Path) -> servers.Certificates:
    return servers.certificates(tmp_path)


def test_a_certificate_of_a_trusted_authority_for_this_name_is_accepted(
    certificates: servers.Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))

    with serving(answering(b'{"secure": true}'), tls=certificates.server) as server:
        client = production(("localhost", server.port))

        assert client.get_json(f"https://localhost:{server.port}") == {"secure": True}


def test_a_certificate_for_another_name_is_refused(
    certificates: servers.Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))

    with serving(answering(b"{}"), tls=certificates.server) as server:
        client = production(("tool.example", server.port), resolver=Names(["127.0.0.1"]))
        with pytest.raises(Unavailable) as refused:
            client.get_json(f"https://tool.example:{server.port}")

    assert refused.value.details["reason"] == "SSLCertVerificationError"
    assert server.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused(certificates: servers.Certificates) -> None:
    with serving(answering(b"{}"), tls=certificates.server) as server:
        client = production(("localhost", server.port))
        with pytest.raises(Unavailable):
            client.get_json(f"https://localhost:{server.port}")

    assert server.requests == []


def test_an_insecure_client_reaches_loopback_and_any_certificate_but_nothing_private(
    certificates: servers.Certificates,
) -> None:
    client = OutboundHttp(INSECURE, Mode.TEST)
    with serving(answering(b"{}"), tls=certificates.server) as server:
        assert client.get_json(f"https://127.0.0.1:{server.port}") == {}

    private = OutboundHttp(INSECURE, Mode.TEST, resolver=Names(["10.0.0.1"]))
    with pytest.raises(OutboundRefused):
        private.get_json("https://tool.example/")


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answering(b'{"proxy": true}')) as proxy, serving(answering(b'{"proxy": false}')) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)

        assert reaching(server).get_json(server.url) == {"proxy": False}
