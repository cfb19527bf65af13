"""What the portal is made of: built once, handed to those who need it."""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app

from core.closing.recharging import PaymentDesk
from core.infra.clock import Clock, SystemClock
from core.infra.db import Database
from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp
from core.infra.settings import Mode, Settings
from core.infra.store.interface import EphemeralStore
from core.infra.store.redis_store import RedisStore
from core.infra.store.sqlite_store import SqliteStore
from core.wallet.payments.mollie import Mollie
from portal.client_key import ClientKey
from portal.provider_keys import ProviderKeys

CLIENT_ID = "portal"


@dataclass(frozen=True, slots=True)
class Services:
    """The ground under every view; tests pass their own. `started_at` is when this process began to serve.

    `http` reaches what the product itself asks: in the demo the provider and the payment sandbox.
    """

    settings: Settings
    clock: Clock
    database: Database
    store: EphemeralStore
    client_key: ClientKey
    provider_keys: ProviderKeys
    started_at: datetime
    http: OutboundHttp
    payments: PaymentDesk = field(init=False)

    def __post_init__(self) -> None:
        """Build what is made of the other services."""
        provider = Mollie(self.http, self.settings.wallet.payments)
        object.__setattr__(self, "payments", PaymentDesk(self.database, provider, self.settings.portal_url))


def build_services(settings: Settings) -> Services:
    """Connect what the settings name, and make the portal's key where there is none yet."""
    clock = SystemClock()
    http = OutboundHttp(settings.outbound, settings.mode, _demo_ports(settings))
    return Services(
        settings=settings,
        clock=clock,
        database=Database(settings.database_url),
        store=RedisStore(settings.redis_url) if settings.redis_url else SqliteStore(settings.store_path),
        client_key=ClientKey.ensure(settings.keys_directory),
        provider_keys=ProviderKeys(lambda: _read_keys(http, settings.issuer), clock),
        started_at=clock.now(),
        http=http,
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


def _demo_ports(settings: Settings) -> frozenset[int]:
    """Return the loopback ports that the demo's portal may fetch from: the provider's and the payment sandbox's."""
    if settings.mode is not Mode.DEMO:
        return frozenset()
    ports = (urlsplit(url).port for url in (settings.issuer, settings.wallet.payments.url))
    return frozenset(port for port in ports if port is not None)
