"""What the portal is made of: built once, handed to those who need it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app

from core.infra.clock import Clock, SystemClock
from core.infra.db import Database
from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp
from core.infra.settings import Mode, Settings
from core.infra.store.interface import EphemeralStore
from core.infra.store.redis_store import RedisStore
from core.infra.store.sqlite_store import SqliteStore
from portal.client_key import ClientKey
from portal.provider_keys import ProviderKeys

CLIENT_ID = "portal"


@dataclass(frozen=True, slots=True)
class Services:
    """The ground under every view; tests pass their own. `started_at` is when this process began to serve."""

    settings: Settings
    clock: Clock
    database: Database
    store: EphemeralStore
    client_key: ClientKey
    provider_keys: ProviderKeys
    started_at: datetime


def build_services(settings: Settings) -> Services:
    """Connect what the settings name, and make the portal's key where there is none yet."""
    clock = SystemClock()
    http = OutboundHttp(settings.outbound, settings.mode, _provider_port(settings))
    return Services(
        settings=settings,
        clock=clock,
        database=Database(settings.database_url),
        store=RedisStore(settings.redis_url) if settings.redis_url else SqliteStore(settings.store_path),
        client_key=ClientKey.ensure(settings.keys_directory),
        provider_keys=ProviderKeys(lambda: _read_keys(http, settings.issuer), clock),
        started_at=clock.now(),
    )


def services() -> Services:
    """Return the services of the application that answers the current request."""
    found = current_app.extensions["immo"]
    assert isinstance(found, Services)
    return found


def _read_keys(http: OutboundHttp, issuer: str) -> object:
    metadata = http.get_json(f"{issuer}/.well-known/openid-configuration")
    if not isinstance(metadata, dict) or metadata.get("issuer") != issuer:
        raise Unavailable(reason="not the provider's metadata")
    return http.get_json(str(metadata.get("jwks_uri")))


def _provider_port(settings: Settings) -> frozenset[int]:
    """Return the one loopback port that the demo's portal may fetch from."""
    parts = urlsplit(settings.issuer)
    if settings.mode is not Mode.DEMO or parts.port is None:
        return frozenset()
    return frozenset({parts.port})
