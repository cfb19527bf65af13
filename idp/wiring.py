"""What the application is made of: built once, handed to those who need it."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from flask import current_app

from core.accreditations.registers import Registers
from core.closing.recharging import PaymentDesk
from core.infra.clock import Clock, SystemClock
from core.infra.db import Database
from core.infra.eid_settings import CertificateId
from core.infra.http import OutboundHttp
from core.infra.settings import Mode, Settings
from core.infra.store.interface import EphemeralStore
from core.infra.store.redis_store import RedisStore
from core.infra.store.sqlite_store import SqliteStore
from core.people.national_number import NumberKeys
from core.wallet.payments.mollie import Mollie
from idp.eid.assertion import origin_of
from idp.eid.intermediates import Intermediates
from idp.eid.revocation import Revocation
from idp.eid.trust import Trust
from idp.eid.verification import CardVerifier
from idp.signing.keyring import Keyring
from idp.signing.private_keys import PrivateKeys

# The programs of `make run` stand on the provider's port and the seven after it.
_DEMO_PORTS = 8
BELGIAN_ROOTS = Path(__file__).parent.parent / "keys" / "trust" / "belgian-eid"
# Who answers for the certificates of Belgian cards (eid.md 4.2); nothing else is asked on their account.
_BELGIAN_HOSTS = frozenset(
    {
        "certs.eid.belgium.be",
        "crl.eid.belgium.be",
        "crl.eidpki.belgium.be",
        "crt.eidpki.belgium.be",
        "ocsp.eid.belgium.be",
        "ocsp.eidpki.belgium.be",
    }
)
_CERTIFICATE_IDS = {
    CertificateId.SHA256: hashes.SHA256(),
    CertificateId.SHA1: hashes.SHA1(),  # noqa: S303 - it names an issuer, it protects nothing
}
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True)
class Services:
    """The ground under every view; tests pass their own."""

    settings: Settings
    clock: Clock
    database: Database
    store: EphemeralStore
    keyring: Keyring
    http: OutboundHttp
    cards: CardVerifier
    registers: Registers = field(init=False)
    payments: PaymentDesk = field(init=False)

    def __post_init__(self) -> None:
        """Build what is made of the other services."""
        registers = Registers(self.database, self.http, self.number_keys, self.settings.registers)
        object.__setattr__(self, "registers", registers)
        provider = Mollie(self.http, self.settings.wallet.payments)
        object.__setattr__(self, "payments", PaymentDesk(self.database, provider, self.settings.portal_url))

    @property
    def number_keys(self) -> NumberKeys:
        """Return the keys that close national numbers."""
        return NumberKeys(self.settings.eid.number_keys)


def build_services(settings: Settings) -> Services:
    """Connect what the settings name; nothing is read or written yet."""
    clock = SystemClock()
    database = Database(settings.database_url)
    store = RedisStore(settings.redis_url) if settings.redis_url else SqliteStore(settings.store_path)
    keyring = Keyring(database, PrivateKeys.from_settings(settings), clock)
    http = OutboundHttp(settings.outbound, settings.mode, _demo_ports(settings))
    cards = build_cards(settings, clock, store, http)
    return Services(settings, clock, database, store, keyring, http, cards)


def build_cards(settings: Settings, clock: Clock, store: EphemeralStore, http: OutboundHttp) -> CardVerifier:
    """Return what verifies identity cards; test cards are known only where the settings name their roots."""
    eid, test_roots = settings.eid, settings.eid.test_roots
    hosts = _BELGIAN_HOSTS if test_roots is None else _BELGIAN_HOSTS | _LOOPBACK
    intermediates = Intermediates(eid.intermediates, http=http, hosts=hosts, further=test_roots)
    return CardVerifier(
        trust=Trust(BELGIAN_ROOTS, intermediates, test_roots=test_roots),
        revocation=Revocation(
            http=http,
            store=store,
            hosts=hosts,
            certificate_id=_CERTIFICATE_IDS[eid.ocsp.certificate_id],
            is_nonce_required=eid.ocsp.is_nonce_required,
        ),
        origin=origin_of(settings.issuer),
        clock=clock,
    )


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
