"""What is kept about how a person signs in; secrets and digests are left out (GDPR article 15)."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.infra.personal_record import Part, part
from core.people.identifiers import PersonId
from idp.credentials.tables import (
    AuthenticatorRow,
    MailedCodeRow,
    PasskeyRow,
    PasswordRow,
    RecoveryCodeRow,
    SignInRow,
)


def personal_data(session: Session, person_id: PersonId) -> tuple[Part, ...]:
    """Return when and by what means a person signs in, part by part."""
    statements: dict[str, Select[*tuple[Any, ...]]] = {
        "password": select(PasswordRow.changed_at).where(PasswordRow.person_id == person_id),
        "passkeys": select(
            *(PasskeyRow.name, PasskeyRow.transports, PasskeyRow.is_backed_up),
            *(PasskeyRow.created_at, PasskeyRow.last_used_at),
        )
        .where(PasskeyRow.person_id == person_id)
        .order_by(PasskeyRow.id),
        "authenticator": select(AuthenticatorRow.confirmed_at).where(AuthenticatorRow.person_id == person_id),
        "recovery_codes": select(RecoveryCodeRow.created_at, RecoveryCodeRow.used_at)
        .where(RecoveryCodeRow.person_id == person_id)
        .order_by(RecoveryCodeRow.id),
        "mailed_codes": select(
            *(MailedCodeRow.purpose, MailedCodeRow.address, MailedCodeRow.tries_left),
            *(MailedCodeRow.sent_at, MailedCodeRow.expires_at, MailedCodeRow.spent_at),
        )
        .where(MailedCodeRow.person_id == person_id)
        .order_by(MailedCodeRow.id),
        "devices": select(
            *(SignInRow.browser, SignInRow.system, SignInRow.network, SignInRow.means),
            *(SignInRow.started_at, SignInRow.last_used_at, SignInRow.ended_at),
        )
        .where(SignInRow.person_id == person_id)
        .order_by(SignInRow.started_at.desc(), SignInRow.sid),
    }
    return tuple(part(session, *named) for named in statements.items())
