"""What userinfo says about itself as a protected resource (RFC 9728)."""

from functools import lru_cache

import orjson

from core.proof import protected_resource
from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.claims.scopes import SCOPE_NAMES, WALLET_API_SCOPES
from idp.oidc.checks import resource
from idp.signing.states import JWKS_LIFE
from idp.wiring import Services

_CACHE_CONTROL = f"public, max-age={int(JWKS_LIFE.total_seconds())}"


def userinfo_metadata(ground: Services, request: ProgramRequest) -> Answer:
    """Return the metadata of userinfo, which its challenges name (RFC 9728 sections 3 and 5.1)."""
    del request
    body = _document(ground.settings.issuer, ground.settings.client_tls is not None)
    return Answer(body, headers={"Content-Type": "application/json", "Cache-Control": _CACHE_CONTROL})


# Settings do not change while we run: made once, not for each request.
@lru_cache(maxsize=8)
def _document(issuer: str, is_certificate_bound: bool) -> bytes:  # noqa: FBT001 - part of the cache's key
    return orjson.dumps(
        protected_resource.metadata(
            resource.userinfo(issuer),
            name="Immo-Connect userinfo",
            authorization_server=issuer,
            scope=tuple(name for name in SCOPE_NAMES if name not in WALLET_API_SCOPES),
            bearer_methods=("header", "body"),
            documentation=f"{issuer}/docs/claims",
            is_certificate_bound=is_certificate_bound,
        )
    )


ENDPOINTS = (
    Endpoint(
        protected_resource.metadata_path("/userinfo"),
        {"GET": userinfo_metadata},
        headers={"Access-Control-Allow-Origin": "*"},
    ),
)
