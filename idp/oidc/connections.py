"""The clients that have something of a person: a consent, or access that still runs (A18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.people.identifiers import PersonId
from core.tools.identifiers import RegistrationId
from idp.oidc.clients import find_client
from idp.oidc.consents import Consent
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.tables import ConsentRow, ParticipantRow, RefreshFamilyRow

_NOTHING = Consent(frozenset(), frozenset(), None, None)


@dataclass(frozen=True, slots=True)
class Connection:
    """What one client has of a person.

    `since` is when the person agreed, last to something new; without a consent, when access began.
    `lasts_until` is the end of access that outlives signing out.
    """

    client: RegisteredClient
    consent: Consent
    since: datetime
    lasts_until: datetime | None = None


def connections_of(session: Session, person_id: PersonId, *, now: datetime) -> tuple[Connection, ...]:
    """Return what clients have of a person, by the clients' names.

    Our own portal is not among them: it asks for no consent, and is where the account is used.
    """
    agreed = session.scalars(select(ConsentRow).where(ConsentRow.person_id == person_id)).all()
    joined = session.scalars(select(ParticipantRow).where(ParticipantRow.person_id == person_id)).all()
    running = session.scalars(
        select(RefreshFamilyRow).where(
            RefreshFamilyRow.person_id == person_id,
            RefreshFamilyRow.revoked_at.is_(None),
            RefreshFamilyRow.expires_at > now,
        )
    ).all()
    found = []
    known = {row.client_id for row in agreed} | {row.client_id for row in joined} | {row.client_id for row in running}
    for client_id in known:
        client = find_client(session.connection(), client_id)
        if client is None or client.policy.first_party:
            continue
        consent = next((row for row in agreed if row.client_id == client_id), None)
        families = [row for row in running if row.client_id == client_id]
        began = [row.joined_at for row in joined if row.client_id == client_id]
        found.append(_connection(client, consent, families, began))
    return tuple(sorted(found, key=lambda connection: (connection.client.name.casefold(), connection.client.client_id)))


def _connection(
    client: RegisteredClient,
    agreed: ConsentRow | None,
    families: Sequence[RefreshFamilyRow],
    began: Sequence[datetime],
) -> Connection:
    lasting = [family.expires_at for family in families if family.outlives_session]
    since = min([*began, *(family.created_at for family in families)]) if agreed is None else agreed.granted_at
    return Connection(client, _consent(agreed), since, max(lasting, default=None))


def _consent(row: ConsentRow | None) -> Consent:
    if row is None:
        return _NOTHING
    wish = row.remembered_registration_id
    return Consent(
        frozenset(row.scope.split()),
        frozenset(row.claims.split()),
        row.terms_version,
        None if wish is None else RegistrationId(wish),
    )
