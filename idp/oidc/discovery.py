"""What clients learn about us: metadata at both well-known addresses, and the public keys.

OpenID Connect Discovery 1.0 section 3, RFC 8414, RFC 7517. One document serves both addresses; it
says only what is built, and comes from the same tables that the endpoints follow.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import orjson

from core.infra.catalogues import LANGUAGES
from core.infra.settings import Registration, Settings
from core.people.assurance import Acr
from core.proof import dpop
from core.proof.keys import ALGORITHMS
from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.claims import verified
from idp.claims.catalogue import CLAIMS
from idp.claims.claim import Target
from idp.claims.protocol import PROTOCOL_CLAIMS
from idp.claims.scopes import SCOPE_NAMES
from idp.claims.values import Json
from idp.oidc import client_tls_auth
from idp.oidc.client_metadata import GRANT_TYPES
from idp.oidc.request import ResponseMode
from idp.signing.states import JWKS_LIFE
from idp.wiring import Services

# Levels that a person can reach today: a password, more with a passkey or an authenticator, most with the card.
REACHABLE_ACR = (Acr.PASSWORD, Acr.MFA, Acr.HIGH)

_CACHE_CONTROL = f"public, max-age={int(JWKS_LIFE.total_seconds())}"
_CONFIDENTIAL_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")
# Those that a program calls by itself: at them a certificate may prove it, or be what a token is bound to.
MTLS_ENDPOINTS = (
    "token_endpoint", "pushed_authorization_request_endpoint", "device_authorization_endpoint", "userinfo_endpoint",
    "introspection_endpoint", "revocation_endpoint",
)  # fmt: skip
# OpenID Connect for Identity Assurance 1.0, metadata.
_VERIFIED_CLAIMS: dict[str, Json] = {
    "verified_claims_supported": True,
    "trust_frameworks_supported": [verified.TRUST_FRAMEWORK],
    "evidence_supported": [verified.EVIDENCE],
    "documents_supported": list(verified.DOCUMENTS),
    "documents_check_methods_supported": [verified.CHECK_METHOD],
    "claims_in_verified_claims_supported": list(verified.VERIFIABLE),
}


@dataclass(frozen=True, slots=True)
class _Offer:
    """What differs from one installation to the next."""

    issuer: str
    registration: Registration
    mtls_url: str | None = None
    tls_methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Document:
    body: bytes
    etag: str


def configuration(ground: Services, request: ProgramRequest) -> Answer:
    """Return the metadata (Discovery section 4.2, RFC 8414 section 3.2)."""
    document = _document(_offer(ground.settings))
    return _public(request, document.body, document.etag, "application/json")


def jwks(ground: Services, request: ProgramRequest) -> Answer:
    """Return every key that may verify what we signed (RFC 7517 section 5)."""
    keys = ground.keyring.jwks()
    return _public(request, keys.body, keys.etag, "application/jwk-set+json")


def metadata(settings: Settings) -> Mapping[str, Json]:
    """Return the metadata document: endpoints, and what each of them accepts."""
    return _metadata(_offer(settings))


def _offer(settings: Settings) -> _Offer:
    place = settings.client_tls
    if place is None:
        return _Offer(settings.issuer, settings.registration)
    return _Offer(settings.issuer, settings.registration, place.url, client_tls_auth.methods(place.authorities))


def _metadata(offer: _Offer) -> Mapping[str, Json]:
    issuer = offer.issuer
    endpoints = _endpoints(issuer, offer.registration)
    confidential = [*_CONFIDENTIAL_METHODS, *offer.tls_methods]
    return {
        "issuer": issuer,
        **endpoints,
        **_mutual_tls(offer, endpoints),
        "scopes_supported": list(SCOPE_NAMES),
        "claims_supported": _claims(),
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        **_VERIFIED_CLAIMS,
        "require_pushed_authorization_requests": False,
        "request_parameter_supported": True,
        # Without `none`: whoever signs nothing sends parameters.
        "request_object_signing_alg_values_supported": list(ALGORITHMS),
        "request_uri_parameter_supported": False,
        "response_types_supported": ["code"],
        "response_modes_supported": [mode.value for mode in ResponseMode],
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "authorization_signing_alg_values_supported": list(ALGORITHMS),
        "subject_types_supported": ["public", "pairwise"],
        "acr_values_supported": [level.value for level in REACHABLE_ACR],
        "display_values_supported": ["page"],
        "ui_locales_supported": list(LANGUAGES),
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(ALGORITHMS),
        "token_endpoint_auth_methods_supported": [*confidential, "none"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": [*confidential, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "service_documentation": f"{issuer}/docs/claims",
    }


def _endpoints(issuer: str, registration: Registration) -> dict[str, Json]:
    endpoints: dict[str, Json] = {
        "authorization_endpoint": f"{issuer}/authorize",
        "pushed_authorization_request_endpoint": f"{issuer}/par",
        "token_endpoint": f"{issuer}/token",
        "device_authorization_endpoint": f"{issuer}/device_authorization",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "introspection_endpoint": f"{issuer}/introspect",
        "revocation_endpoint": f"{issuer}/revoke",
        "end_session_endpoint": f"{issuer}/end_session",
    }
    if registration is not Registration.CLOSED:
        endpoints["registration_endpoint"] = f"{issuer}/register"
    return endpoints


def _mutual_tls(offer: _Offer, endpoints: Mapping[str, Json]) -> dict[str, Json]:
    """Return what RFC 8705 sections 3.3 and 5 add where a proxy asks programs for certificates."""
    if offer.mtls_url is None:
        return {}
    here = (name for name in MTLS_ENDPOINTS if name in endpoints)
    aliases: dict[str, Json] = {name: str(endpoints[name]).replace(offer.issuer, offer.mtls_url, 1) for name in here}
    return {"tls_client_certificate_bound_access_tokens": True, "mtls_endpoint_aliases": aliases}


def _claims() -> list[Json]:
    by_protocol = [claim.name for claim in PROTOCOL_CLAIMS if Target.ID_TOKEN in claim.required]
    return [*by_protocol, *(claim.name for claim in CLAIMS if claim.is_requestable)]


# Settings do not change while we run: made once, not for each request.
@lru_cache(maxsize=8)
def _document(offer: _Offer) -> _Document:
    body = orjson.dumps(_metadata(offer))
    return _Document(body, '"' + hashlib.sha256(body).hexdigest()[:32] + '"')


def _public(request: ProgramRequest, body: bytes, etag: str, mimetype: str) -> Answer:
    """Answer with something that anybody may read, also from scripts of other origins, and keep."""
    if etag in (request.header("If-None-Match") or ""):
        return Answer(status=304, headers={"ETag": etag, "Cache-Control": _CACHE_CONTROL})
    return Answer(body, headers={"Content-Type": mimetype, "ETag": etag, "Cache-Control": _CACHE_CONTROL})


_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
ENDPOINTS = (
    Endpoint("/.well-known/openid-configuration", {"GET": configuration}, headers=_ANY_ORIGIN),
    Endpoint("/.well-known/oauth-authorization-server", {"GET": configuration}, headers=_ANY_ORIGIN),
    Endpoint("/jwks", {"GET": jwks}, headers=_ANY_ORIGIN),
)
