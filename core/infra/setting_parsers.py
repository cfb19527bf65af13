"""From the text of a variable to its value; ValueError says what would be right, never what was given."""

import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from core.infra.secret import Secret

E = TypeVar("E", bound=StrEnum)

OFF = "off"
_MINIMUM_SECRET_LENGTH = 32
_MASK = "***"
# Up to the last @, because a password may hold one that nobody encoded.
_USER_PASSWORD = re.compile(r"(//[^/:@]*):.*@")
_PASSWORD_PARAMETER = re.compile(r"([?&](?:ssl)?password=)[^&]*", re.IGNORECASE)


def text(value: str) -> str:
    """Accept any text."""
    return value


def path(value: str) -> Path:
    """Accept a path, relative ones counted from the working directory."""
    return Path(value)


def base_url(value: str) -> str:
    """Accept an address that others are built on: http or https, nothing after the path."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError("must be an http or https address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise ValueError("must be an http or https address")
    if any(not "!" <= character <= "~" for character in value):
        raise ValueError("must be plain ASCII without spaces")
    if "@" in parts.netloc:
        raise ValueError("must hold no user name or password")
    if "?" in value or "#" in value or value.endswith("/"):
        raise ValueError("must have no query, no fragment and no slash at the end")
    return value


def https_url(value: str) -> str:
    """Accept what `base_url` accepts, over https: certificates are asked for in its handshake."""
    if not base_url(value).startswith("https://"):
        raise ValueError("must be https: a certificate is asked for in its handshake")
    return value


def long_secret(value: str) -> Secret:
    """Accept a secret that nobody guesses."""
    if len(value) < _MINIMUM_SECRET_LENGTH:
        raise ValueError(f"must have at least {_MINIMUM_SECRET_LENGTH} characters")
    return Secret(value)


def base_url_or_off(value: str) -> str:
    """Accept what `base_url` accepts, or `off`: then there is none, and the value is empty."""
    return "" if value == OFF else base_url(value)


def database_url(value: str) -> str:
    """Accept a SQLite file or a PostgreSQL database, and name the driver."""
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if value == "sqlite:///" or value.startswith("sqlite:///:memory:"):
        raise ValueError("must name a file: a database in memory belongs to one process")
    return value.replace("postgresql://", "postgresql+psycopg://", 1)


def redis_url(value: str) -> str:
    """Accept the address of a Redis."""
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    return value


def port(value: str) -> int:
    """Accept a TCP port."""
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise ValueError("must be a port between 1 and 65535")
    return int(value)


def host_and_port(value: str) -> str:
    """Accept `host:port`, an IPv6 host in brackets."""
    host, _, number = value.rpartition(":")
    _require_host(host)
    port(number)
    return value


def allow_list(value: str) -> frozenset[tuple[str, int]]:
    """Accept a comma-separated list of `host:port`."""
    pairs = set()
    for entry in filter(None, (part.strip() for part in value.split(","))):
        host, _, number = entry.rpartition(":")
        _require_host(host)
        pairs.add((host.strip("[]").lower(), port(number)))
    return frozenset(pairs)


def _require_host(host: str) -> None:
    bracketed = host.startswith("[") and host.endswith("]")
    if not host or any(character in "/@*? " for character in host) or (":" in host and not bracketed):
        raise ValueError("must be host:port, an IPv6 address in brackets")


def count(value: str) -> int:
    """Accept a small number."""
    if not value.isascii() or not value.isdigit() or int(value) > 9:
        raise ValueError("must be a number from 0 to 9")
    return int(value)


def flag(value: str) -> bool:
    """Accept 0 or 1."""
    if value not in {"0", "1"}:
        raise ValueError("must be 0 or 1")
    return value == "1"


def one_of(kind: type[E]) -> Callable[[str], E]:
    """Accept one of the words of an enum."""

    def parse(value: str) -> E:
        if value not in {member.value for member in kind}:
            raise ValueError("must be one of " + ", ".join(member.value for member in kind))
        return kind(value)

    return parse


def mail_address(value: str) -> str:
    """Accept a mail address; whether it exists is not asked."""
    local, at, domain = value.rpartition("@")
    if not at or not local or not domain or any(character <= " " or character in "<>,;" for character in value):
        raise ValueError("must be a mail address")
    return value


def log_level(value: str) -> str:
    """Accept the name of a level."""
    if value not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
    return value


def without_password(value: str) -> str:
    """Return an address with its passwords masked, for the operator's eyes; rather too much than too little."""
    masked = _USER_PASSWORD.sub(rf"\1:{_MASK}@", value)
    return _PASSWORD_PARAMETER.sub(rf"\1{_MASK}", masked)
