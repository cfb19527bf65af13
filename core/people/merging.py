"""Two accounts turn out to be one person's (A20): what the one that stays lacks comes from the other."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.infra.errors import Conflict
from core.people.identifiers import PersonId
from core.people.own_profile import locked_fields
from core.people.rules import AddressState
from core.people.tables import EidLinkRow, EmailAddressRow, ImportedAccountRow, PersonRow

# Never the user name: it belongs to the account, and is what its owner signs in with.
_FILLED_IN = ("given_name", "family_name", "middle_name", "gender", "birthdate", "place_of_birth", "nationality")
# As a whole or not at all: half of each would be the address of nobody.
_ADDRESS = ("street_address", "postal_code", "locality", "country")


class BothIdentified(Conflict):
    """Both accounts are linked to an identity card: which card counts is for the helpdesk to settle."""

    code = "both-identified"


def take_over(session: Session, *, kept: PersonId, given_up: PersonId, now: datetime) -> None:
    """Give origins, identity card and a missing address to the account that stays; fill in what it lacks.

    What the card of the other account proved counts more than what its owner typed here, and stays
    locked. Raises `BothIdentified`. The caller locked both.
    """
    cards = session.scalars(select(EidLinkRow).where(EidLinkRow.person_id.in_((kept, given_up)))).all()
    if len(cards) > 1:
        raise BothIdentified
    proven = {name for card in cards if card.person_id == given_up for name in locked_fields(card.proven)}
    _fill_in(session.get_one(PersonRow, kept), session.get_one(PersonRow, given_up), proven)
    session.get_one(PersonRow, kept).updated_at = now
    for table in (ImportedAccountRow, EidLinkRow):
        session.execute(update(table).where(table.person_id == given_up).values(person_id=kept))
    _move_address(session, kept, given_up)
    session.flush()


def _fill_in(own: PersonRow, theirs: PersonRow, proven: Collection[str]) -> None:
    lacking = {name for name in _FILLED_IN if getattr(own, name) is None}
    if not any(getattr(own, name) for name in _ADDRESS if name != "country"):
        lacking.update(_ADDRESS)
    if own.phone_number is None:
        lacking.update(("phone_number", "phone_number_verified"))
    for name in {*lacking, *proven}:
        setattr(own, name, getattr(theirs, name))


def _move_address(session: Session, kept: PersonId, given_up: PersonId) -> None:
    current = EmailAddressRow.state == AddressState.CURRENT.value
    has_one = select(EmailAddressRow.id).where(EmailAddressRow.person_id == kept, current)
    if session.scalars(has_one).first() is None:
        moved = update(EmailAddressRow).where(EmailAddressRow.person_id == given_up, current)
        session.execute(moved.values(person_id=kept))
