"""Every endpoint of the staff's interface, its description and its metadata as a protected resource."""

from functools import lru_cache

import orjson

from core.proof import protected_resource
from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.admin.door import BASE, endpoints
from idp.admin.openapi import DESCRIPTION, OPERATIONS
from idp.oidc.checks import resource
from idp.oidc.checks.scope import STAFF
from idp.wiring import Services


def metadata(ground: Services, request: ProgramRequest) -> Answer:
    """Return what the interface says about itself (RFC 9728), which its challenges name."""
    del request
    return Answer(_document(ground.settings.issuer), headers={"Content-Type": "application/json"})


@lru_cache(maxsize=4)
def _document(issuer: str) -> bytes:
    found = protected_resource.metadata(
        resource.staff(issuer),
        name="Immo-Connect staff interface",
        authorization_server=issuer,
        scope=STAFF,
        documentation=f"{issuer}{BASE}/openapi.json",
    )
    # A plain bearer token opens nothing here.
    return orjson.dumps({**found, "bearer_methods_supported": [], "dpop_bound_access_tokens_required": True})


ENDPOINTS: tuple[Endpoint[Services], ...] = (
    *endpoints(OPERATIONS),
    DESCRIPTION,
    Endpoint(protected_resource.metadata_path(BASE), {"GET": metadata}),
)
