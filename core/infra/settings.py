"""Every setting of the product, parsed and validated once from the `IMMO_*` environment.

The only module that reads the environment. A bad setting is refused together with all others
that are bad, so an operator mends them in one go.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from core.infra import eid_settings, wallet_settings
from core.infra import setting_parsers as parsers
from core.infra.client_tls_settings import ClientTls, read_client_tls
from core.infra.eid_settings import EidSettings
from core.infra.errors import InvalidSettings
from core.infra.register_settings import RegisterSettings, read_registers
from core.infra.secret import Secret
from core.infra.setting_reader import Reader, Setting
from core.infra.staff_settings import StaffAcr, read_staff_acr
from core.infra.token_settings import TokenSettings, read_token
from core.infra.wallet_settings import WalletSettings, read_wallet

_MINIMUM_SECRET_LENGTH = 32
_MINIMUM_SECRET_VARIETY = 8
_DEFAULT_SECRET = "demo-only-secret-that-production-refuses"  # noqa: S105 - refused in production
_DEFAULT_KEYS_DIRECTORY = "keys/development"
_BREACHED_PASSWORDS_URL = "https://api.pwnedpasswords.com/range"
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Mode(StrEnum):
    """Demo and test open conveniences that production refuses; there is no default."""

    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


class Registration(StrEnum):
    """Who may register a client: anybody, holders of an initial access token, or nobody."""

    OPEN = "open"
    TOKEN = "token"  # noqa: S105 - a mode's name, not a secret
    CLOSED = "closed"


class DpopNonce(StrEnum):
    """Whether a DPoP proof must carry a nonce of ours, or is offered one for the next time."""

    REQUIRED = "required"
    OFFERED = "offered"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where mails are handed over and whom they come from."""

    smtp_host: str
    smtp_port: int
    smtp_user: str | None
    smtp_password: Secret | None
    smtp_starttls: bool
    sender: str


@dataclass(frozen=True, slots=True)
class SupportSettings:
    """How the helpdesk is reached; shown on help and error pages (G3)."""

    address: str


@dataclass(frozen=True, slots=True)
class OutboundSettings:
    """What our own HTTP client may reach beyond public addresses."""

    allow: frozenset[tuple[str, int]]
    insecure: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, validated together."""

    mode: Mode
    issuer: str
    portal_url: str
    # Either may hold a password.
    database_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    store_path: Path
    keys_directory: Path
    token: TokenSettings | None
    secret: Secret
    registration: Registration
    dpop_nonce: DpopNonce
    staff_acr: StaffAcr
    breached_passwords_url: str | None
    operations_bind: str | None
    trusted_proxies: int
    log_level: str
    mail: MailSettings
    support: SupportSettings
    outbound: OutboundSettings
    eid: EidSettings
    client_tls: ClientTls | None
    registers: tuple[RegisterSettings, ...]
    wallet: WalletSettings
    listing: tuple[Setting, ...] = field(repr=False, compare=False)

    @property
    def is_https(self) -> bool:
        """Tell whether the public addresses are https, so that cookies are Secure."""
        return self.issuer.startswith("https://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Parse the environment; raise `InvalidSettings` with every problem when any is bad."""
        return _parse(os.environ if environment is None else environment)


def _secret(value: str) -> Secret:
    if len(value) < _MINIMUM_SECRET_LENGTH or len(set(value)) < _MINIMUM_SECRET_VARIETY:
        raise ValueError(
            f"must have at least {_MINIMUM_SECRET_LENGTH} characters, {_MINIMUM_SECRET_VARIETY} different ones"
        )
    return Secret(value)


def _parse(environment: Mapping[str, str]) -> Settings:
    reader = Reader(environment)
    mode = reader.read_optional("IMMO_MODE", "demo, test or production", parsers.one_of(Mode))
    if mode is None:
        reader.refuse("IMMO_MODE", "must be set to demo, test or production")
    settings = _read_all(reader, mode or Mode.TEST)
    reader.refuse_unknown()
    for name, problem in _contradictions(settings):
        reader.refuse(name, problem)
    if reader.problems:
        raise InvalidSettings(reader.problems)
    return settings


def _read_all(reader: Reader, mode: Mode) -> Settings:
    read, optional = reader.read, reader.read_optional
    return Settings(
        mode=mode,
        issuer=read("IMMO_ISSUER", "public address of the provider", parsers.base_url, default="http://localhost:8080"),
        portal_url=read(
            "IMMO_PORTAL_URL", "public address of the portal", parsers.base_url, default="http://localhost:8081"
        ),
        database_url=read(
            "IMMO_DATABASE_URL",
            "SQLite file or PostgreSQL database",
            parsers.database_url,
            default="sqlite:///var/immo-connect.sqlite3",
        ),
        redis_url=optional("IMMO_REDIS_URL", "Redis for ephemeral state; empty: the embedded store", parsers.redis_url),
        store_path=read("IMMO_STORE_PATH", "file of the embedded store", parsers.path, default="var/store.sqlite3"),
        keys_directory=read(
            "IMMO_KEYS_DIRECTORY", "folder of the private signing keys", parsers.path, default=_DEFAULT_KEYS_DIRECTORY
        ),
        token=read_token(reader),
        secret=read(
            "IMMO_SECRET",
            "key from which others are derived: pairwise subjects, keyed digests",
            _secret,
            default=_DEFAULT_SECRET,
            secret=True,
        ),
        registration=read(
            "IMMO_REGISTRATION",
            "client registration: open, token or closed",
            parsers.one_of(Registration),
            default="closed" if mode is Mode.PRODUCTION else "open",
        ),
        dpop_nonce=_dpop_nonce(reader),
        staff_acr=read_staff_acr(reader, is_production=mode is Mode.PRODUCTION),
        breached_passwords_url=_breached_passwords_url(reader, mode),
        operations_bind=optional(
            "IMMO_OPERATIONS_BIND", "host:port for metrics and readiness in production", parsers.host_and_port
        ),
        trusted_proxies=_trusted_proxies(reader),
        log_level=read("IMMO_LOG_LEVEL", "least severe level that is logged", parsers.log_level, default="INFO"),
        mail=_mail(reader),
        support=_support(reader),
        outbound=_outbound(reader),
        eid=eid_settings.read_eid(reader),
        client_tls=read_client_tls(reader),
        registers=read_registers(reader),
        wallet=read_wallet(reader, is_production=mode is Mode.PRODUCTION),
        listing=tuple(reader.listing),
    )


def _trusted_proxies(reader: Reader) -> int:
    meaning = "reverse proxies in front, for the client's address"
    return reader.read("IMMO_TRUSTED_PROXIES", meaning, parsers.count, default="0")


def _dpop_nonce(reader: Reader) -> DpopNonce:
    meaning = "nonces in DPoP proofs: required, or offered to clients that cannot"
    return reader.read("IMMO_DPOP_NONCE", meaning, parsers.one_of(DpopNonce), default="required")


def _breached_passwords_url(reader: Reader, mode: Mode) -> str | None:
    url = reader.read(
        "IMMO_BREACHED_PASSWORDS_URL",
        "service that is asked, by five characters of a digest, whether a new password leaked; off: none",
        parsers.base_url_or_off,
        default=_BREACHED_PASSWORDS_URL if mode is Mode.PRODUCTION else parsers.OFF,
    )
    return url or None


def _support(reader: Reader) -> SupportSettings:
    address = reader.read(
        "IMMO_SUPPORT_ADDRESS", "the helpdesk's mail address", parsers.mail_address, default="support@immo-connect.eu"
    )
    return SupportSettings(address)


def _mail(reader: Reader) -> MailSettings:
    read, optional = reader.read, reader.read_optional
    return MailSettings(
        smtp_host=read("IMMO_SMTP_HOST", "mail server", parsers.text, default="localhost"),
        smtp_port=read("IMMO_SMTP_PORT", "its port", parsers.port, default="8087"),
        smtp_user=optional("IMMO_SMTP_USER", "account at the mail server", parsers.text),
        smtp_password=optional("IMMO_SMTP_PASSWORD", "its password", Secret, secret=True),
        smtp_starttls=read("IMMO_SMTP_STARTTLS", "1: encrypt with STARTTLS", parsers.flag, default="0"),
        sender=read(
            "IMMO_MAIL_SENDER", "address mails come from", parsers.mail_address, default="no-reply@immo-connect.eu"
        ),
    )


def _outbound(reader: Reader) -> OutboundSettings:
    return OutboundSettings(
        allow=reader.read_optional(
            "IMMO_OUTBOUND_ALLOW", "private host:port list that fetches may reach", parsers.allow_list
        )
        or frozenset(),
        insecure=reader.read(
            "IMMO_OUTBOUND_INSECURE", "1: fetches reach loopback and self-signed hosts", parsers.flag, default="0"
        ),
    )


def _contradictions(settings: Settings) -> Iterator[tuple[str, str]]:
    addresses = (("IMMO_ISSUER", settings.issuer), ("IMMO_PORTAL_URL", settings.portal_url))
    mail = settings.mail
    taken = [settings.issuer, settings.portal_url]
    for name, place in (("IMMO_EID_MTLS_URL", settings.eid.mutual_tls), ("IMMO_MTLS_URL", settings.client_tls)):
        if place is not None:
            if urlsplit(place.url).netloc in {urlsplit(url).netloc for url in taken}:
                yield name, "must be a host name of its own"
            taken.append(place.url)
    if settings.issuer == settings.portal_url:
        yield "IMMO_PORTAL_URL", "must differ from IMMO_ISSUER"
    if (mail.smtp_user is None) != (mail.smtp_password is None):
        yield "IMMO_SMTP_PASSWORD", "goes together with IMMO_SMTP_USER"
    for name, address in addresses:
        yield from _refused_address(settings.mode, name, address)
    yield from wallet_settings.refused(settings.wallet, is_production=settings.mode is Mode.PRODUCTION)
    if settings.mode is Mode.PRODUCTION:
        yield from _refused_in_production(settings)


def _refused_address(mode: Mode, name: str, address: str) -> Iterator[tuple[str, str]]:
    parts = urlsplit(address)
    if mode is Mode.DEMO and parts.hostname != "localhost":
        yield name, "demo mode serves localhost only"
    if mode is Mode.PRODUCTION and parts.scheme != "https":
        yield name, "production needs https"
    if mode is Mode.PRODUCTION and parts.hostname in _LOOPBACK_NAMES:
        yield name, "production needs a public host name"


def _refused_in_production(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.secret.reveal() == _DEFAULT_SECRET:
        yield "IMMO_SECRET", "production refuses the default; set a secret of its own"
    if settings.keys_directory.absolute() == Path(_DEFAULT_KEYS_DIRECTORY).absolute():
        yield "IMMO_KEYS_DIRECTORY", "production refuses the folder of development keys"
    if settings.registration is Registration.OPEN:
        yield "IMMO_REGISTRATION", "production refuses open registration"
    if settings.staff_acr is StaffAcr.PASSWORD:
        yield "IMMO_STAFF_ACR", "production lets nobody of the staff in with a password alone"
    yield from eid_settings.refused_in_production(settings.eid)
    if settings.outbound.insecure:
        yield "IMMO_OUTBOUND_INSECURE", "production refuses insecure fetches"
    mail = settings.mail
    if mail.smtp_password is not None and not mail.smtp_starttls and mail.smtp_host not in _LOOPBACK_NAMES:
        yield "IMMO_SMTP_STARTTLS", "production sends no password to a mail server unencrypted"
