"""What is kept about a person and the tools they opened; tokens and digests are left out (GDPR article 15)."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.infra.personal_record import Part, part
from core.people.identifiers import PersonId
from idp.oidc.tables import ClientRow, ConsentRow, ParticipantRow, RefreshFamilyRow, RegistrationTokenRow


def personal_data(session: Session, person_id: PersonId) -> tuple[Part, ...]:
    """Return to what a person agreed, and which tools have or had access, part by part."""
    statements: dict[str, Select[*tuple[Any, ...]]] = {
        "consents": select(
            *(ConsentRow.client_id, ConsentRow.scope, ConsentRow.claims, ConsentRow.terms_version),
            *(ConsentRow.remembered_registration_id, ConsentRow.granted_at),
        )
        .where(ConsentRow.person_id == person_id)
        .order_by(ConsentRow.client_id),
        "tools_in_use": select(
            *(ParticipantRow.client_id, ParticipantRow.organisation_id, ParticipantRow.usage),
            *(ParticipantRow.role, ParticipantRow.joined_at),
        )
        .where(ParticipantRow.person_id == person_id)
        .order_by(ParticipantRow.joined_at, ParticipantRow.client_id),
        "access_given": select(
            *(RefreshFamilyRow.client_id, RefreshFamilyRow.outlives_session),
            *(RefreshFamilyRow.created_at, RefreshFamilyRow.expires_at, RefreshFamilyRow.revoked_at),
        )
        .where(RefreshFamilyRow.person_id == person_id)
        .order_by(RefreshFamilyRow.created_at, RefreshFamilyRow.id),
    }
    statements |= _registered(person_id)
    return tuple(part(session, *named) for named in statements.items())


def _registered(person_id: PersonId) -> dict[str, Select[*tuple[Any, ...]]]:
    """Select what a developer of tools registered, and may still register."""
    return {
        "clients_registered": select(ClientRow.client_id, ClientRow.created_at, ClientRow.changed_at)
        .where(ClientRow.owner_id == person_id)
        .order_by(ClientRow.created_at, ClientRow.client_id),
        "registration_tokens": select(
            *(RegistrationTokenRow.profile, RegistrationTokenRow.uses_left, RegistrationTokenRow.created_at),
            *(RegistrationTokenRow.expires_at, RegistrationTokenRow.revoked_at),
        )
        .where(RegistrationTokenRow.person_id == person_id)
        .order_by(RegistrationTokenRow.id),
    }
