"""Every setting of the product, parsed and validated once from the `IMMO_*` environment.

The only module that reads the environment. A bad setting is refused together with all others
that are bad, so an operator mends them in one go.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from core.infra.errors import InvalidSettings

T = TypeVar("T")

_MINIMUM_SECRET_LENGTH = 32
_DEFAULT_SECRET = "demo-only-secret-that-production-refuses"  # noqa: S105 - refused in production
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


class Secret:
    """A value that never shows itself: `reveal()` is the one way to read it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret for its one use."""
        return self._value

    def __repr__(self) -> str:
        """Return three asterisks whatever the value."""
        return "***"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable as the operator sees it: name, meaning, default, value in force (masked)."""

    name: str
    meaning: str
    default: str | None
    value: str


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
    database_url: str
    redis_url: str | None
    store_path: Path
    keys_directory: Path
    secret: Secret
    registration: Registration
    operations_bind: str | None
    trusted_proxies: int
    log_level: str
    mail: MailSettings
    support: SupportSettings
    outbound: OutboundSettings
    listing: tuple[Setting, ...] = field(repr=False, compare=False)

    @property
    def is_https(self) -> bool:
        """Tell whether the public addresses are https, so that cookies are Secure."""
        return self.issuer.startswith("https://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Parse the environment; raise `InvalidSettings` with every problem when any is bad."""
        return _parse(os.environ if environment is None else environment)


class _Reader:
    """Reads variables one by one and collects what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[str] = []
        self.listing: list[Setting] = []

    def read(
        self,
        name: str,
        meaning: str,
        parse: Callable[[str], T],
        *,
        default: str | None,
        secret: bool = False,
        fallback: T | None = None,
    ) -> T | None:
        """Return the parsed variable or its default; note a problem and return `fallback` if bad."""
        raw = self._environment.get(name, "")
        text = raw or default
        shown = "" if text is None else ("***" if secret else text)
        self.listing.append(Setting(name, meaning, "***" if secret and default else default, shown))
        if text is None:
            return fallback
        try:
            return parse(text)
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            return fallback

    def refuse_unknown(self) -> None:
        """Note every `IMMO_*` variable that means nothing: most likely a misspelt one."""
        known = {setting.name for setting in self.listing}
        for name in sorted(self._environment):
            if name.startswith("IMMO_") and name not in known and name not in _OUTSIDE:
                self.problems.append(f"{name}: unknown setting")


# Read by the tests and by the conformance client, not by the product.
_OUTSIDE = frozenset({"IMMO_CONFORMANCE_SUITE", "IMMO_CONFORMANCE_TOKEN"})


def _text(value: str) -> str:
    return value


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http or https address")
    if parts.query or parts.fragment or value.endswith("/"):
        raise ValueError("must have no query, no fragment and no slash at the end")
    return value


def _database_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return value.replace("postgresql://", "postgresql+psycopg://", 1)


def _redis_url(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    return value


def _port(value: str) -> int:
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise ValueError("must be a port between 1 and 65535")
    return int(value)


def _count(value: str) -> int:
    if not value.isdigit() or int(value) > 9:
        raise ValueError("must be a number from 0 to 9")
    return int(value)


def _flag(value: str) -> bool:
    if value not in {"0", "1"}:
        raise ValueError("must be 0 or 1")
    return value == "1"


def _one_of(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    def parse(value: str) -> StrEnum:
        if value not in {member.value for member in kind}:
            raise ValueError("must be one of " + ", ".join(member.value for member in kind))
        return kind(value)

    return parse


def _secret(value: str) -> Secret:
    if len(value) < _MINIMUM_SECRET_LENGTH:
        raise ValueError(f"must have at least {_MINIMUM_SECRET_LENGTH} characters")
    return Secret(value)


def _address(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not at or not local or not domain or any(character.isspace() for character in value):
        raise ValueError("must be a mail address")
    return value


def _level(value: str) -> str:
    if value not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
    return value


def _allow(value: str) -> frozenset[tuple[str, int]]:
    pairs = set()
    for entry in filter(None, (part.strip() for part in value.split(","))):
        host, colon, port = entry.rpartition(":")
        if not colon or not host:
            raise ValueError("must be a comma-separated list of host:port")
        pairs.add((host.strip("[]"), _port(port)))
    return frozenset(pairs)


def _parse(environment: Mapping[str, str]) -> Settings:
    reader = _Reader(environment)
    mode = reader.read("IMMO_MODE", "demo, test or production", _one_of(Mode), default=None)
    if mode is None and not reader.problems:
        reader.problems.append("IMMO_MODE: must be set to demo, test or production")
    read = reader.read
    issuer = read("IMMO_ISSUER", "public address of the provider", _url, default="http://localhost:8080")
    portal = read("IMMO_PORTAL_URL", "public address of the portal", _url, default="http://localhost:8081")
    database = read(
        "IMMO_DATABASE_URL",
        "SQLite file or PostgreSQL database",
        _database_url,
        default="sqlite:///var/immo-connect.sqlite3",
    )
    redis_url = read("IMMO_REDIS_URL", "Redis for ephemeral state; empty: the embedded store", _redis_url, default=None)
    store_path = read("IMMO_STORE_PATH", "file of the embedded store", Path, default="var/store.sqlite3")
    keys = read("IMMO_KEYS_DIRECTORY", "folder of the private signing keys", Path, default="keys/development")
    secret = read(
        "IMMO_SECRET",
        "key from which others are derived: pairwise subjects, keyed digests",
        _secret,
        default=_DEFAULT_SECRET,
        secret=True,
    )
    registration = read(
        "IMMO_REGISTRATION",
        "client registration: open, token or closed",
        _one_of(Registration),
        default="closed" if mode is Mode.PRODUCTION else "open",
    )
    operations = read(
        "IMMO_OPERATIONS_BIND", "host:port for metrics and readiness in production", _text, default=None
    )
    proxies = read("IMMO_TRUSTED_PROXIES", "reverse proxies in front, for the client's address", _count, default="0")
    level = read("IMMO_LOG_LEVEL", "least severe level that is logged", _level, default="INFO")
    mail = _mail(reader)
    support = read(
        "IMMO_SUPPORT_ADDRESS", "the helpdesk's mail address", _address, default="support@immo-connect.eu"
    )
    allow = read(
        "IMMO_OUTBOUND_ALLOW", "private host:port list that fetches may reach", _allow, default="",
        fallback=frozenset(),
    )
    insecure = read(
        "IMMO_OUTBOUND_INSECURE", "1: fetches reach loopback and self-signed hosts", _flag, default="0"
    )
    reader.refuse_unknown()
    _refuse_combinations(reader, mode, issuer, portal, secret, registration, insecure)
    if reader.problems:
        raise InvalidSettings(tuple(reader.problems))
    assert isinstance(mode, Mode) and isinstance(registration, Registration)
    assert issuer and portal and database and store_path and keys and secret and level and support
    return Settings(
        mode=mode,
        issuer=issuer,
        portal_url=portal,
        database_url=database,
        redis_url=redis_url,
        store_path=store_path,
        keys_directory=keys,
        secret=secret,
        registration=registration,
        operations_bind=operations,
        trusted_proxies=proxies or 0,
        log_level=level,
        mail=mail,
        support=SupportSettings(support),
        outbound=OutboundSettings(allow or frozenset(), insecure=bool(insecure)),
        listing=tuple(reader.listing),
    )


def _mail(reader: _Reader) -> MailSettings:
    read = reader.read
    host = read("IMMO_SMTP_HOST", "mail server", _text, default="localhost")
    port = read("IMMO_SMTP_PORT", "its port", _port, default="8087")
    user = read("IMMO_SMTP_USER", "account at the mail server", _text, default=None)
    password = read("IMMO_SMTP_PASSWORD", "its password", Secret, default=None, secret=True)
    starttls = read("IMMO_SMTP_STARTTLS", "1: encrypt with STARTTLS", _flag, default="0")
    sender = read("IMMO_MAIL_SENDER", "address mails come from", _address, default="no-reply@immo-connect.eu")
    return MailSettings(
        smtp_host=host or "localhost",
        smtp_port=port or 0,
        smtp_user=user,
        smtp_password=password,
        smtp_starttls=bool(starttls),
        sender=sender or "",
    )


def _refuse_combinations(
    reader: _Reader,
    mode: StrEnum | None,
    issuer: str | None,
    portal: str | None,
    secret: Secret | None,
    registration: StrEnum | None,
    insecure: bool | None,
) -> None:
    problems = reader.problems
    if mode is Mode.DEMO:
        for name, value in (("IMMO_ISSUER", issuer), ("IMMO_PORTAL_URL", portal)):
            if value and urlsplit(value).hostname != "localhost":
                problems.append(f"{name}: demo mode serves localhost only")
    if mode is not Mode.PRODUCTION:
        return
    for name, value in (("IMMO_ISSUER", issuer), ("IMMO_PORTAL_URL", portal)):
        if value and not value.startswith("https://"):
            problems.append(f"{name}: production needs https")
        if value and urlsplit(value).hostname in _LOOPBACK_NAMES:
            problems.append(f"{name}: production needs a public host name")
    if secret is not None and secret.reveal() == _DEFAULT_SECRET:
        problems.append("IMMO_SECRET: production refuses the default; set a secret of its own")
    if registration is Registration.OPEN:
        problems.append("IMMO_REGISTRATION: production refuses open registration")
    if insecure:
        problems.append("IMMO_OUTBOUND_INSECURE: production refuses insecure fetches")
