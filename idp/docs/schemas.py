"""JSON Schemas of our tokens, made from the claim tables, for tools to validate against. Pure."""

from collections.abc import Mapping

from idp.claims.catalogue import CLAIMS
from idp.claims.claim import Claim, Target
from idp.claims.protocol import PROTOCOL_CLAIMS
from idp.claims.values import Json

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TITLES = {
    Target.ID_TOKEN: "ID token of Immo-Connect",
    Target.ACCESS_TOKEN: "Access token of Immo-Connect (RFC 9068)",
    Target.USERINFO: "Userinfo of Immo-Connect",
}


def schema_path(target: Target) -> str:
    """Return where the schema of a kind of token is published."""
    return f"/docs/claims/schema/{target.value}.json"


def token_schema(target: Target, issuer: str) -> Mapping[str, Json]:
    """Return the schema of the claims of an ID token, an access token or userinfo.

    Members that it does not name are allowed: claims are added over time, and a tool that refuses
    what it does not know breaks then.
    """
    protocol = [claim for claim in PROTOCOL_CLAIMS if target in claim.targets]
    properties: dict[str, Json] = {claim.name: {**claim.schema, "description": claim.description} for claim in protocol}
    for claim in CLAIMS:
        if may_hold(target, claim):
            properties[claim.name] = {**claim.schema, "description": claim.description}
    return {
        "$schema": _DIALECT,
        "$id": issuer + schema_path(target),
        "title": _TITLES[target],
        "type": "object",
        "properties": properties,
        "required": [claim.name for claim in protocol if target in claim.required],
    }


def may_hold(target: Target, claim: Claim) -> bool:
    """Tell whether a claim can stand there, by its scope or by the claims parameter."""
    by_request = claim.is_requestable and target is not Target.ACCESS_TOKEN
    return target in claim.targets or by_request
