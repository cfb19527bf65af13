"""What a client's metadata say about the protection of messages, and what its profile forbids it to say. Pure.

Pushed and signed requests (RFC 9126 section 6, RFC 9101 section 10.5), signed answers (JARM section 3,
RFC 9701 section 6), tokens bound to a key or certificate (RFC 9449 section 5.2, RFC 8705 sections 2 and 3).
"""

from collections.abc import Collection
from ipaddress import ip_address
from typing import Any

from cryptography.x509 import Name

from core.proof.keys import ALGORITHMS
from idp.oidc.errors import InvalidClientMetadata
from idp.oidc.metadata_reader import MetadataReader
from idp.oidc.profiles import RULES, Profile, Rules

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
TLS_METHODS = ("tls_client_auth", "self_signed_tls_client_auth")
# RFC 8705 section 2.1.2: exactly one of them says whose certificate it must be.
SUBJECT_MEMBERS = (
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
)
_FLAGS = (
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
)
_ALGORITHMS = (
    "request_object_signing_alg",
    "authorization_signed_response_alg",
    "introspection_signed_response_alg",
    "userinfo_signed_response_alg",
    "token_endpoint_auth_signing_alg",
)
_KEY_METHODS = ("private_key_jwt", *TLS_METHODS)


def read_protection(read: MetadataReader, method: str, profile: Profile) -> dict[str, Any]:
    """Return the fields of a `RegisteredClient` that protect messages and tokens.

    Raises `InvalidClientMetadata` for a value that is not supported, two that contradict each
    other, and whatever the profile forbids.
    """
    rules = RULES[profile]
    flags = {name: read.flag(name) for name in _FLAGS}
    if flags["dpop_bound_access_tokens"] and flags["tls_client_certificate_bound_access_tokens"]:
        raise InvalidClientMetadata(
            "The members dpop_bound_access_tokens and tls_client_certificate_bound_access_tokens exclude each other."
        )
    if rules.key_authentication and method not in _KEY_METHODS:
        raise InvalidClientMetadata(f"The member token_endpoint_auth_method must be one of: {', '.join(_KEY_METHODS)}.")
    signed = rules.signed_requests or flags["require_signed_request_object"]
    if (signed or read.text("request_object_signing_alg")) and not _has_keys(read):
        raise InvalidClientMetadata("Signed requests need the member jwks or jwks_uri.")
    return {**flags, **_algorithms(read, method, rules), "tls_client_auth_subject": _subject(read, method)}


def require_grants(grant_types: tuple[str, ...], profile: Profile) -> None:
    """Raise `InvalidClientMetadata` where a profile leaves a grant type no room."""
    # Whoever answers on another device cannot be bound to the request as FAPI 2.0 section 5.3.2.2 demands.
    if RULES[profile].code_only and DEVICE_CODE in grant_types:
        raise InvalidClientMetadata(f"The member grant_types must not hold {DEVICE_CODE} in the profile {profile}.")


def require_certificates(read: MetadataReader, method: str, offered: Collection[str]) -> None:
    """Raise `InvalidClientMetadata` where a client counts on certificates that nobody asks it for."""
    if method in TLS_METHODS and method not in offered:
        raise InvalidClientMetadata(f"The token_endpoint_auth_method {method} is not offered here.")
    if read.flag("tls_client_certificate_bound_access_tokens") and not offered:
        raise InvalidClientMetadata(
            "The member tls_client_certificate_bound_access_tokens asks for what is not offered."
        )


def _algorithms(read: MetadataReader, method: str, rules: Rules) -> dict[str, str | None]:
    chosen: dict[str, str | None] = {name: _algorithm(read, name, rules) for name in _ALGORITHMS}
    if method != "private_key_jwt":
        chosen["token_endpoint_auth_signing_alg"] = None
    # Core section 2 names RS256 for who names none; a profile without it begins its list with what it prefers.
    usual = "RS256" if "RS256" in rules.algorithms else rules.algorithms[0]
    return {**chosen, "id_token_signed_response_alg": _algorithm(read, "id_token_signed_response_alg", rules) or usual}


def _algorithm(read: MetadataReader, name: str, rules: Rules) -> str | None:
    algorithm = read.optional_choice(name, ALGORITHMS)
    if algorithm is not None and algorithm not in rules.algorithms:
        raise InvalidClientMetadata(f"The member {name} must be one of: {', '.join(rules.algorithms)}.")
    return algorithm


def _has_keys(read: MetadataReader) -> bool:
    return read.jwks("jwks") is not None or read.text("jwks_uri") is not None


def _subject(read: MetadataReader, method: str) -> tuple[str, str] | None:
    if method != "tls_client_auth":
        return None
    named = [(name, value) for name in SUBJECT_MEMBERS if (value := read.text(name)) is not None]
    if len(named) != 1:
        raise InvalidClientMetadata(f"The method tls_client_auth needs exactly one of: {', '.join(SUBJECT_MEMBERS)}.")
    ((name, value),) = named
    try:
        if name == "tls_client_auth_subject_dn":
            Name.from_rfc4514_string(value)
        elif name == "tls_client_auth_san_ip":
            ip_address(value)
    except ValueError:
        raise InvalidClientMetadata(f"The member {name} cannot be read.") from None
    return name, value
