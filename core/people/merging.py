"""Two accounts turn out to be one person's (A20): what the one that stays lacks comes from the other."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.infra.errors import Conflict
from core.people.identifiers import PersonId
from core.people.rules import AddressState
from core.people.tables import EidLinkRow, EmailAddressRow, ImportedAccountRow, PersonRow

# Never the user name: it belongs to the account, and is what its owner signs in with.
_FILLED_IN = ("given_name", "family_name", "phone_number", "street_address", "postal_code", "locality", "country")


class BothIdentified(Conflict):
    """Both accounts are linked to an identity card: which card counts is for the helpdesk to settle."""

    code = "both-identified"


def take_over(session: Session, *, kept: PersonId, given_up: PersonId, now: datetime) -> None:
    """Give origins, identity card and a missing address to the account that stays; fill in what it lacks.

    Raises `BothIdentified`. The caller locked both.
    """
    cards = session.scalars(select(EidLinkRow).where(EidLinkRow.person_id.in_((kept, given_up)))).all()
    if len(cards) > 1:
        raise BothIdentified
    is_theirs_identified = any(card.person_id == given_up for card in cards)
    own, theirs = session.get_one(PersonRow, kept), session.get_one(PersonRow, given_up)
    for name in _FILLED_IN:
        if getattr(own, name) is None or (is_theirs_identified and name in ("given_name", "family_name")):
            setattr(own, name, getattr(theirs, name))
    own.updated_at = now
    for table in (ImportedAccountRow, EidLinkRow):
        session.execute(update(table).where(table.person_id == given_up).values(person_id=kept))
    _move_address(session, kept, given_up)
    session.flush()


def _move_address(session: Session, kept: PersonId, given_up: PersonId) -> None:
    current = EmailAddressRow.state == AddressState.CURRENT.value
    has_one = select(EmailAddressRow.id).where(EmailAddressRow.person_id == kept, current)
    if session.scalars(has_one).first() is None:
        moved = update(EmailAddressRow).where(EmailAddressRow.person_id == given_up, current)
        session.execute(moved.values(person_id=kept))
