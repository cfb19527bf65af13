"""Client registration: RFC 7591, its management RFC 7592, and their storage.

What metadata may say is `client_metadata.py`; the endpoints are `registration_endpoint.py`. Secrets and
registration access tokens are made here, told once, and stored as digests.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import NotFound, Unavailable
from core.infra.http import DOCUMENT_SECONDS, OutboundHttp, OutboundRefused
from core.infra.ids import digest, new_id, new_secret
from core.infra.settings import Mode, Settings
from core.infra.store.interface import EphemeralStore
from core.people.identifiers import PersonId
from idp.oidc import client_keys, client_metadata, client_tls_auth
from idp.oidc.checks.client_uri import host
from idp.oidc.clients import find_client, metadata_of, policy_to_json
from idp.oidc.errors import InvalidClientMetadata, InvalidToken
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import CONTEXT_SCOPE, RegisteredClient
from idp.oidc.tables import ClientRow
from idp.oidc.tokens import refresh_token

_SECRET_METHODS = frozenset({"client_secret_basic", "client_secret_post"})


@dataclass(frozen=True, slots=True)
class Registration:
    """A client as its registration is answered; the secret only when it was made just now."""

    client: RegisteredClient
    registration_access_token: str
    issued_at: datetime
    secret: str | None = None


def store_client(session: Session, client: RegisteredClient, *, now: datetime, secret: str | None = None) -> None:
    """Write a client, replacing what was stored under its identifier.

    With `secret` its digest becomes the client's; without, `client.secret_digest` is kept. Our own
    clients are written with this; what comes over HTTP is judged before, by the functions below.
    After the commit the caller says so with `clients.announce_change`.
    """
    row = session.scalar(select(ClientRow).where(ClientRow.client_id == client.client_id))
    if row is None:
        row = ClientRow(client_id=client.client_id, created_at=now)
        session.add(row)
    else:
        row.version += 1
    row.tool_id = client.tool_id
    row.secret_digest = client.secret_digest if secret is None else digest(secret)
    row.metadata_ = metadata_of(client)
    row.policy = policy_to_json(client.policy)
    row.enabled = client.enabled
    row.changed_at = now
    session.flush()


def judge(
    members: Mapping[str, Any],
    *,
    client_id: str | None = None,
    profile: Profile = Profile.OIDC,
    settings: Settings,
    http: OutboundHttp,
) -> RegisteredClient:
    """Return the client that the metadata describe, its sector fetched; nothing is stored.

    `profile` is what an operator chose for it, and what the metadata have to fit.

    Raises `InvalidRedirectUri` and `InvalidClientMetadata`.
    """
    client = client_metadata.parse(
        client_id or new_id("cli"),
        members,
        allow_loopback=settings.mode is not Mode.PRODUCTION,
        profile=profile,
        tls_methods=() if settings.client_tls is None else client_tls_auth.methods(settings.client_tls.authorities),
    )
    _require_usable_key(client)
    sector_uri = client_metadata.sector_identifier_uri(members)
    if sector_uri is not None:
        _require_listed(sector_uri, client.redirect_uris, http)
        metadata = {**client.metadata, "sector_identifier_uri": sector_uri}
        client = replace(client, sector_identifier=host(sector_uri), metadata=metadata)
    if client.subject_type == "pairwise" and client.sector_identifier is None:
        raise InvalidClientMetadata("Pairwise subjects of several hosts need a sector_identifier_uri.")
    return client


def register(
    session: Session, client: RegisteredClient, *, owner_id: PersonId | None = None, now: datetime
) -> Registration:
    """Store a new client and return it with its secret, if it has one, and its access token.

    `owner_id` is the person whose initial access token it came with; nobody's where an operator did it.
    """
    secret = new_secret() if client.token_endpoint_auth_method in _SECRET_METHODS else None
    token = new_secret()
    store_client(session, client, now=now, secret=secret)
    row = session.get_one(ClientRow, client.client_id)
    row.registration_token_digest = digest(token)
    row.owner_id = owner_id
    audit.record(session, action="client-registered", actor_id=owner_id, subject_id=client.client_id, now=now)
    return Registration(client, token, now, secret)


def read(session: Session, client_id: str, token: str) -> Registration:
    """Return a client to the holder of its registration access token; else raise `InvalidToken`."""
    row = _require_row(session, client_id, token)
    client = find_client(session, client_id)
    assert client is not None
    return Registration(client, token, row.created_at)


def update(session: Session, earlier: Registration, client: RegisteredClient, *, now: datetime) -> Registration:
    """Put new metadata in the place of the old ones (RFC 7592 section 2.2).

    What we decided about the client stays; its secret too, unless it needs one and has none.
    """
    before = earlier.client
    needs_secret = client.token_endpoint_auth_method in _SECRET_METHODS
    secret = new_secret() if needs_secret and before.secret_digest is None else None
    # What speaks of contexts was given by an operator, and no metadata can ask for it.
    is_given = before.tool_id is not None or not set(CONTEXT_SCOPE).isdisjoint(before.policy.scope)
    scope = before.policy.scope if is_given else client.policy.scope
    merged = replace(
        client,
        tool_id=before.tool_id,
        enabled=before.enabled,
        secret_digest=before.secret_digest if needs_secret else None,
        policy=replace(before.policy, scope=scope),
    )
    store_client(session, merged, now=now, secret=secret)
    audit.record(session, action="client-changed", actor_id=None, subject_id=client.client_id, now=now)
    return Registration(merged, earlier.registration_access_token, earlier.issued_at, secret)


def renew_access_token(session: Session, client_id: str, *, by: PersonId, now: datetime) -> str:
    """Give a client another registration access token, which is returned this once; raise `NotFound`."""
    row = session.get(ClientRow, client_id, with_for_update=True)
    if row is None:
        raise NotFound(client_id=client_id)
    token = new_secret()
    row.registration_token_digest = digest(token)
    audit.record(session, action="client-management-renewed", actor_id=by, subject_id=client_id, now=now)
    return token


def remove(session: Session, store: EphemeralStore, earlier: Registration, *, now: datetime) -> None:
    """Remove a client and end everything that it holds (RFC 7592 section 2.3)."""
    client_id = earlier.client.client_id
    refresh_token.revoke_client(session, store, client_id, now)
    session.execute(delete(ClientRow).where(ClientRow.client_id == client_id))
    audit.record(session, action="client-deleted", actor_id=None, subject_id=client_id, now=now)


def owner_of(session: Session, client_id: str) -> PersonId | None:
    """Return the person who registered a client with an initial access token; None where nobody did."""
    row = session.get(ClientRow, client_id) if client_id.isprintable() else None
    return None if row is None or row.owner_id is None else PersonId(row.owner_id)


def set_enabled(session: Session, store: EphemeralStore, client_id: str, *, enabled: bool, now: datetime) -> bool:
    """Let a client in again, or keep it out and end everything that it holds.

    False where it is so already. Raises `NotFound`. After the commit the caller says so with
    `clients.announce_change`.
    """
    row = session.get(ClientRow, client_id, with_for_update=True) if client_id.isprintable() else None
    if row is None:
        raise NotFound(client_id=client_id)
    if row.enabled is enabled:
        return False
    row.enabled, row.changed_at = enabled, now
    session.flush()
    if enabled:
        refresh_token.let_client_in(store, client_id)
    else:
        refresh_token.revoke_client(session, store, client_id, now)
    action = "client-enabled" if enabled else "client-disabled"
    audit.record(session, action=action, actor_id=None, subject_id=client_id, now=now)
    return True


def is_secret_of(client: RegisteredClient, secret: object) -> bool:
    """Tell whether this is the client's present secret."""
    if client.secret_digest is None or not isinstance(secret, str):
        return False
    return hmac.compare_digest(digest(secret), client.secret_digest)


def _require_row(session: Session, client_id: str, token: str) -> ClientRow:
    found = find_client(session, client_id)
    row = None if found is None else session.get(ClientRow, client_id)
    stored = None if row is None else row.registration_token_digest
    is_right = hmac.compare_digest(digest(token), stored or digest(""))
    if row is None or stored is None or not is_right or not row.enabled:
        raise InvalidToken("The registration access token is not valid.", client_id=client_id)
    return row


def _require_usable_key(client: RegisteredClient) -> None:
    # Told now, to whoever reads the answer, and not as a failed sign-in some day.
    if client.jwks is not None and not client_keys.read_keys(client.jwks):
        raise InvalidClientMetadata("The member jwks holds no key that is strong enough and of a type known here.")


def _require_listed(uri: str, redirect_uris: tuple[str, ...], http: OutboundHttp) -> None:
    try:
        listed = http.get_json(uri, timeout_seconds=DOCUMENT_SECONDS)
    except (Unavailable, OutboundRefused) as error:
        raise InvalidClientMetadata(
            "The sector_identifier_uri cannot be fetched.", reason=error.code, details=dict(error.details)
        ) from error
    if not isinstance(listed, list) or any(redirect_uri not in listed for redirect_uri in redirect_uris):
        raise InvalidClientMetadata("The sector_identifier_uri does not list every redirect URI.")
