"""The outbound client against real servers: bounded in time and size, and blind to what is not public."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.infra.errors import Unavailable
from core.infra.http import OutboundRefused
from development.ports import free_port
from tests.core.infra import servers
from tests.core.infra.clients import demo, production, reaching
from tests.core.infra.servers import answering, dripping, saying, serving


def test_a_document_is_fetched_and_parsed() -> None:
    with serving(answering(b'{"keys": [1, "\xc3\xa9"]}')) as server:
        document = reaching(server).get_json(f"{server.url}/jwks?a=b%20c")

    assert document == {"keys": [1, "é"]}
    head = server.requests[0].splitlines()
    assert head[0] == "GET /jwks?a=b%20c HTTP/1.1"
    assert f"Host: 127.0.0.1:{server.port}" in head


def test_a_chunked_document_is_read() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2,\r\n2\r\n3]\r\n0\r\n\r\n"
    with serving(saying(chunked)) as server:
        assert reaching(server).get_json(server.url) == [1, 2, 3]


@pytest.mark.parametrize("length", ["Content-Length: 7\r\n", ""])
def test_a_document_whose_end_is_the_connections_is_read(length: str) -> None:
    closing = f"HTTP/1.1 200 OK\r\nConnection: close\r\n{length}\r\n[1,2,3]".encode()
    with serving(saying(closing)) as server:
        assert reaching(server).get_json(server.url) == [1, 2, 3]


def test_form_fields_are_posted_and_the_status_is_told() -> None:
    with serving(answering(b"ignored", status="400 Bad Request")) as server:
        status = reaching(server).post_form(f"{server.url}/logout", {"logout_token": "a.b.c", "x": "é&="})

    assert status == 400
    head, _, body = server.requests[0].partition("\r\n\r\n")
    assert head.startswith("POST /logout HTTP/1.1")
    assert "Content-Type: application/x-www-form-urlencoded" in head
    assert body == "logout_token=a.b.c&x=%C3%A9%26%3D"


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "206 Partial Content"])
def test_a_status_other_than_200_is_no_document(status: str) -> None:
    with serving(answering(b"" if "204" in status else b"{}", status=status)) as server, pytest.raises(Unavailable):
        reaching(server).get_json(server.url)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b'{"a": NaN}', b"\xff", b"[" * 30_000])
def test_what_is_not_json_is_no_document(body: bytes) -> None:
    with serving(answering(body)) as server, pytest.raises(Unavailable):
        reaching(server).get_json(server.url)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_no_redirect_is_followed(status: str) -> None:
    with serving(answering(b"{}")) as inner:
        redirect = answering(b"{}", status=status, headers=(f"Location: {inner.url}/",))
        with serving(redirect) as server:
            client = demo([server.port, inner.port])
            with pytest.raises(OutboundRefused) as get:
                client.get_json(server.url)
            with pytest.raises(OutboundRefused):
                client.post_form(server.url, {})

    assert get.value.details["reason"] == "redirect"
    assert inner.requests == []


def test_a_document_at_the_limit_is_read_and_one_beyond_is_not() -> None:
    body = json.dumps("x" * 998).encode()
    with serving(answering(body)) as server:
        client = reaching(server)

        assert client.get_json(server.url, max_bytes=1000) == "x" * 998
        with pytest.raises(OutboundRefused) as refused:
            client.get_json(server.url, max_bytes=999)

    assert refused.value.details["reason"] == "too-large"


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
    ],
)
def test_an_endless_document_is_left_at_the_limit(start: bytes) -> None:
    flood = dripping(start, b" " * 65536, every_seconds=0)
    with serving(flood) as server, pytest.raises(OutboundRefused) as refused:
        reaching(server).get_json(server.url)

    assert refused.value.details["reason"] == "too-large"


def test_endless_headers_are_left() -> None:
    flood = dripping(b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"x" * 1000 + b"\r\n", every_seconds=0)
    with serving(flood) as server, pytest.raises(Unavailable):
        reaching(server).get_json(server.url)


def test_a_packed_document_is_not_unpacked() -> None:
    packed = gzip.compress(b"[" + b"0," * 1_000_000 + b"0]")
    behaviour = answering(packed, headers=("Content-Encoding: gzip",))
    with serving(behaviour) as server, pytest.raises(OutboundRefused) as refused:
        reaching(server).get_json(server.url)

    assert refused.value.details["reason"] == "encoded"
    assert "Accept-Encoding: identity" in server.requests[0]


def test_a_document_cut_short_is_no_document() -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1]"
    with serving(saying(cut)) as server, pytest.raises(Unavailable):
        reaching(server).get_json(server.url)


@pytest.mark.parametrize(
    "behaviour",
    [
        servers.silent,
        dripping(b"", b"H"),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["silence", "status line", "headers", "body", "chunks", "interim answers"],
)
def test_the_time_limit_is_for_all_of_it_however_slowly_it_comes(behaviour: servers.Behaviour) -> None:
    started = time.monotonic()

    with serving(behaviour) as server, pytest.raises(Unavailable) as late:
        reaching(server).get_json(server.url, timeout_seconds=0.5)

    assert late.value.details["reason"] == "timeout"
    assert 0.4 <= time.monotonic() - started < 5


def test_a_handshake_that_never_ends_is_left(tmp_path: Path) -> None:
    started = time.monotonic()

    with serving(servers.silent) as server, pytest.raises(Unavailable):
        reaching(server).get_json(f"https://localhost:{server.port}", timeout_seconds=0.5)

    assert time.monotonic() - started < 5


def test_a_name_server_that_never_answers_is_left() -> None:
    never = threading.Event()

    def wait(_host: str, _port: int) -> Sequence[str]:
        never.wait(20)
        return []

    started = time.monotonic()
    with pytest.raises(Unavailable) as late:
        production(resolver=wait).get_json("https://tool.example", timeout_seconds=0.3)
    never.set()

    assert late.value.details["reason"] == "name-look-up-timed-out"
    assert time.monotonic() - started < 5


def test_nobody_listening_and_unknown_names_are_unavailable() -> None:
    port = free_port()

    with pytest.raises(Unavailable):
        demo([port]).get_json(f"http://127.0.0.1:{port}")
    with pytest.raises(Unavailable):
        production().get_json("https://no-such-host.invalid")


@pytest.mark.parametrize("content", [b"SSH-2.0-OpenSSH_9\r\n", b"", b"HTTP/1.1 abc\r\n\r\n", b"\x15\x03\x01\x00\x02"])
def test_what_speaks_no_http_is_unavailable(content: bytes) -> None:
    with serving(saying(content)) as server, pytest.raises(Unavailable):
        reaching(server).get_json(server.url)


def test_connections_do_not_outlive_the_exchange() -> None:
    ended = threading.Event()

    def watch(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        if connection.recv(1) == b"":
            ended.set()

    with serving(watch) as server:
        reaching(server).get_json(server.url)
        assert ended.wait(2)
