"""The description of the wallet's interface (OpenAPI 3.1), made of the operations that it consists of."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson

from core.web import problems
from core.web.json_shapes import Kind, Member, schema
from core.web.programs import Answer, Endpoint, ProgramRequest
from portal.api import balance, charges, holds
from portal.api.door import ID, IDEMPOTENCY_KEY
from portal.api.operation import Operation
from portal.api.protect import BASE, audience
from portal.wiring import Services

OPERATIONS: tuple[Operation, ...] = (*charges.OPERATIONS, *holds.OPERATIONS, *balance.OPERATIONS)
_LEAD = (
    "For tools of Immo-Connect. Each request carries an access token for this resource (RFC 8707) that a user gave the "
    "tool for one organisation, bound to a key (RFC 9449) where the tool's tokens are. What a tool made itself it may "
    "also capture, void, refund and read with a token of its own (client credentials), which needs no scope. Whatever "
    "changes something carries an Idempotency-Key: the same once more is answered as the first time, with "
    "Idempotency-Replayed, and happens once; a call that was refused may come again under its key."
)
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Yours, for this one call, for thirty days.",
    "schema": {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY}$"},
    "example": "search-4711-charge",
}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": f"^{ID}$"}}
_PAY_FIRST = {
    "allOf": [{"$ref": "#/components/schemas/Problem"}],
    "properties": {"topup_url": {"type": "string", "description": "Where the user can recharge the wallet."}},
    "required": ["topup_url"],
}


def description(ground: Services, request: ProgramRequest) -> Answer:
    """Return the description; it may be read by anybody."""
    del request
    return Answer(_bytes(ground.settings.issuer, audience(ground.settings)), headers=_HEADERS)


def document(issuer: str, resource: str) -> Mapping[str, Any]:
    """Return the description as an object."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Immo-Connect wallet", "version": "1", "description": _LEAD},
        "servers": [{"url": resource}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": {**problems.SCHEMA, "additionalProperties": True}},
            "securitySchemes": {
                "tool": {"type": "openIdConnect", "openIdConnectUrl": f"{issuer}/.well-known/openid-configuration"}
            },
        },
    }


def example_of(members: Iterable[Member]) -> dict[str, Any]:
    """Return an object of these members as it may look; what may be left out is there."""
    return {
        member.name: [example_of(member.members)] if member.kind is Kind.OBJECTS else member.example
        for member in members
    }


@lru_cache(maxsize=4)
def _bytes(issuer: str, resource: str) -> bytes:
    return orjson.dumps(document(issuer, resource))


def _operation(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": "Also with a token of the client itself." if operation.is_for_client else "",
        "security": [{"tool": [scope]} for scope in operation.scope],
        "parameters": [
            *([_ID] if "{id}" in operation.path else []),
            *([_KEY] if operation.changes else []),
            *(
                {"name": member.name, "in": "query", "required": member.is_required, "schema": member.schema()}
                for member in operation.query
            ),
        ],
        "responses": _responses(operation),
    }
    if operation.changes:
        found["requestBody"] = {"required": bool(operation.takes), "content": _json(operation.takes)}
    return found


def _responses(operation: Operation) -> dict[str, Any]:
    found = {
        str(operation.status.value): {"description": "Done.", "content": _json(operation.gives)},
        "default": _refusal("A refusal (RFC 9457).", {"$ref": "#/components/schemas/Problem"}),
    }
    if operation.note_refusal is not None:
        found["402"] = _refusal("There is too little on the wallet, or it is frozen.", _PAY_FIRST)
    return found


def _refusal(meaning: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": meaning, "content": {problems.MEDIA_TYPE: {"schema": content}}}


def _json(members: tuple[Member, ...]) -> dict[str, Any]:
    return {"application/json": {"schema": schema(members), "example": example_of(members)}}


_HEADERS = {"Content-Type": "application/json"}
DESCRIPTION: Endpoint[Services] = Endpoint(f"{BASE}/openapi.json", {"GET": description})
