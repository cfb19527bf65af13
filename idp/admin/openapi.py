"""The description of the staff's interface (OpenAPI 3.1), made of the operations that it consists of."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from core.web import problems
from core.web.json_shapes import LONGEST_TEXT, schema
from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.admin import approvals, clients, developers, keys, people, registration_tokens, staff, work
from idp.admin.door import APPROVAL, BASE, body_members
from idp.admin.operation import Operation
from idp.oidc.checks import resource
from idp.wiring import Services

OPERATIONS: tuple[Operation, ...] = (
    *people.OPERATIONS,
    *clients.OPERATIONS,
    *registration_tokens.OPERATIONS,
    *developers.OPERATIONS,
    *keys.OPERATIONS,
    *staff.OPERATIONS,
    *work.OPERATIONS,
    *approvals.OPERATIONS,
)
_LEAD = (
    "For the portal of Immo-Connect. Each request carries a DPoP-bound access token (RFC 9449) for this resource, with "
    "the scope of a role that its person holds at that moment. Whatever changes something says why. Where a fresh "
    "sign-in is needed, the challenge names max_age (RFC 9470)."
)


def description(ground: Services, request: ProgramRequest) -> Answer:
    """Return the description; it holds no secret and may be read by anybody."""
    del request
    return Answer(_document(ground.settings.issuer), headers={"Content-Type": "application/json"})


def document(issuer: str) -> Mapping[str, Any]:
    """Return the description as an object."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Immo-Connect staff interface", "version": "1", "description": _LEAD},
        "servers": [{"url": resource.staff(issuer)}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": problems.SCHEMA},
            "securitySchemes": {
                "staff": {"type": "openIdConnect", "openIdConnectUrl": f"{issuer}/.well-known/openid-configuration"}
            },
        },
    }


@lru_cache(maxsize=4)
def _document(issuer: str) -> bytes:
    return orjson.dumps(document(issuer))


def _operation(operation: Operation) -> dict[str, Any]:
    names = [segment.strip("{}") for segment in operation.path.split("/") if segment.startswith("{")]
    waits = operation.second_person is not None
    gives = APPROVAL if waits else operation.gives
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": _conditions(operation),
        "security": [{"staff": [role.value]} for role in operation.roles],
        "parameters": [
            *({"name": name, "in": "path", "required": True, "schema": _name()} for name in names),
            *(
                {"name": member.name, "in": "query", "required": member.is_required, "schema": member.schema()}
                for member in operation.query
            ),
        ],
        "responses": {
            "202" if waits else "200": {
                "description": "It waits for a second person." if waits else "Done.",
                "content": {"application/json": {"schema": schema(gives)}},
            },
            "default": {
                "description": "A refusal (RFC 9457).",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    if operation.changes:
        body = schema(body_members(operation))
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return found


def _conditions(operation: Operation) -> str:
    said = []
    if operation.is_fresh:
        said.append("Needs a sign-in of the last five minutes.")
    if operation.second_person is not None:
        said.append("Done when a second person approves it.")
    return " ".join(said)


def _name() -> dict[str, Any]:
    return {"type": "string", "maxLength": max(LONGEST_TEXT, 255)}


DESCRIPTION: Endpoint[Services] = Endpoint(f"{BASE}/openapi.json", {"GET": description})
