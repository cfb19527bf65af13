"""Bytes from named hosts, over http too: what certificates make us ask for."""

import time

import pytest

from core.infra.errors import Unavailable
from core.infra.http import OutboundRefused
from tests.core.infra import servers
from tests.core.infra.clients import Names, production, reaching
from tests.core.infra.servers import answering, serving

HOSTS = frozenset({"127.0.0.1"})
AUTHORITY = frozenset({"crl.authority.example"})
# Public, and nobody has been there since RFC 7526 gave it up.
NOBODY = "192.88.99.1"


def test_bytes_are_fetched_as_they_are() -> None:
    with serving(answering(b"\x30\x82\xff\x00")) as server:
        found = reaching(server).get_bytes(f"{server.url}/ca.crt", hosts=HOSTS, max_bytes=4)

    assert found == b"\x30\x82\xff\x00"
    assert server.requests[0].startswith("GET /ca.crt HTTP/1.1")


def test_bytes_are_posted_with_their_type_and_the_answer_returned() -> None:
    with serving(answering(b"\x30\x03")) as server:
        found = reaching(server).post_bytes(
            f"{server.url}/ocsp", b"0123", content_type="application/ocsp-request", hosts=HOSTS, max_bytes=100
        )

    head, _, body = server.requests[0].partition("\r\n\r\n")
    assert found == b"\x30\x03"
    assert head.startswith("POST /ocsp HTTP/1.1")
    assert "Content-Type: application/ocsp-request" in head
    assert body == "0123"


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content"])
def test_a_status_other_than_200_is_no_answer(status: str) -> None:
    with serving(answering(b"", status=status)) as server, pytest.raises(Unavailable):
        reaching(server).get_bytes(server.url, hosts=HOSTS, max_bytes=100)


def test_more_than_was_allowed_is_refused() -> None:
    with serving(answering(b"x" * 101)) as server, pytest.raises(OutboundRefused) as refused:
        reaching(server).get_bytes(server.url, hosts=HOSTS, max_bytes=100)

    assert refused.value.details["reason"] == "too-large"


def test_a_slow_answer_is_left() -> None:
    began = time.monotonic()

    with serving(servers.dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x")) as server, pytest.raises(Unavailable) as refused:
        reaching(server).get_bytes(server.url, hosts=HOSTS, max_bytes=1000, timeout_seconds=0.3)

    assert refused.value.details["reason"] == "timeout"
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("host", ["evil.example", "crl.authority.example.evil.example", "authority.example"])
def test_hosts_that_were_not_named_are_not_even_looked_up(host: str) -> None:
    names = Names([NOBODY])

    with pytest.raises(OutboundRefused) as refused:
        production(resolver=names).get_bytes(f"http://{host}/ca.crl", hosts=AUTHORITY, max_bytes=100)

    assert refused.value.details == {"reason": "host-not-named"}
    assert names.asked == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_named_hosts_are_reached_on_the_usual_port(scheme: str) -> None:
    url = f"{scheme}://crl.authority.example/a.crl"

    with pytest.raises(Unavailable):
        production(resolver=Names([NOBODY])).get_bytes(url, hosts=AUTHORITY, max_bytes=100, timeout_seconds=0.2)


@pytest.mark.parametrize("place", ["http://crl.authority.example:8080", "https://crl.authority.example:22"])
def test_no_other_port_of_a_named_host_is_knocked_at(place: str) -> None:
    with pytest.raises(OutboundRefused) as refused:
        production(resolver=Names([NOBODY])).get_bytes(
            f"{place}/a.crl", hosts=AUTHORITY, max_bytes=100, timeout_seconds=0.2
        )

    assert refused.value.details == {"reason": "port-not-named", "host": "crl.authority.example"}


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"])
def test_a_named_host_that_leads_inside_is_refused(address: str) -> None:
    client = production(resolver=Names([address]))

    with pytest.raises(OutboundRefused) as refused:
        client.post_bytes(
            "http://crl.authority.example/", b"", content_type="text/plain", hosts=AUTHORITY, max_bytes=100
        )

    assert refused.value.details["reason"] == "address-not-public"


def test_that_a_host_was_named_opens_nothing_for_other_fetches() -> None:
    client = production(resolver=Names([NOBODY]))
    with pytest.raises(Unavailable):
        client.get_bytes("http://crl.authority.example/", hosts=AUTHORITY, max_bytes=100, timeout_seconds=0.2)

    with pytest.raises(OutboundRefused) as refused:
        client.get_json("http://crl.authority.example/")

    assert refused.value.details["reason"] == "https-needed"
