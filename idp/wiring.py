"""What the application is made of: built once, handed to those who need it."""

from dataclasses import dataclass

from flask import current_app

from core.infra.clock import Clock
from core.infra.db import Database
from core.infra.http import OutboundHttp
from core.infra.settings import Settings
from core.infra.store.interface import EphemeralStore
from idp.signing.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Services:
    """The ground under every view; tests pass their own."""

    settings: Settings
    clock: Clock
    database: Database
    store: EphemeralStore
    keyring: Keyring
    http: OutboundHttp


def services() -> Services:
    """Return the services of the application that answers the current request."""
    found = current_app.extensions["immo"]
    assert isinstance(found, Services)
    return found
