"""What has to be known of a person's sign-ins when their account goes, and codes for nobody (A15)."""

from collections.abc import Collection

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from core.people.identifiers import PersonId
from idp.credentials.tables import MailedCodeRow, SignInRow


def running_sessions(session: Session, person_id: PersonId) -> dict[str, str]:
    """Return where the store keeps a person's sessions: the digest of each cookie, by `sid`."""
    signed_in = select(SignInRow.sid, SignInRow.cookie_digest).where(SignInRow.person_id == person_id)
    return {row.sid: row.cookie_digest for row in session.execute(signed_in)}


def forget_codes_at(session: Session, addresses: Collection[str]) -> None:
    """Remove the codes that were mailed to one of these addresses for nobody in particular.

    What belongs to the person goes with the person: see `core.people.departures`.
    """
    # SQLite lowers ASCII only, so the address as it was typed is looked for as well.
    keys = sorted({*addresses, *(address.lower() for address in addresses)})
    is_theirs = or_(MailedCodeRow.address.in_(keys), func.lower(MailedCodeRow.address).in_(keys))
    session.execute(delete(MailedCodeRow).where(MailedCodeRow.person_id.is_(None), is_theirs))
