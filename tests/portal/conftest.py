"""The portal against a small provider that the test controls, on a real database and store."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.http import OutboundHttp
from core.infra.settings import Settings
from core.infra.store.interface import EphemeralStore
from portal.app import create_app
from portal.client_key import ClientKey
from portal.provider_keys import ProviderKeys
from portal.wiring import Services
from tests.support import small_provider
from tests.support.product import HttpsClient
from tests.support.small_provider import SmallProvider

# A fixture, for pages of the staff.
from tests.support.staff_portal import staff_portal as staff_portal  # noqa: PLC0414


@dataclass(frozen=True)
class Portal:
    """The portal's application and the provider it signs people in with."""

    app: Flask
    services: Services
    provider: SmallProvider
    clock: FixedClock

    def browser(self) -> FlaskClient:
        """Return a browser that was never here."""
        return self.app.test_client()

    def signed_in(self, person_id: str = "usr_anna", **claims: Any) -> FlaskClient:
        """Return a browser in which somebody is signed in."""
        browser = self.browser()
        location = browser.get("/sign-in").location
        query = self.provider.answer(location, id_token={"sub": person_id, **claims}, userinfo={"sub": person_id})
        answer = browser.get(f"/callback?{query}")
        assert answer.status_code == 303, answer.text
        return browser


@pytest.fixture
def provider() -> Iterator[SmallProvider]:
    """Yield a small provider on a port of its own."""
    with small_provider.running() as running:
        yield running


@pytest.fixture
def portal(
    settings: Settings,
    database: Database,
    store: EphemeralStore,
    provider: SmallProvider,
    tmp_path: Path,
) -> Portal:
    """Return the portal with the small provider as its issuer.

    Its clock stands at the machine's present moment, because the client library reads the
    machine's own.
    """
    clock = FixedClock(small_provider.present())
    provider.present = lambda: clock.now().timestamp()
    pointed = replace(settings, issuer=provider.issuer)
    services = Services(
        settings=pointed,
        clock=clock,
        database=database,
        store=store,
        client_key=ClientKey.ensure(tmp_path / "keys"),
        provider_keys=ProviderKeys(lambda: provider.respond("GET", "/jwks", {}, "")[1], clock),
        started_at=clock.now(),
        http=OutboundHttp(pointed.outbound, pointed.mode),
    )
    app = create_app(pointed, services=services)
    app.config["TEST_BASE_URL"] = pointed.portal_url
    app.test_client_class = HttpsClient
    return Portal(app, services, provider, clock)
