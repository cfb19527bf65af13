"""What the application is made of: built once, handed to those who need it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app

from core.infra.clock import Clock, SystemClock
from core.infra.db import Database
from core.infra.http import OutboundHttp
from core.infra.settings import Mode, Settings
from core.infra.store.interface import EphemeralStore
from core.infra.store.redis_store import RedisStore
from core.infra.store.sqlite_store import SqliteStore
from core.people.national_number import NumberKeys
from idp.signing.keyring import Keyring

# The programs of `make run` stand on the provider's port and the seven after it.
_DEMO_PORTS = 8


@dataclass(frozen=True, slots=True)
class Services:
    """The ground under every view; tests pass their own."""

    settings: Settings
    clock: Clock
    database: Database
    store: EphemeralStore
    keyring: Keyring
    http: OutboundHttp

    @property
    def number_keys(self) -> NumberKeys:
        """Return the keys that close national numbers."""
        return NumberKeys(self.settings.eid.number_keys)


def build_services(settings: Settings) -> Services:
    """Connect what the settings name; nothing is read or written yet."""
    clock = SystemClock()
    database = Database(settings.database_url)
    store = RedisStore(settings.redis_url) if settings.redis_url else SqliteStore(settings.store_path)
    keyring = Keyring(database, settings.keys_directory, clock)
    http = OutboundHttp(settings.outbound, settings.mode, _demo_ports(settings))
    return Services(settings, clock, database, store, keyring, http)


def services() -> Services:
    """Return the services of the application that answers the current request."""
    found = current_app.extensions["immo"]
    assert isinstance(found, Services)
    return found


def _demo_ports(settings: Settings) -> frozenset[int]:
    if settings.mode is not Mode.DEMO:
        return frozenset()
    first = urlsplit(settings.issuer).port or 80
    return frozenset(range(first, first + _DEMO_PORTS))
