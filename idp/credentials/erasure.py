"""Everything that proved who somebody is goes with their account (A15)."""

from collections.abc import Collection

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from core.people.identifiers import PersonId
from idp.credentials.tables import (
    AuthenticatorRow,
    MailedCodeRow,
    PasskeyRow,
    PasswordRow,
    RecoveryCodeRow,
    SignInRow,
)

_BELONGING = (PasswordRow, PasskeyRow, AuthenticatorRow, RecoveryCodeRow, SignInRow, MailedCodeRow)


def running_sessions(session: Session, person_id: PersonId) -> dict[str, str]:
    """Return where the store keeps a person's sessions: the digest of each cookie, by `sid`."""
    signed_in = select(SignInRow.sid, SignInRow.cookie_digest).where(SignInRow.person_id == person_id)
    return {row.sid: row.cookie_digest for row in session.execute(signed_in)}


def forget(session: Session, person_id: PersonId, *, addresses: Collection[str] = ()) -> None:
    """Remove passwords, passkeys, secrets, codes and the list of devices; doing it again is harmless.

    Also codes that were mailed to one of these addresses for nobody in particular.
    """
    for table in _BELONGING:
        session.execute(delete(table).where(table.person_id == person_id))
    # SQLite lowers ASCII only, so the address as it was typed is looked for as well.
    keys = sorted({*addresses, *(address.lower() for address in addresses)})
    is_theirs = or_(MailedCodeRow.address.in_(keys), func.lower(MailedCodeRow.address).in_(keys))
    session.execute(delete(MailedCodeRow).where(MailedCodeRow.person_id.is_(None), is_theirs))
