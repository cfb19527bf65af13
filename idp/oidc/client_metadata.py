"""What a client may say about itself: RFC 7591 section 2, OpenID Connect Registration section 2. Pure.

Members that mean nothing to us are ignored and not kept. Those that ask for a protection that we
do not offer are refused: to go on without it would be a lie.
"""

from collections.abc import Collection, Mapping
from typing import Any

from idp.oidc.checks.client_uri import host, is_page, is_redirect_target
from idp.oidc.checks.scope import PERSONAL
from idp.oidc.client_protection import DEVICE_CODE, TLS_METHODS, read_protection, require_certificates, require_grants
from idp.oidc.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.oidc.metadata_reader import MetadataReader
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import DEFAULT_SCOPE, ClientPolicy, RegisteredClient

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a grant type
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", *TLS_METHODS, "none")
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials", DEVICE_CODE, TOKEN_EXCHANGE)
RESPONSE_TYPES = ("code",)
SUBJECT_TYPES = ("public", "pairwise")
APPLICATION_TYPES = ("web", "native")

_PAGES = ("logo_uri", "client_uri", "policy_uri", "tos_uri")
_NOT_OFFERED = (
    "id_token_encrypted_response_alg", "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc",
    "authorization_encrypted_response_alg", "authorization_encrypted_response_enc",
    "introspection_encrypted_response_alg", "introspection_encrypted_response_enc",
    "request_object_encryption_alg", "request_object_encryption_enc",
)  # fmt: skip
# Kept as they were sent, for people to read.
_TEXTS = ("software_id", "software_version")


def parse(
    client_id: str,
    members: Mapping[str, Any],
    *,
    allow_loopback: bool,
    profile: Profile = Profile.OIDC,
    tls_methods: Collection[str] = TLS_METHODS,
) -> RegisteredClient:
    """Return the client that these metadata describe, with default policy and without a secret.

    `profile` is the operator's choice; what it leaves no room for is refused. `tls_methods` are those
    that are offered here; none where no proxy asks for certificates. `allow_loopback` (demo and test)
    admits http addresses on this machine. The sector of a client with a
    sector_identifier_uri is filled in by `registration.py`, which fetches it. Raises
    `InvalidRedirectUri` and `InvalidClientMetadata` (RFC 7591 section 3.2.2).
    """
    read = MetadataReader(members)
    _require_offered(members)
    grant_types, response_types = _grants(read)
    require_grants(grant_types, profile)
    is_native = read.choice("application_type", APPLICATION_TYPES, "web") == "native"
    redirect_uris = _redirect_uris(read, "redirect_uris", is_native=is_native, allow_loopback=allow_loopback)
    if "authorization_code" in grant_types and not redirect_uris:
        raise InvalidRedirectUri("The member redirect_uris is missing.")
    method = _method(read, grant_types)
    require_certificates(read, method, tls_methods)
    return RegisteredClient(
        client_id=client_id,
        name=read.text("client_name") or client_id,
        tool_id=None,
        enabled=True,
        secret_digest=None,
        token_endpoint_auth_method=method,
        redirect_uris=redirect_uris,
        policy=ClientPolicy(profile=profile, scope=_scope(read)),
        grant_types=grant_types,
        response_types=response_types,
        subject_type=read.choice("subject_type", SUBJECT_TYPES, "public"),
        sector_identifier=_sector(redirect_uris),
        default_max_age_seconds=read.seconds("default_max_age"),
        require_auth_time=read.flag("require_auth_time"),
        default_acr_values=read.texts("default_acr_values"),
        backchannel_logout_session_required=read.flag("backchannel_logout_session_required"),
        metadata=_kept(read, is_native=is_native),
        **_keys(read, method, allow_loopback=allow_loopback),
        **read_protection(read, method, profile),
        **_further_uris(read, is_native=is_native, allow_loopback=allow_loopback),
    )


def sector_identifier_uri(members: Mapping[str, Any]) -> str | None:
    """Return the address of the sector's list; raise `InvalidClientMetadata` unless it is https."""
    return _page(MetadataReader(members), "sector_identifier_uri", allow_loopback=False)


def _require_offered(members: Mapping[str, Any]) -> None:
    for name in _NOT_OFFERED:
        if members.get(name):
            raise InvalidClientMetadata(f"The member {name} asks for what is not offered.")


def _method(read: MetadataReader, grant_types: tuple[str, ...]) -> str:
    method = read.choice("token_endpoint_auth_method", AUTH_METHODS, "client_secret_basic")
    if method == "none" and "client_credentials" in grant_types:
        raise InvalidClientMetadata("A client without authentication cannot use client_credentials.")
    return method


def _grants(read: MetadataReader) -> tuple[tuple[str, ...], tuple[str, ...]]:
    grant_types = read.choices("grant_types", GRANT_TYPES, ("authorization_code",))
    uses_code = "authorization_code" in grant_types
    response_types = read.choices("response_types", RESPONSE_TYPES, ("code",) if uses_code else ())
    if ("code" in response_types) != uses_code:
        raise InvalidClientMetadata("The response_types and grant_types contradict each other.")
    if "refresh_token" in grant_types and not uses_code and DEVICE_CODE not in grant_types:
        raise InvalidClientMetadata("The grant type refresh_token needs authorization_code or device_code.")
    return grant_types, response_types


def _redirect_uris(read: MetadataReader, name: str, *, is_native: bool, allow_loopback: bool) -> tuple[str, ...]:
    uris = read.texts(name)
    for uri in uris:
        if not is_redirect_target(uri, is_native=is_native, allow_loopback=allow_loopback):
            raise InvalidRedirectUri(f"The member {name} holds a URI that is not allowed.")
    return uris


def _page(read: MetadataReader, name: str, *, allow_loopback: bool) -> str | None:
    uri = read.text(name)
    if uri is not None and not is_page(uri, allow_loopback=allow_loopback):
        raise InvalidClientMetadata(f"The member {name} must be an https URL.")
    return uri


def _further_uris(read: MetadataReader, *, is_native: bool, allow_loopback: bool) -> dict[str, Any]:
    returns = _redirect_uris(read, "post_logout_redirect_uris", is_native=is_native, allow_loopback=allow_loopback)
    pages = {name: _page(read, name, allow_loopback=allow_loopback) for name in (*_PAGES, "backchannel_logout_uri")}
    start = _page(read, "initiate_login_uri", allow_loopback=False)
    return {**pages, "post_logout_redirect_uris": returns, "initiate_login_uri": start}


def _scope(read: MetadataReader) -> tuple[str, ...]:
    # What goes beyond is granted by us and not by asking; the answer says what is left.
    wanted = (read.text("scope") or "").split()
    allowed = tuple(dict.fromkeys(value for value in wanted if value in DEFAULT_SCOPE))
    return allowed if any(value in PERSONAL for value in allowed) else DEFAULT_SCOPE


def _sector(redirect_uris: tuple[str, ...]) -> str | None:
    hosts = {host(uri) for uri in redirect_uris}
    return hosts.pop() if len(hosts) == 1 else None


def _keys(read: MetadataReader, method: str, *, allow_loopback: bool) -> dict[str, Any]:
    jwks, jwks_uri = read.jwks("jwks"), _page(read, "jwks_uri", allow_loopback=allow_loopback)
    if jwks is not None and jwks_uri is not None:
        raise InvalidClientMetadata("The members jwks and jwks_uri exclude each other.")
    if method in {"private_key_jwt", "self_signed_tls_client_auth"} and jwks is None and jwks_uri is None:
        raise InvalidClientMetadata(f"The method {method} needs jwks or jwks_uri.")
    return {"jwks": jwks, "jwks_uri": jwks_uri}


def _kept(read: MetadataReader, *, is_native: bool) -> dict[str, Any]:
    kept: dict[str, Any] = {"application_type": "native" if is_native else "web"}
    contacts = read.texts("contacts")
    if contacts:
        kept["contacts"] = list(contacts)
    for name in (*_TEXTS, *read.in_languages(("client_name", *_PAGES))):
        value = read.text(name)
        if value is not None:
            kept[name] = value
    return kept
