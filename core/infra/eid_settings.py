"""What the operator says about identity cards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from core.infra import setting_parsers as parsers
from core.infra.secret import Secret
from core.infra.setting_reader import Reader

_DEFAULT_NUMBER_KEYS = "demo:demo-only-number-key-that-production-refuses"
_KEY_NAME = re.compile(r"[A-Za-z0-9-]{1,40}")
_MINIMUM_SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class MutualTls:
    """The second host name, where the proxy asks browsers for a certificate, and what proves the proxy to us."""

    url: str
    secret: Secret = field(repr=False)


class CertificateId(StrEnum):
    """The digest that names the issuer in a question about a certificate (RFC 6960 section 4.1.1)."""

    SHA256 = "sha256"
    SHA1 = "sha1"


@dataclass(frozen=True, slots=True)
class OcspSettings:
    """How responders are asked: what they understand was not published for those of Belgian cards."""

    certificate_id: CertificateId
    is_nonce_required: bool


@dataclass(frozen=True, slots=True)
class EidSettings:
    """Keys of the national numbers, where certificates lie, and where the card agent listens.

    `number_keys` are pairs of name and secret, the one in force first. `test_roots` is a folder of
    roots that software and test cards are issued under; production has none.
    """

    number_keys: tuple[tuple[str, Secret], ...] = field(repr=False)
    has_default_number_keys: bool
    test_roots: Path | None
    intermediates: Path
    agent_url: str
    ocsp: OcspSettings
    mutual_tls: MutualTls | None


def read_eid(reader: Reader) -> EidSettings:
    """Read the settings of the identity card."""
    keys = reader.read(
        "IMMO_NATIONAL_NUMBER_KEYS",
        "name:secret pairs that encrypt national numbers, comma-separated, the one in force first",
        number_keys,
        default=_DEFAULT_NUMBER_KEYS,
        secret=True,
    )
    return EidSettings(
        number_keys=keys,
        has_default_number_keys=_is_default(keys),
        test_roots=reader.read_optional(
            "IMMO_EID_TEST_ROOTS", "folder of roots that software cards are issued under; none in production", Path
        ),
        intermediates=reader.read(
            "IMMO_EID_INTERMEDIATES",
            "folder of Citizen CA and Foreigner CA certificates; what is downloaded is kept there too",
            parsers.path,
            default="var/eid-intermediates",
        ),
        agent_url=reader.read(
            "IMMO_EID_AGENT_URL",
            "where the card agent listens on its user's machine",
            parsers.base_url,
            default="http://127.0.0.1:20786",
        ),
        ocsp=_ocsp(reader),
        mutual_tls=_mutual_tls(reader),
    )


def refused_in_production(settings: EidSettings) -> Iterator[tuple[str, str]]:
    """Yield what production refuses, with the reason."""
    if settings.has_default_number_keys:
        yield "IMMO_NATIONAL_NUMBER_KEYS", "production refuses the default; set a key of its own"
    if settings.test_roots is not None:
        yield "IMMO_EID_TEST_ROOTS", "production trusts the Belgian roots only"


def number_keys(value: str) -> tuple[tuple[str, Secret], ...]:
    """Accept a comma-separated list of `name:secret`."""
    pairs = []
    for entry in value.split(","):
        name, _, secret = entry.strip().partition(":")
        if not _KEY_NAME.fullmatch(name) or len(secret) < _MINIMUM_SECRET_LENGTH:
            raise ValueError(f"must be name:secret pairs, each secret of at least {_MINIMUM_SECRET_LENGTH} characters")
        pairs.append((name, Secret(secret)))
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("must name each key once")
    return tuple(pairs)


def _ocsp(reader: Reader) -> OcspSettings:
    return OcspSettings(
        certificate_id=reader.read(
            "IMMO_EID_OCSP_CERTIFICATE_ID",
            "sha256 or sha1: the digest that names the issuer when a certificate's status is asked",
            _certificate_id,
            default=CertificateId.SHA256.value,
        ),
        is_nonce_required=reader.read(
            "IMMO_EID_OCSP_NONCE_REQUIRED",
            "1: only answers count that repeat our nonce; 0: recent ones without it count too",
            parsers.flag,
            default="0",
        ),
    )


def _certificate_id(value: str) -> CertificateId:
    try:
        return CertificateId(value)
    except ValueError:
        raise ValueError("must be sha256 or sha1") from None


def _mutual_tls(reader: Reader) -> MutualTls | None:
    url = reader.read_optional(
        "IMMO_EID_MTLS_URL",
        "https address at which the proxy asks browsers for the card's certificate; empty: no such way to sign in",
        parsers.https_url,
    )
    secret = reader.read_optional(
        "IMMO_EID_MTLS_SECRET", "what the proxy proves itself with at that address", parsers.long_secret, secret=True
    )
    if (url is None) != (secret is None):
        reader.refuse("IMMO_EID_MTLS_SECRET", "goes together with IMMO_EID_MTLS_URL")
    return None if url is None or secret is None else MutualTls(url, secret)


def _is_default(keys: tuple[tuple[str, Secret], ...]) -> bool:
    defaults = {secret.reveal() for _, secret in number_keys(_DEFAULT_NUMBER_KEYS)}
    return any(secret.reveal() in defaults for _, secret in keys)
