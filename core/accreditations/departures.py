"""The account of a holder goes (A15): what is kept of accreditations says nothing of a person."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.rules import AccreditationStatus
from core.accreditations.tables import AccreditationRow
from core.people.identifiers import PersonId


def forget(session: Session, person_id: PersonId, *, kept: Collection[str]) -> None:
    """Remove the accreditations of a person; those in `kept`, because mandates name them, are emptied.

    The number is in a public register under the holder's name, so it goes. That a kind of
    accreditation of a list was lent is what the history of a registration needs.
    """
    for row in session.scalars(select(AccreditationRow).where(AccreditationRow.person_id == person_id)):
        if row.id not in kept:
            session.delete(row)
            continue
        row.number = row.id
        row.status = AccreditationStatus.LAPSED
        row.valid_from, row.valid_until = None, None
        row.status_reason, row.register_said = None, None
    session.flush()
