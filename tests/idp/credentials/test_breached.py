"""Leaked passwords are recognised, nobody learns which it was, and a slow service keeps nobody out (A3)."""

import logging
import re
import time
from collections.abc import Iterator

import pytest

from core.infra.http import MAX_TEXT_BYTES, OutboundHttp
from core.infra.settings import Mode, OutboundSettings
from idp.credentials.breached import TIMEOUT_SECONDS, BreachedPasswords
from tests.support.range_server import RangeServer

LEAKED = "trein-boom-42-zee"
UNKNOWN = "fiets-maan-17-dak"


@pytest.fixture
def server() -> Iterator[RangeServer]:
    """Yield a service that knows one leaked password."""
    with RangeServer(LEAKED) as server:
        yield server


@pytest.fixture
def breached(server: RangeServer) -> BreachedPasswords:
    """Return the asker of that service."""
    outbound = OutboundSettings(frozenset({("127.0.0.1", server.port)}), insecure=False)
    return BreachedPasswords(OutboundHttp(outbound, Mode.TEST), server.url)


def reasons(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return why the service was not asked in vain, as the log says."""
    return [
        record.immo_fields["reason"]  # type: ignore[attr-defined]
        for record in caplog.records
        if record.message == "breached_passwords_not_asked"
    ]


def test_a_leaked_password_is_recognised_and_another_is_not(breached: BreachedPasswords) -> None:
    assert breached.holds(LEAKED)
    assert not breached.holds(UNKNOWN)


def test_five_characters_of_a_digest_are_all_that_leaves_the_house(
    breached: BreachedPasswords, server: RangeServer
) -> None:
    breached.holds(LEAKED)

    assert len(server.asked) == 1
    assert re.fullmatch(r"/range/[0-9A-F]{5}", server.asked[0])
    assert server.padding_wanted == ["true"]


def test_a_line_that_only_pads_the_answer_means_nothing(breached: BreachedPasswords, server: RangeServer) -> None:
    server.pads_with(UNKNOWN)

    assert not breached.holds(UNKNOWN)


def test_whoever_does_not_answer_in_time_keeps_nobody_out(
    breached: BreachedPasswords, server: RangeServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.go.clear()
    started = time.monotonic()

    with caplog.at_level(logging.WARNING):
        assert not breached.holds(LEAKED)

    assert time.monotonic() - started < TIMEOUT_SECONDS + 5
    assert reasons(caplog) == ["timeout"]


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (503, b"", "status"),
        (302, b"", "redirect"),
        (200, b"\xff\xfe", "not-text"),
        (200, b"x" * (MAX_TEXT_BYTES + 1), "too-large"),
    ],
)
def test_an_answer_of_no_use_is_said_in_the_log_and_the_password_accepted(
    breached: BreachedPasswords,
    server: RangeServer,
    caplog: pytest.LogCaptureFixture,
    status: int,
    body: bytes,
    reason: str,
) -> None:
    server.status, server.body = status, body

    with caplog.at_level(logging.WARNING):
        assert not breached.holds(LEAKED)

    assert reasons(caplog) == [reason]


def test_a_service_that_is_not_there_keeps_nobody_out(caplog: pytest.LogCaptureFixture) -> None:
    outbound = OutboundSettings(frozenset({("127.0.0.1", 1)}), insecure=False)

    with caplog.at_level(logging.WARNING):
        assert not BreachedPasswords(OutboundHttp(outbound, Mode.TEST), "http://127.0.0.1:1/range").holds(LEAKED)

    assert reasons(caplog) == ["ConnectionRefusedError"]


def test_without_a_service_nothing_is_asked(server: RangeServer, caplog: pytest.LogCaptureFixture) -> None:
    outbound = OutboundSettings(frozenset(), insecure=False)
    nobody = BreachedPasswords(OutboundHttp(outbound, Mode.TEST), None)

    with caplog.at_level(logging.WARNING):
        assert not nobody.holds(LEAKED)

    assert (nobody.is_asked, reasons(caplog), server.asked) == (False, [], [])


def test_half_a_character_is_no_reason_to_stumble(breached: BreachedPasswords) -> None:
    assert not breached.holds("trein \ud800 boom")
