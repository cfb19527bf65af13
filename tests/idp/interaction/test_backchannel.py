"""Clients hear that a session ended: OpenID Connect Back-Channel Logout 1.0 (oidc.md 2.10)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp
from core.infra.outbox import OutboxRow, Undeliverable
from core.infra.settings import Mode
from core.infra.topics import LogoutNotice
from core.proof import logout_token
from idp.oidc import backchannel, codes
from idp.wiring import Services
from tests.core.infra.servers import Server, answering, serving, silent
from tests.support.sign_in import Browser
from tests.support.tools import SIGNED_OUT, Office, a_client


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


def fields(request: str) -> dict[str, list[str]]:
    """Return what was posted."""
    return parse_qs(request.partition("\r\n\r\n")[2])


def notice(office: Office, client_id: str = "plain") -> LogoutNotice:
    return LogoutNotice(client_id, office.anna, "ses_1")


def test_oidcc_backchannel_rp_initiated_logout(reaching: Services, tool_server: Server) -> None:
    """The client is told before the browser comes back to it, with the sid of its ID token."""
    from idp.app import create_app
    from tests.support.product import HttpsClient
    from tests.support.tools import an_office

    app = create_app(reaching.settings, services=reaching)
    app.config["TEST_BASE_URL"] = reaching.settings.issuer
    app.test_client_class = HttpsClient
    office = an_office(reaching)
    a_client(reaching, "plain", backchannel_logout_uri=f"{tool_server.url}/logout")
    browser = Browser(app.test_client()).authorize("plain").sign_in().press("#allow")
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


def test_client_that_does_not_answer_delays_nobody_for_long(
    services: Services, idp: Callable[[], FlaskClient], office: Office
) -> None:
    a_client(services, "plain", backchannel_logout_uri="https://192.0.2.1/logout")
    browser = Browser(idp()).authorize("plain").sign_in().press("#allow")

    browser.get("/end_session").press("#sign-out")

    assert browser.page.has("#signed-out")
    with services.database.reading() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.topic == "logout-notice")).one()
        assert row.attempts == 1


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
