"""Every endpoint of the wallet's interface, its description and its metadata as a protected resource."""

from functools import lru_cache

import orjson

from core.proof import protected_resource
from core.web.programs import Answer, Endpoint, ProgramRequest
from portal.api import guide
from portal.api.door import endpoints
from portal.api.openapi import DESCRIPTION, OPERATIONS
from portal.api.operation import CHARGE, READ
from portal.api.protect import BASE, audience
from portal.wiring import Services


def metadata(ground: Services, request: ProgramRequest) -> Answer:
    """Return what the interface says about itself (RFC 9728), which its challenges name."""
    del request
    found = _document(ground.settings.issuer, audience(ground.settings))
    return Answer(found, headers={"Content-Type": "application/json"})


@lru_cache(maxsize=4)
def _document(issuer: str, resource: str) -> bytes:
    return orjson.dumps(
        protected_resource.metadata(
            resource,
            name="Immo-Connect wallet",
            authorization_server=issuer,
            scope=(CHARGE, READ),
            documentation=resource.removesuffix(BASE) + guide.PATH,
        )
    )


ENDPOINTS: tuple[Endpoint[Services], ...] = (
    *endpoints(OPERATIONS),
    DESCRIPTION,
    Endpoint(protected_resource.metadata_path(BASE), {"GET": metadata}),
)
