"""Clients: operators see and steer all of them, developers see their own."""

from dataclasses import fields
from typing import Any

from core.infra.errors import NotFound
from core.people.identifiers import PersonId
from core.staff.approvals import Act
from core.staff.states import StaffRole
from core.web.json_shapes import Kind, Member
from idp.admin.operation import Call, Json, Operation
from idp.oidc import client_lists, client_policies, registration
from idp.oidc.client_lists import PAGE, Wanted
from idp.oidc.client_policies import PolicyRefused
from idp.oidc.clients import announce_change, find_client, metadata_of, policy_to_json
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import ClientPolicy, RegisteredClient

DISABLE = Act("disable-client", StaffRole.OPERATOR)
_OPERATOR = (StaffRole.OPERATOR,)
_BOTH = (StaffRole.OPERATOR, StaffRole.DEVELOPER)
_LISTS = frozenset({"passes_on_to", "scope", "resources", "entitlements"})


def listed(call: Call) -> Json:
    """List clients, page by page; a developer's own only."""
    owner = call.query.optional("owner_id")
    wanted = Wanted(
        search=call.query.optional("search"),
        owner_id=call.by if _is_developer(call) else None if owner is None else PersonId(owner),
        enabled=call.query.flag("enabled") if call.query.has("enabled") else None,
        page=call.query.integer("page") if call.query.has("page") else 1,
    )
    found, count = client_lists.listed(call.session, wanted)
    clients = [
        {
            "client_id": client.client_id,
            "name": client.name,
            "profile": client.profile,
            "tool_id": client.tool_id,
            "owner_id": client.owner_id,
            "enabled": client.enabled,
            "version": client.version,
            "created_at": client.created_at.isoformat(),
            "changed_at": client.changed_at.isoformat(),
        }
        for client in found
    ]
    return {"clients": clients, "count": count, "page": wanted.page, "page_size": PAGE}


def one(call: Call) -> Json:
    """Show what a client registered, and what we decided about it."""
    client = _client(call)
    return {
        "client_id": client.client_id,
        "enabled": client.enabled,
        "owner_id": registration.owner_of(call.session, client.client_id),
        "tool_id": client.tool_id,
        "version": client_policies.version_of(call.session, client.client_id),
        "metadata": metadata_of(client),
        "policy": policy_to_json(client.policy),
        "has_secret": client.secret_digest is not None,
    }


def policies(call: Call) -> Json:
    """Show the policies that a client had before."""
    client = _client(call)
    return {
        "policies": [
            {
                "version": earlier.version,
                "policy": earlier.policy,
                "replaced_at": earlier.replaced_at.isoformat(),
                "replaced_by": earlier.replaced_by,
                "reason": earlier.reason,
                "reference": earlier.reference,
            }
            for earlier in client_policies.earlier(call.session, client.client_id)
        ]
    }


def change_policy(call: Call) -> Json:
    """Give a client another policy; refused where it changed since it was read."""
    client = _client(call)
    version = client_policies.change(
        call.session,
        client.client_id,
        _policy(client.policy, call.body.values["policy"]),
        version=call.body.integer("version"),
        by=call.by,
        why=call.reason,
        now=call.now,
    )
    call.after.append(lambda: announce_change(call.services.database, call.services.store))
    return {"version": version}


def connect(call: Call) -> Json:
    """Let a client belong to a tool, or to none; refused where it changed since it was read."""
    version = client_policies.connect(
        call.session,
        call.names["client_id"],
        call.body.optional("tool"),
        version=call.body.integer("version"),
        by=call.by,
        why=call.reason,
        now=call.now,
    )
    call.after.append(lambda: announce_change(call.services.database, call.services.store))
    return {"version": version}


def enable(call: Call) -> Json:
    """Let a client in again."""
    found = call.services
    changed = registration.set_enabled(call.session, found.store, call.names["client_id"], enabled=True, now=call.now)
    call.after.append(lambda: announce_change(found.database, found.store))
    return {"changed": changed}


def disable(call: Call) -> Json:
    """Make sure that there is a client to keep out; a second person decides."""
    _client(call)
    return {}


def _client(call: Call) -> RegisteredClient:
    client_id = call.names["client_id"]
    found = find_client(call.session, client_id)
    if found is None or (_is_developer(call) and registration.owner_of(call.session, client_id) != call.by):
        raise NotFound(client_id=client_id)
    return found


def _is_developer(call: Call) -> bool:
    return call.role is StaffRole.DEVELOPER


def _policy(before: ClientPolicy, sent: dict[str, Any]) -> ClientPolicy:
    """Return the policy that was sent, which names every member; raise `PolicyRefused` for anything else."""
    values: dict[str, Any] = {}
    for found in fields(ClientPolicy):
        name, value = found.name, sent.get(found.name)
        kinds = list if name in _LISTS else type(getattr(before, name)) if name != "require_acr" else (str, type(None))
        if name == "profile":
            kinds = str
        if name not in sent or not isinstance(value, kinds):
            raise PolicyRefused(member=name)
        values[name] = _texts(name, value) if isinstance(value, list) else value
    if set(sent) != set(values) or values["profile"] not in set(Profile):
        raise PolicyRefused(member="profile" if set(sent) == set(values) else "unknown")
    return ClientPolicy(**{**values, "profile": Profile(values["profile"])})


def _texts(name: str, value: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(entry, str) and entry.isprintable() and 0 < len(entry) <= 255 for entry in value):
        raise PolicyRefused(member=name)
    return tuple(dict.fromkeys(value))


_LISTED = (
    Member("client_id"),
    Member("name"),
    Member("profile", choices=tuple(Profile)),
    Member("tool_id", is_nullable=True),
    Member("owner_id", is_nullable=True, meaning="Who registered it with an initial access token."),
    Member("enabled", Kind.FLAG),
    Member("version", Kind.INTEGER),
    Member("created_at"),
    Member("changed_at"),
)
_LIST = (
    Member("clients", Kind.OBJECTS, members=_LISTED),
    Member("count", Kind.INTEGER, "How many there are in all."),
    Member("page", Kind.INTEGER),
    Member("page_size", Kind.INTEGER),
)
_ONE = (
    Member("client_id"),
    Member("enabled", Kind.FLAG),
    Member("owner_id", is_nullable=True),
    Member("tool_id", is_nullable=True),
    Member("version", Kind.INTEGER, "To be sent with a change."),
    Member("metadata", Kind.OBJECT, "RFC 7591 metadata."),
    Member("policy", Kind.OBJECT, "What we decided about it, and it cannot set itself."),
    Member("has_secret", Kind.FLAG),
)
_EARLIER = (
    Member(
        "policies",
        Kind.OBJECTS,
        members=(
            Member("version", Kind.INTEGER),
            Member("policy", Kind.OBJECT),
            Member("replaced_at"),
            Member("replaced_by", is_nullable=True),
            Member("reason"),
            Member("reference"),
        ),
    ),
)
_FILTERS = (
    Member("search", is_required=False, meaning="A part of the name or the identifier."),
    Member("owner_id", is_required=False),
    Member("enabled", Kind.FLAG, is_required=False),
    Member("page", Kind.INTEGER, is_required=False, least=1, most=10_000),
)
_CHANGED = (Member("changed", Kind.FLAG, "False where it was so already."),)
_PATH = "/clients/{client_id}"

OPERATIONS = (
    Operation("listClients", "GET", "/clients", _BOTH, "Registered clients", listed, query=_FILTERS, gives=_LIST),
    Operation("readClient", "GET", _PATH, _BOTH, "One client", one, gives=_ONE),
    Operation("listPolicies", "GET", f"{_PATH}/policies", _OPERATOR, "Its earlier policies", policies, gives=_EARLIER),
    Operation(
        *("changePolicy", "PUT", f"{_PATH}/policy", _OPERATOR, "Change what we decided about a client", change_policy),
        takes=(Member("version", Kind.INTEGER), Member("policy", Kind.OBJECT)),
        gives=(Member("version", Kind.INTEGER),),
        is_fresh=True,
    ),
    Operation(
        *("connectClient", "PUT", f"{_PATH}/tool", _OPERATOR, "Let a client belong to a tool, or to none", connect),
        takes=(
            Member("version", Kind.INTEGER),
            Member("tool", is_required=False, meaning="The tool's code in the catalogue; left out: none."),
        ),
        gives=(Member("version", Kind.INTEGER),),
        is_fresh=True,
    ),
    Operation(
        *("enableClient", "POST", f"{_PATH}/enable", _OPERATOR, "Let a client in again", enable),
        gives=_CHANGED,
        is_fresh=True,
    ),
    Operation(
        *("disableClient", "POST", f"{_PATH}/disable", _OPERATOR, "Keep a client out", disable),
        is_fresh=True,
        second_person=DISABLE,
    ),
)
