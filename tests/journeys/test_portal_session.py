"""The portal signs out when the session ends anywhere, and its session never outlives the provider's.

Both applications as they are, in one process on two ports, with one clock that the test moves.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from core.infra.clock import FixedClock
from core.infra.http import OutboundHttp
from core.infra.settings import Mode
from development.ports import free_port
from idp import app as idp_app
from idp.demo import clients
from idp.oidc import ending, withdrawal
from idp.oidc.clients import announce_change
from idp.session import SESSION_LIFE
from idp.wiring import Services
from portal import app as portal_app
from portal import wiring
from portal.client_key import ClientKey
from portal.provider_keys import ProviderKeys
from tests.support.form_browser import FormBrowser
from tests.support.html_page import Page
from tests.support.small_provider import present
from tests.support.tools import PASSWORD, Office, an_office


@contextmanager
def served(app: Flask, port: int) -> Iterator[None]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class World:
    """The provider and the portal, which can be taken down and started again."""

    provider: Services
    portal: wiring.Services
    office: Office
    clock: FixedClock
    port: int
    _running: ExitStack = field(default_factory=ExitStack)

    @property
    def issuer(self) -> str:
        return self.provider.settings.issuer

    @property
    def url(self) -> str:
        return self.provider.settings.portal_url

    def start_portal(self) -> None:
        services = replace(self.portal, started_at=self.clock.now())
        self._running.enter_context(served(portal_app.create_app(services.settings, services=services), self.port))

    def stop_portal(self) -> None:
        self._running.close()

    def signed_in(self, username: str = "anna.peeters") -> FormBrowser:
        """Return a browser in which somebody signed in at the portal."""
        browser = FormBrowser()
        browser.open(f"{self.url}/sign-in")
        browser.submit("#sign-in", username=username, password=PASSWORD)
        assert is_signed_in(self, browser), browser.page.text
        return browser


def is_signed_in(world: World, browser: FormBrowser) -> bool:
    return browser.open(f"{world.url}/").has("#sign-out")


def sign_out_at_the_provider(world: World, browser: FormBrowser) -> Page:
    browser.open(f"{world.issuer}/end_session")
    return browser.submit("#sign-out")


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock at the machine's present moment, which the portal's client library reads for itself."""
    return FixedClock(present())


@pytest.fixture
def world(services: Services, clock: FixedClock, tmp_path: Path) -> Iterator[World]:
    """Yield both applications, running, with an office whose manager is anna.peeters."""
    here, there = free_port(), free_port()
    settings = replace(services.settings, issuer=f"http://127.0.0.1:{here}", portal_url=f"http://127.0.0.1:{there}")
    # As the provider of the tests, but able to reach the portal.
    http = OutboundHttp(settings.outbound, Mode.TEST, {there})
    provider = replace(services, settings=settings, http=http)
    office = an_office(provider)
    tools = {"cadastrefinder": office.atlas, "myrent-pro": office.rent}
    with provider.database.transaction() as session:
        clients.load(session, settings, tools, now=clock.now())
    announce_change(provider.database, provider.store)
    reaching_the_provider = OutboundHttp(settings.outbound, Mode.TEST, {here})
    portal = wiring.Services(
        settings=settings,
        clock=clock,
        database=provider.database,
        store=provider.store,
        http=reaching_the_provider,
        client_key=ClientKey.ensure(tmp_path / "keys"),
        provider_keys=ProviderKeys(lambda: reaching_the_provider.get_json(f"{settings.issuer}/jwks"), clock),
        started_at=clock.now(),
    )
    world = World(provider, portal, office, clock, there)
    with served(idp_app.create_app(settings, services=provider), here):
        world.start_portal()
        yield world
        world.stop_portal()


def test_signing_out_at_the_provider_signs_out_here_at_once_and_in_no_other_browser(world: World) -> None:
    browser, other = world.signed_in(), world.signed_in()

    assert sign_out_at_the_provider(world, browser).has("#signed-out")

    assert (is_signed_in(world, browser), is_signed_in(world, other)) == (False, True)


def test_ending_a_device_from_elsewhere_signs_out_here(world: World) -> None:
    browser, now = world.signed_in(), world.clock.now()

    with world.provider.database.transaction() as session:
        ended = ending.end_all(session, world.provider.store, person_id=world.office.anna, now=now)
    ending.settle(world.provider, ended, now=now)

    assert not is_signed_in(world, browser)


def test_whoever_signs_in_as_somebody_else_in_this_browser_is_not_the_former_one_here(world: World) -> None:
    browser = world.signed_in()

    sign_out_at_the_provider(world, browser)
    browser.open(f"{world.issuer}/account")
    browser.submit("#sign-in", username="bert.janssens", password=PASSWORD)

    assert not is_signed_in(world, browser)
    browser.open(f"{world.url}/sign-in")
    assert "Bert" in browser.page.one("#name-menu-button").text


def test_what_ended_while_the_portal_was_down_is_over_when_it_is_back(world: World) -> None:
    browser, other = world.signed_in(), world.signed_in()

    world.stop_portal()
    sign_out_at_the_provider(world, browser)
    world.clock.advance(timedelta(seconds=1))
    world.start_portal()

    assert (is_signed_in(world, browser), is_signed_in(world, other)) == (False, True)


def test_a_portal_that_no_notice_reaches_finds_out_within_a_minute(world: World) -> None:
    """A fault between the two, which nobody notices here."""
    browser = world.signed_in()
    world.provider.http._loopback_ports = frozenset()

    sign_out_at_the_provider(world, browser)
    world.clock.advance(timedelta(seconds=60))

    assert not is_signed_in(world, browser)


def test_access_that_its_person_withdrew_is_over_within_a_minute(world: World) -> None:
    browser, now = world.signed_in(), world.clock.now()

    with world.provider.database.transaction() as session:
        withdrawal.withdraw(session, world.provider.store, person_id=world.office.anna, client_id="portal", now=now)
    world.clock.advance(timedelta(seconds=60))

    assert not is_signed_in(world, browser)


def test_a_session_that_began_earlier_at_the_provider_ends_here_with_it(world: World) -> None:
    browser = FormBrowser()
    # The portal's client library reads the machine's clock: whoever arrives there does so at the present moment.
    world.clock.advance(timedelta(seconds=80) - SESSION_LIFE)
    browser.open(f"{world.issuer}/account")
    browser.submit("#sign-in", username="anna.peeters", password=PASSWORD)
    world.clock.advance(SESSION_LIFE - timedelta(seconds=80))

    browser.open(f"{world.url}/sign-in")
    seen = [is_signed_in(world, browser)]
    for seconds in (60, 20):
        world.clock.advance(timedelta(seconds=seconds))
        seen.append(is_signed_in(world, browser))

    assert seen == [True, True, False]
    # There it is over as well: the way on is to sign in anew.
    assert browser.open(f"{world.url}/sign-in").has("#login")
