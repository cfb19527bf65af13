"""Client registration: RFC 7591, its management RFC 7592, and their storage."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.ids import digest
from idp.oidc.clients import metadata_of, policy_to_json
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.tables import ClientRow


def store_client(session: Session, client: RegisteredClient, *, now: datetime, secret: str | None = None) -> None:
    """Write a client, replacing what was stored under its identifier.

    With `secret` its digest becomes the client's; without, `client.secret_digest` is kept. Our own
    clients are written with this; what may come over HTTP is judged before, in this module. After
    the commit the caller says so with `clients.announce_change`.
    """
    row = session.scalar(select(ClientRow).where(ClientRow.client_id == client.client_id))
    if row is None:
        row = ClientRow(client_id=client.client_id, created_at=now)
        session.add(row)
    row.tool_id = client.tool_id
    row.secret_digest = client.secret_digest if secret is None else digest(secret)
    row.metadata_ = metadata_of(client)
    row.policy = policy_to_json(client.policy)
    row.enabled = client.enabled
    row.changed_at = now
