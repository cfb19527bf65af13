"""The portal beside the real provider, which it reaches over HTTP: for pages of the staff.

Both applications stand on the database and store of the test. People sign in on the provider's pages.
"""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.http import OutboundHttp
from core.infra.settings import Settings
from core.infra.store.interface import EphemeralStore
from core.people.identifiers import PersonId
from core.staff import roles
from core.staff.states import StaffRole
from idp.app import create_app as create_provider
from idp.oidc.clients import announce_change
from idp.oidc.portal_client import portal_client
from idp.oidc.registration import store_client
from idp.signing.keyring import Keyring
from idp.signing.private_keys import PrivateKeys
from idp.wiring import Services as ProviderServices
from idp.wiring import build_cards
from portal.app import create_app as create_portal
from portal.client_key import ClientKey
from portal.provider_keys import ProviderKeys
from portal.wiring import Services
from tests.support.html_page import Page, parse
from tests.support.product import HttpsClient
from tests.support.sign_in import Browser
from tests.support.small_provider import present
from tests.support.tools import PASSWORD, a_person


@dataclass
class StaffBrowser:
    """Somebody's browser, which goes to and fro between portal and provider, and signs in where it is asked."""

    portal: FlaskClient
    provider: Browser
    issuer: str
    username: str
    password: str = PASSWORD
    trail: list[str] = field(default_factory=list)
    response: TestResponse | None = None
    url: str = ""
    sign_ins: int = 0
    # How long ago the person signed in, when they do. Clients' assertions and tokens are of the machine's
    # clock, so that the test's own cannot run ahead while portal and provider speak.
    signs_in_ago: timedelta = timedelta(0)
    clock: FixedClock | None = None

    def get(self, path: str) -> "StaffBrowser":
        """Open a page of the portal and follow wherever it leads."""
        return self._follow(self.portal.get(path), path)

    def post(self, path: str, **fields: str) -> "StaffBrowser":
        """Send a form of the page that is shown, with its form token, and follow wherever that leads."""
        sent = {"csrf_token": self.form_token, **fields}
        return self._follow(self.portal.post(path, data=sent), path)

    @property
    def form_token(self) -> str:
        """Return the form token of the page that is shown."""
        return self.page.all("input[name=csrf_token]")[0].attributes["value"]

    @property
    def page(self) -> Page:
        """Return the page that is shown."""
        assert self.response is not None
        return parse(self.url, self.response.status_code, dict(self.response.headers), self.response.text)

    @property
    def status(self) -> int:
        """Return the status of the last answer."""
        assert self.response is not None
        return self.response.status_code

    def _follow(self, response: TestResponse, url: str) -> "StaffBrowser":
        for _hop in range(12):
            self.trail.append(url)
            location = response.headers.get("Location")
            if location is None:
                self.response, self.url = response, url
                return self
            if location.startswith(self.issuer):
                location = self._through_provider(location)
            parts = urlsplit(location)
            url = f"{parts.path}?{parts.query}" if parts.query else parts.path
            response = self.portal.get(url)
        raise AssertionError(f"redirected for ever: {self.trail}")

    def _through_provider(self, location: str) -> str:
        self.provider.get(location.removeprefix(self.issuer))
        if self.provider.location is None and self.provider.page.has("#sign-in"):
            self.sign_ins += 1
            assert self.clock is not None
            self.clock.advance(-self.signs_in_ago)
            self.provider.sign_in(self.username, self.password)
            self.clock.advance(self.signs_in_ago)
        found = self.provider.location
        assert found is not None, self.provider.page.text[:1500]
        return found


@dataclass(frozen=True)
class StaffPortal:
    """The portal, the provider behind it, and people with roles: each by a user name."""

    app: Flask
    provider_app: Flask
    services: Services
    provider: ProviderServices
    clock: FixedClock
    people: dict[str, PersonId]

    @property
    def database(self) -> Database:
        """Return the database that both applications stand on."""
        return self.services.database

    def browser(self, username: str) -> StaffBrowser:
        """Return a browser in which this person will sign in where they are asked."""
        issuer = self.services.settings.issuer
        provider = Browser(self.provider_app.test_client())
        return StaffBrowser(self.app.test_client(), provider, issuer, username, clock=self.clock)


STAFF = {
    "fatima.helpdesk": StaffRole.HELPDESK,
    "ismael.helpdesk": StaffRole.HELPDESK,
    "gilles.operator": StaffRole.OPERATOR,
    "joke.operator": StaffRole.OPERATOR,
    "hannah.developer": StaffRole.DEVELOPER,
    "anna.peeters": None,
}


@pytest.fixture
def staff_portal(
    settings: Settings, database: Database, store: EphemeralStore, keyring: Keyring, tmp_path: Path
) -> Iterator[StaffPortal]:
    """Yield portal and provider, with staff of each role (`STAFF`)."""
    del keyring  # asked for because its database has signing keys
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    clock = FixedClock(present())
    server = make_server("127.0.0.1", 0, _not_ready, threaded=True)
    pointed = replace(settings, issuer=f"http://127.0.0.1:{server.server_port}")
    provider = _provider(pointed, clock, database, store)
    provider_app = create_provider(pointed, services=provider)
    provider_app.config["TEST_BASE_URL"] = pointed.issuer
    provider_app.test_client_class = HttpsClient
    server.app = provider_app.wsgi_app
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield _portal(pointed, clock, provider, provider_app, tmp_path / "portal-keys")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _not_ready(_environment: object, _start: object) -> list[bytes]:
    raise AssertionError("asked before it was ready")


def _provider(settings: Settings, clock: FixedClock, database: Database, store: EphemeralStore) -> ProviderServices:
    http = OutboundHttp(settings.outbound, settings.mode, frozenset())
    keyring = Keyring(database, PrivateKeys(settings.keys_directory), clock)
    return ProviderServices(settings, clock, database, store, keyring, http, build_cards(settings, clock, store, http))


def _portal(
    settings: Settings, clock: FixedClock, provider: ProviderServices, provider_app: Flask, keys: Path
) -> StaffPortal:
    key = ClientKey.ensure(keys)
    settings = replace(settings, keys_directory=keys)
    with provider.database.transaction() as session:
        store_client(session, replace(portal_client(settings), jwks_uri=None, jwks=key.jwks()), now=clock.now())
        people = {name: a_person(session, name, now=clock.now()) for name in STAFF}
        for name, role in STAFF.items():
            if role is not None:
                roles.give(session, people[name], role, by=None, why=None, now=clock.now())
    announce_change(provider.database, provider.store)
    services = Services(
        settings=settings,
        clock=clock,
        database=provider.database,
        store=provider.store,
        client_key=key,
        provider_keys=ProviderKeys(lambda: provider_app.test_client().get("/jwks").get_json(), clock),
        started_at=clock.now(),
        http=OutboundHttp(settings.outbound, settings.mode),
    )
    app = create_portal(settings, services=services)
    app.config["TEST_BASE_URL"] = settings.portal_url
    app.test_client_class = HttpsClient
    return StaffPortal(app, provider_app, services, provider, clock, people)
