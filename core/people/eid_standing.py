"""How an account stands with its identity card: what pages show, and whether the card can sign it in."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BindParameter, Exists, exists
from sqlalchemy.orm import Session

from core.people.identifiers import PersonId
from core.people.own_profile import locked_fields
from core.people.tables import EidLinkRow


@dataclass(frozen=True, slots=True)
class EidStanding:
    """Since when a card is linked, when it was last used, until when it is valid if that is known; what it locks."""

    linked_at: datetime
    last_used_at: datetime
    document_valid_until: date | None
    locked: frozenset[str]


def standing(session: Session, person_id: PersonId) -> EidStanding | None:
    """Return how an account stands with its card; None where none is linked."""
    row = session.get(EidLinkRow, person_id)
    if row is None:
        return None
    return EidStanding(row.linked_at, row.last_used_at, row.document_valid_until, locked_fields(row.proven))


def has_card(person_id: BindParameter[str]) -> Exists:
    """Return, for a larger statement, whether a card is linked to this person."""
    return exists().where(EidLinkRow.person_id == person_id)
