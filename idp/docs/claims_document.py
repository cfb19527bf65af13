"""What `/docs/claims.json` says: the whole claim table for programs. Pure."""

from collections.abc import Mapping

from idp.claims.catalogue import CLAIMS
from idp.claims.claim import Target
from idp.claims.protocol import PROTOCOL_CLAIMS
from idp.claims.scopes import SCOPES, STAFF_SCOPES
from idp.claims.values import Json
from idp.docs.schemas import schema_path


def claims_document(issuer: str) -> Mapping[str, Json]:
    """Return scopes, claims and the addresses of the schemas, with texts in English."""
    return {
        "issuer": issuer,
        "scopes": [{"name": scope.name, "description": scope.description} for scope in SCOPES],
        "staff_scopes": [{"name": scope.name, "description": scope.description} for scope in STAFF_SCOPES],
        "claims": [
            {
                "name": claim.name,
                "scope": claim.scope,
                "in": in_order(claim.targets),
                "requestable": claim.is_requestable,
                "description": claim.description,
                "example": claim.example_in(Target.USERINFO),
                "schema": claim.schema,
            }
            for claim in CLAIMS
        ],
        "protocol_claims": [
            {
                "name": claim.name,
                "in": in_order(claim.targets),
                "always_in": in_order(claim.required),
                "description": claim.description,
                "example": claim.example,
                "schema": claim.schema,
            }
            for claim in PROTOCOL_CLAIMS
        ],
        "schemas": {target.value: issuer + schema_path(target) for target in Target},
    }


def in_order(targets: frozenset[Target]) -> list[Json]:
    """Return the names of targets in the order of `Target`."""
    return [target.value for target in Target if target in targets]
