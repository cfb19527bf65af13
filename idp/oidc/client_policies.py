"""The policy of a client, edited by operators as versioned data: what it was before is kept.

Whoever edits says which version they saw; with another one nothing is overwritten.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import Conflict, NotFound, RuleError
from core.people.identifiers import PersonId
from core.staff.reasons import Reason
from core.tools.catalogue import tool_by_code
from idp.claims.scopes import SCOPE_NAMES
from idp.oidc import client_metadata
from idp.oidc.checks.scope import STAFF
from idp.oidc.clients import find_client, metadata_of, policy_to_json
from idp.oidc.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.oidc.registered_client import CONTEXT_SCOPE, ClientPolicy, RegisteredClient
from idp.oidc.tables import ClientPolicyRow, ClientRow


class ClientChangedMeanwhile(Conflict):
    """Somebody else changed the client since it was read: look again, then decide."""

    code = "client-changed-meanwhile"


class PolicyRefused(RuleError):
    """The policy contradicts itself, or what the client registered."""

    code = "policy-refused"


@dataclass(frozen=True, slots=True)
class EarlierPolicy:
    """A policy that a client had until `replaced_at`."""

    version: int
    policy: dict[str, Any]
    replaced_at: datetime
    replaced_by: PersonId | None
    reason: str
    reference: str


def version_of(session: Session, client_id: str) -> int:
    """Return the version of a client as it is now; raise `NotFound`."""
    row = session.get(ClientRow, client_id)
    if row is None:
        raise NotFound(client_id=client_id)
    return row.version


def change(
    session: Session, client_id: str, policy: ClientPolicy, *, version: int, by: PersonId, why: Reason, now: datetime
) -> int:
    """Give a client another policy and return its new version.

    Raises `NotFound`, `ClientChangedMeanwhile`, and `PolicyRefused` for what does not fit. After the
    commit the caller says so with `clients.announce_change`.
    """
    row = session.get(ClientRow, client_id, with_for_update=True, populate_existing=True)
    client = None if row is None else find_client(session, client_id)
    if row is None or client is None:
        raise NotFound(client_id=client_id)
    if row.version != version:
        raise ClientChangedMeanwhile(client_id=client_id, version=row.version)
    _require_sound(client, policy)
    session.add(
        ClientPolicyRow(
            client_id=client_id,
            version=row.version,
            policy=dict(row.policy),
            replaced_at=now,
            replaced_by=by,
            reason=why.word,
            reference=why.reference,
        )
    )
    row.policy, row.version, row.changed_at = policy_to_json(policy), version + 1, now
    session.flush()
    details: dict[str, audit.Detail] = {"client_id": client_id, "version": version + 1, **why.details()}
    audit.record(session, action="client-policy-changed", actor_id=by, subject_id=None, details=details, now=now)
    return row.version


def connect(
    session: Session, client_id: str, tool: str | None, *, version: int, by: PersonId, why: Reason, now: datetime
) -> int:
    """Let a client belong to a tool of the catalogue, by its code, or to none; return its new version.

    Raises `NotFound`, `ClientChangedMeanwhile`, and `PolicyRefused` for a tool that is none, and for one
    that asks for what only a tool may. After the commit the caller says so with `clients.announce_change`.
    """
    row = session.get(ClientRow, client_id, with_for_update=True, populate_existing=True)
    client = None if row is None else find_client(session, client_id)
    if row is None or client is None:
        raise NotFound(client_id=client_id)
    if row.version != version:
        raise ClientChangedMeanwhile(client_id=client_id, version=row.version)
    tool_id = None if tool is None else tool_by_code(session, tool)
    if (tool_id is None) is not (tool is None):
        raise PolicyRefused(member="tool")
    if tool_id is None and not set(CONTEXT_SCOPE).isdisjoint(client.policy.scope):
        raise PolicyRefused(member="scope")
    row.tool_id, row.version, row.changed_at = tool_id, version + 1, now
    session.flush()
    details: dict[str, audit.Detail] = {"client_id": client_id, "tool": tool, **why.details()}
    audit.record(session, action="client-connected", actor_id=by, subject_id=tool_id, details=details, now=now)
    return row.version


def earlier(session: Session, client_id: str) -> tuple[EarlierPolicy, ...]:
    """Return the policies that a client had before, the latest first."""
    rows = session.scalars(
        select(ClientPolicyRow).where(ClientPolicyRow.client_id == client_id).order_by(ClientPolicyRow.version.desc())
    )
    return tuple(
        EarlierPolicy(
            version=row.version,
            policy=dict(row.policy),
            replaced_at=row.replaced_at,
            replaced_by=None if row.replaced_by is None else PersonId(row.replaced_by),
            reason=row.reason,
            reference=row.reference,
        )
        for row in rows
    )


def _require_sound(client: RegisteredClient, policy: ClientPolicy) -> None:
    _require_scope(policy.scope, is_own=policy.first_party)
    if policy.first_party is not client.policy.first_party:
        # What asks nobody for consent is written by us into the product, and not on a page.
        raise PolicyRefused(member="first_party")
    try:
        client_metadata.parse(client.client_id, metadata_of(client), allow_loopback=True, profile=policy.profile)
    except (InvalidClientMetadata, InvalidRedirectUri) as error:
        raise PolicyRefused(member="profile", reason=error.description) from error


def _require_scope(scope: Collection[str], *, is_own: bool) -> None:
    unknown = [value for value in scope if value not in {*SCOPE_NAMES, *STAFF} and ":" not in value]
    if unknown or not scope or (not is_own and not STAFF.isdisjoint(scope)):
        raise PolicyRefused(member="scope")
