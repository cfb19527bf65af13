"""What clients learn about us: metadata at both well-known addresses, and the public keys.

OpenID Connect Discovery 1.0 section 3, RFC 8414, RFC 7517. One document serves both addresses; it
says only what is built, and comes from the same tables that the endpoints follow.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from flask import Blueprint, Response, current_app, request

from core.infra.catalogues import LANGUAGES
from core.infra.settings import Registration, Settings
from core.people.assurance import Acr
from core.proof.keys import ALGORITHMS
from idp.claims.catalogue import CLAIMS
from idp.claims.claim import Target
from idp.claims.protocol import PROTOCOL_CLAIMS
from idp.claims.scopes import SCOPE_NAMES
from idp.claims.values import Json
from idp.oidc.request import ResponseMode
from idp.signing.states import JWKS_LIFE
from idp.wiring import Services, services

bp = Blueprint("discovery", __name__)

# Levels that a person can reach today: the password alone.
REACHABLE_ACR = (Acr.PASSWORD,)

_EXTENSION = "immo-metadata"
_CACHE_CONTROL = f"public, max-age={int(JWKS_LIFE.total_seconds())}"
_CONFIDENTIAL_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")


@dataclass(frozen=True, slots=True)
class _Document:
    body: bytes
    etag: str


@bp.get("/.well-known/openid-configuration")
@bp.get("/.well-known/oauth-authorization-server")
def configuration() -> Response:
    """Return the metadata (Discovery section 4.2, RFC 8414 section 3.2)."""
    document = current_app.extensions.get(_EXTENSION)
    if document is None:
        # Settings do not change while we run: made once per application, not per request.
        document = current_app.extensions[_EXTENSION] = _document(services())
    return _public(document.body, document.etag, "application/json")


@bp.get("/jwks")
def jwks() -> Response:
    """Return every key that may verify what we signed (RFC 7517 section 5)."""
    keys = services().keyring.jwks()
    return _public(keys.body, keys.etag, "application/jwk-set+json")


def metadata(settings: Settings) -> Mapping[str, Json]:
    """Return the metadata document: endpoints, and what each of them accepts."""
    issuer = settings.issuer
    return {
        "issuer": issuer,
        **_endpoints(settings),
        "scopes_supported": list(SCOPE_NAMES),
        "claims_supported": _claims(),
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "response_types_supported": ["code"],
        "response_modes_supported": [mode.value for mode in ResponseMode],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "subject_types_supported": ["public", "pairwise"],
        "acr_values_supported": [level.value for level in REACHABLE_ACR],
        "display_values_supported": ["page"],
        "ui_locales_supported": list(LANGUAGES),
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(ALGORITHMS),
        "token_endpoint_auth_methods_supported": [*_CONFIDENTIAL_METHODS, "none"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": [*_CONFIDENTIAL_METHODS, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": list(_CONFIDENTIAL_METHODS),
        "introspection_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "service_documentation": f"{issuer}/docs/claims",
    }


def _endpoints(settings: Settings) -> dict[str, Json]:
    issuer = settings.issuer
    endpoints: dict[str, Json] = {
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "introspection_endpoint": f"{issuer}/introspect",
        "revocation_endpoint": f"{issuer}/revoke",
        "end_session_endpoint": f"{issuer}/end_session",
    }
    # Initial access tokens are not issued yet: where one is demanded, nobody can register.
    if settings.registration is Registration.OPEN:
        endpoints["registration_endpoint"] = f"{issuer}/register"
    return endpoints


def _claims() -> list[Json]:
    by_protocol = [claim.name for claim in PROTOCOL_CLAIMS if Target.ID_TOKEN in claim.required]
    return [*by_protocol, *(claim.name for claim in CLAIMS if claim.is_requestable)]


def _document(ground: Services) -> _Document:
    body = orjson.dumps(metadata(ground.settings))
    return _Document(body, '"' + hashlib.sha256(body).hexdigest()[:32] + '"')


def _public(body: bytes, etag: str, mimetype: str) -> Response:
    """Answer with something that anybody may read, also from scripts of other origins, and keep."""
    unchanged = etag in request.headers.get("If-None-Match", "")
    headers = (
        ("Content-Type", mimetype),
        ("ETag", etag),
        ("Cache-Control", _CACHE_CONTROL),
        ("Access-Control-Allow-Origin", "*"),
    )
    return Response(b"" if unchanged else body, status=304 if unchanged else 200, headers=headers)
