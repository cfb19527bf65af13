"""Clients hear that a session ended: OpenID Connect Back-Channel Logout 1.0 (oidc.md 2.10)."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.infra import outbox
from core.infra.clock import FixedClock
from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp
from core.infra.outbox import OutboxRow, Undeliverable
from core.infra.settings import Mode
from core.infra.store.interface import Kind
from core.infra.topics import LogoutNotice
from core.proof import logout_token
from development.ports import free_port
from idp import jobs
from idp.app import create_app
from idp.oidc import backchannel, codes, participants, telling_at_once
from idp.wiring import Services
from tests.core.infra.servers import Server, answering, saying, serving, silent
from tests.support.product import HttpsClient
from tests.support.sign_in import Browser
from tests.support.tools import SIGNED_OUT, Office, a_client, an_office


@pytest.fixture
def tool_server() -> Iterator[Server]:
    """Yield a tool that accepts whatever it is posted."""
    with serving(answering(b"")) as server:
        yield server


@pytest.fixture
def reaching(services: Services, tool_server: Server) -> Services:
    """Return the services, able to reach that tool."""
    http = OutboundHttp(services.settings.outbound, Mode.TEST, [tool_server.port])
    return replace(services, http=http)


def provider_of(services: Services) -> FlaskClient:
    """Return a caller of a provider that stands on these services."""
    app = create_app(services.settings, services=services)
    app.config["TEST_BASE_URL"] = services.settings.issuer
    app.test_client_class = HttpsClient
    return app.test_client()


def fields(request: str) -> dict[str, list[str]]:
    """Return what was posted."""
    return parse_qs(request.partition("\r\n\r\n")[2])


def notice(office: Office, client_id: str = "plain") -> LogoutNotice:
    return LogoutNotice(client_id, office.anna, "ses_1")


def test_oidcc_backchannel_rp_initiated_logout(reaching: Services, tool_server: Server) -> None:
    """The client is told before the browser comes back to it, with the sid of its ID token."""
    office = an_office(reaching)
    a_client(reaching, "plain", backchannel_logout_uri=f"{tool_server.url}/logout")
    browser = Browser(provider_of(reaching)).authorize("plain").sign_in().press("#allow")
    sid = codes.redeem(reaching.store, browser.answer["code"], "plain").subject.sid

    browser.get("/end_session", query_string={"client_id": "plain", "post_logout_redirect_uri": SIGNED_OUT})
    assert tool_server.requests == []
    browser.press("#sign-out")

    assert browser.location == SIGNED_OUT
    (request,) = tool_server.requests
    assert request.startswith("POST /logout HTTP/1.1\r\n")
    assert "application/x-www-form-urlencoded" in request
    assert set(fields(request)) == {"logout_token"}
    verified = logout_token.verify(
        fields(request)["logout_token"][0],
        keys=reaching.keyring.verification_keys(),
        issuer=reaching.settings.issuer,
        client_id="plain",
        store=reaching.store,
        now=reaching.clock.now(),
    )
    assert (verified.subject, verified.sid) == (office.anna, sid)
    with reaching.database.reading() as session:
        assert session.scalars(select(OutboxRow).where(OutboxRow.topic == "logout-notice")).all() == []


@pytest.fixture
def neighbours() -> Iterator[dict[str, str]]:
    """Yield the addresses of a tool that hangs and of one that nobody answers for."""
    with serving(silent) as hanging:
        yield {"hanging": hanging.url, "gone": f"http://127.0.0.1:{free_port()}"}


def waiting(services: Services) -> dict[str, int]:
    """Return how often each client was tried that still has to be told."""
    with services.database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == "logout-notice"))
        return {str(row.body["client_id"]): row.attempts for row in rows}


def test_clients_that_are_down_delay_neither_the_user_nor_the_others(
    services: Services, tool_server: Server, neighbours: dict[str, str]
) -> None:
    """One that hangs and one that refuses: the redirect comes within a second, and the good one knew before."""
    addresses = {"hanging": neighbours["hanging"], "gone": neighbours["gone"], "plain": tool_server.url}
    ports = [int(url.rpartition(":")[2]) for url in addresses.values()]
    reaching = replace(services, http=OutboundHttp(services.settings.outbound, Mode.TEST, ports))
    browser = Browser(provider_of(reaching))
    an_office(reaching)
    for name, url in addresses.items():
        a_client(reaching, name, backchannel_logout_uri=f"{url}/logout")

    def sign_in_everywhere() -> None:
        for name in addresses:
            browser.authorize(name)
            if browser.page.has("#login"):
                browser.sign_in()
            if browser.page.has("#allow"):
                browser.press("#allow")
        browser.get("/end_session", query_string={"client_id": "plain", "post_logout_redirect_uri": SIGNED_OUT})

    def sign_out() -> float:
        started = time.monotonic()
        browser.press("#sign-out")
        assert browser.location == SIGNED_OUT
        return time.monotonic() - started

    sign_in_everywhere()
    assert sign_out() < 1
    assert len(tool_server.requests) == 1
    # Give those who were not waited for the moment they have to say that they failed.
    time.sleep(0.1)
    assert waiting(services) == {"hanging": 1, "gone": 1}

    sign_in_everywhere()
    assert sign_out() < 0.6, "who did not answer lately is not waited for again"
    assert len(tool_server.requests) == 2


def test_worker_brings_what_nobody_waited_for(
    reaching: Services, tool_server: Server, office: Office, clock: FixedClock
) -> None:
    """And whoever answers again is told at once again."""
    a_client(reaching, "plain", backchannel_logout_uri=f"{tool_server.url}/logout")
    reaching.store.put(Kind.CLIENT_DOWN, "plain", b"", backchannel.DOWN_LIFE)
    with reaching.database.transaction() as session:
        participants.join(session, sid="ses_1", client_id="plain", person_id=office.anna, context=None, now=clock.now())
        told = backchannel.end_what_rests_on(session, reaching.store, sid="ses_1", now=clock.now())

    telling_at_once.tell(reaching, told, now=clock.now())
    assert tool_server.requests == []

    clock.advance(timedelta(seconds=2))
    assert outbox.drain(reaching.database, jobs.handlers(reaching), now=clock.now(), only=["logout-notice"]).delivered
    assert len(tool_server.requests) == 1
    assert reaching.store.get(Kind.CLIENT_DOWN, "plain") is None


def test_worker_tries_a_client_that_is_down_once_and_not_for_each_notice(
    services: Services, office: Office, clock: FixedClock
) -> None:
    """Else one tool that hangs keeps everybody's mails waiting."""
    with serving(saying(b"")) as hanging_up, serving(answering(b"", status="400 Bad Request")) as refusing:
        ports = [hanging_up.port, refusing.port]
        reaching = replace(services, http=OutboundHttp(services.settings.outbound, Mode.TEST, ports))
        a_client(reaching, "plain", backchannel_logout_uri=f"{hanging_up.url}/logout")
        a_client(reaching, "other", backchannel_logout_uri=f"{refusing.url}/logout")
        with reaching.database.transaction() as session:
            for client_id in ["plain", "other"] * 3:
                outbox.enqueue(session, notice(office, client_id), now=clock.now())

        report = outbox.drain(reaching.database, jobs.handlers(reaching), now=clock.now(), only=[LogoutNotice.topic])

        assert report.postponed == 6
        assert (len(hanging_up.requests), len(refusing.requests)) == (1, 3)


def test_each_attempt_has_a_token_of_its_own(reaching: Services, tool_server: Server, office: Office) -> None:
    """Receivers accept a token once, and a retry must not look like a replay."""
    a_client(reaching, "plain", backchannel_logout_uri=f"{tool_server.url}/logout")

    for _ in range(2):
        backchannel.tell(reaching, notice(office), now=reaching.clock.now())

    first, second = (fields(request)["logout_token"][0] for request in tool_server.requests)
    assert first != second


@pytest.mark.parametrize("status", ["200 OK", "204 No Content"])
def test_success_is_any_2xx(services: Services, office: Office, status: str) -> None:
    with serving(answering(b"", status=status)) as server:
        a_client(services, "plain", backchannel_logout_uri=f"{server.url}/logout")
        reaching = replace(services, http=OutboundHttp(services.settings.outbound, Mode.TEST, [server.port]))

        backchannel.tell(reaching, notice(office), now=services.clock.now())

        assert len(server.requests) == 1


@pytest.mark.parametrize("status", ["302 Found", "400 Bad Request", "404 Not Found", "500 Oops"])
def test_any_other_answer_is_tried_again(services: Services, office: Office, status: str) -> None:
    with serving(answering(b"", status=status, headers=("Location: https://evil.example/",))) as server:
        a_client(services, "plain", backchannel_logout_uri=f"{server.url}/logout")
        reaching = replace(services, http=OutboundHttp(services.settings.outbound, Mode.TEST, [server.port]))

        with pytest.raises((Unavailable, Undeliverable)):
            backchannel.tell(reaching, notice(office), now=services.clock.now())


def test_silence_ends_in_time(services: Services, office: Office) -> None:
    with serving(silent) as server:
        a_client(services, "plain", backchannel_logout_uri=f"{server.url}/logout")
        reaching = replace(services, http=OutboundHttp(services.settings.outbound, Mode.TEST, [server.port]))

        with pytest.raises(Unavailable):
            backchannel.tell(reaching, notice(office), now=services.clock.now(), timeout_seconds=0.2)


def test_private_address_is_never_tried(services: Services, office: Office) -> None:
    a_client(services, "plain", backchannel_logout_uri="https://127.0.0.1:1/logout")

    with pytest.raises(Undeliverable):
        backchannel.tell(services, notice(office), now=services.clock.now())


@pytest.mark.parametrize("changes", [{"enabled": False}, {"backchannel_logout_uri": None}])
def test_client_that_no_longer_wants_to_hear_is_left_alone(
    reaching: Services, tool_server: Server, office: Office, changes: dict[str, Any]
) -> None:
    a_client(reaching, "plain", **{"backchannel_logout_uri": f"{tool_server.url}/logout", **changes})

    backchannel.tell(reaching, notice(office), now=reaching.clock.now())
    backchannel.tell(reaching, notice(office, "never-there"), now=reaching.clock.now())

    assert tool_server.requests == []
