"""Registered clients: how they are written as rows and found again.

What a client may register, and over which endpoint, is `registration.py`. A client is read with
one statement and kept for seconds in each process; a version in the store tells the other
processes to look again after a change.
"""

import threading
import time
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, select

from core.infra.db import Database
from core.infra.ids import new_secret
from core.infra.kept_query import KeptQuery, Row
from core.infra.statements import Queryable
from core.infra.store.interface import EphemeralStore, Kind
from idp.oidc.client_protection import SUBJECT_MEMBERS
from idp.oidc.profiles import Profile
from idp.oidc.registered_client import ClientPolicy, RegisteredClient
from idp.oidc.tables import ClientRow

__all__ = ["ClientPolicy", "RegisteredClient", "announce_change", "find_client", "known_client"]

_VERSION_KEY = "clients"
_VERSION_LIFE = timedelta(days=1)
_LOOK_AGAIN_SECONDS = 2.0
_KEEP_SECONDS = 60.0
# Registration may be open: nobody fills our memory by registering clients.
_MOST_KEPT = 1_000
_LONGEST_ID = 255

# Our field → the member of RFC 7591 or OpenID Connect Registration, where the two differ.
_WIRE_NAMES = {
    "name": "client_name",
    "default_max_age_seconds": "default_max_age",
}
_METADATA_FIELDS = (
    "name",
    "token_endpoint_auth_method",
    "redirect_uris",
    "grant_types",
    "response_types",
    "post_logout_redirect_uris",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "authorization_signed_response_alg",
    "introspection_signed_response_alg",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "jwks",
    "jwks_uri",
    "subject_type",
    "sector_identifier",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "default_max_age_seconds",
    "require_auth_time",
    "default_acr_values",
    "initiate_login_uri",
    "logo_uri",
    "client_uri",
    "policy_uri",
    "tos_uri",
)
_LISTS = frozenset(
    {"redirect_uris", "grant_types", "response_types", "post_logout_redirect_uris", "default_acr_values"}
)


# Where they are absent the default of RFC 7591 section 2 is not an empty list.
_NEVER_LEFT_OUT = frozenset({"grant_types", "response_types"})


def metadata_of(client: RegisteredClient) -> dict[str, Any]:
    """Return the client's metadata under the names of the specifications, without empty members.

    Members that we keep without reading them (contacts, names in other languages) are taken over
    from `client.metadata`.
    """
    members = {name: value for name, value in client.metadata.items() if name not in _READ}
    for name in _METADATA_FIELDS:
        value = getattr(client, name)
        if value is None or (value == () and name not in _NEVER_LEFT_OUT):
            continue
        members[_WIRE_NAMES.get(name, name)] = list(value) if name in _LISTS else value
    return members if client.tls_client_auth_subject is None else members | dict([client.tls_client_auth_subject])


_READ = frozenset({*(_WIRE_NAMES.get(name, name) for name in _METADATA_FIELDS), *SUBJECT_MEMBERS})


def policy_to_json(policy: ClientPolicy) -> dict[str, Any]:
    """Return the policy as JSON values."""
    return {
        "profile": policy.profile.value,
        "token_exchange": policy.token_exchange,
        "passes_on_to": list(policy.passes_on_to),
        "first_party": policy.first_party,
        "scope": list(policy.scope),
        "session_refresh": policy.session_refresh,
        "resources": list(policy.resources),
        "introspection": policy.introspection,
        "skip_single_context": policy.skip_single_context,
        "require_pkce": policy.require_pkce,
        "require_acr": policy.require_acr,
        "entitlements": list(policy.entitlements),
    }


def find_client(connection: Queryable, client_id: str) -> RegisteredClient | None:
    """Read a client from the database with one statement; None when there is none.

    A disabled client is returned: whoever acts on it asks `enabled`.
    """
    if len(client_id) > _LONGEST_ID or not client_id.isprintable():
        return None  # no column takes it, and it is nobody's
    rows = _ONE.rows(connection, {"wanted": client_id})
    return _from_row(rows[0]) if rows else None


_ONE = KeptQuery(
    select(
        ClientRow.client_id,
        ClientRow.tool_id,
        ClientRow.secret_digest,
        ClientRow.metadata_.label("members"),
        ClientRow.policy,
        ClientRow.enabled,
    ).where(ClientRow.client_id == bindparam("wanted"))
)


def _from_row(row: Row) -> RegisteredClient:
    members = row["members"]
    values: dict[str, Any] = {
        name: tuple(members[wire]) if name in _LISTS else members[wire]
        for name in _METADATA_FIELDS
        if (wire := _WIRE_NAMES.get(name, name)) in members
    }
    policy: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row["policy"].items()
    }
    policy["profile"] = Profile(policy.get("profile", Profile.OIDC))
    values.setdefault("name", row["client_id"])
    values.setdefault("redirect_uris", ())
    subjects = ((name, members[name]) for name in SUBJECT_MEMBERS if name in members)
    values["tls_client_auth_subject"] = next(subjects, None)
    return RegisteredClient(
        client_id=row["client_id"],
        tool_id=row["tool_id"],
        enabled=row["enabled"],
        secret_digest=row["secret_digest"],
        policy=ClientPolicy(**policy),
        metadata=members,
        **values,
    )


class _Kept:
    """The clients that this process knows from one database."""

    def __init__(self) -> None:
        self.clients: dict[str, tuple[RegisteredClient, float]] = {}
        self.version: bytes | None = None
        self.looked_at = float("-inf")
        self.lock = threading.Lock()

    def look_again(self, store: EphemeralStore, now: float) -> None:
        """Forget everything when some process changed a client since we last looked."""
        version = store.get(Kind.VERSION, _VERSION_KEY)
        with self.lock:
            if version != self.version:
                self.clients = {}
            self.version = version
            self.looked_at = now


_kept: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


def known_client(database: Database, store: EphemeralStore, client_id: str) -> RegisteredClient | None:
    """Return the client from this process's memory, or from the database; for hot paths.

    A change made by another process is seen after two seconds, one made here at once.
    """
    kept = _kept_of(database)
    now = time.monotonic()
    if now - kept.looked_at > _LOOK_AGAIN_SECONDS:
        kept.look_again(store, now)
    found = kept.clients.get(client_id)
    if found is not None and now - found[1] < _KEEP_SECONDS:
        return found[0]
    clients = kept.clients
    with database.statements() as connection:
        client = find_client(connection, client_id)
    if client is not None:
        with kept.lock:
            if len(clients) >= _MOST_KEPT:
                clients.clear()
            # If somebody announced a change meanwhile, this is no longer the dictionary in use.
            clients[client_id] = (client, now)
    return client


def _kept_of(database: Database) -> _Kept:
    # `setdefault` alone would make one with its lock at each request, for nothing.
    return _kept.get(database) or _kept.setdefault(database, _Kept())


def announce_change(database: Database, store: EphemeralStore) -> None:
    """Tell every process that a client changed; called after the change is committed."""
    store.put(Kind.VERSION, _VERSION_KEY, new_secret().encode(), _VERSION_LIFE)
    kept = _kept_of(database)
    kept.looked_at = float("-inf")
