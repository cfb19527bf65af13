"""A person's further postal addresses; the main one stands with the person."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.infra.ids import new_id
from core.people.detail_errors import TooManyAddresses
from core.people.facts import Address
from core.people.identifiers import PersonId
from core.people.own_profile import MOST_FURTHER_ADDRESSES, FurtherAddress
from core.people.tables import FurtherAddressRow


def further_addresses(session: Session, person_id: PersonId) -> tuple[FurtherAddress, ...]:
    """Return the further addresses of a person, by their labels."""
    rows = session.scalars(select(FurtherAddressRow).where(FurtherAddressRow.person_id == person_id))
    found = (
        FurtherAddress(row.label, Address(row.street_address, row.locality, row.postal_code, row.country))
        for row in rows
    )
    return tuple(sorted(found, key=lambda further: (further.label.casefold(), repr(further.address))))


def replace_further_addresses(session: Session, person_id: PersonId, addresses: Sequence[FurtherAddress]) -> None:
    """Let a person have these further addresses and no others; raises `TooManyAddresses`."""
    if len(addresses) > MOST_FURTHER_ADDRESSES:
        raise TooManyAddresses
    session.execute(delete(FurtherAddressRow).where(FurtherAddressRow.person_id == person_id))
    session.add_all(
        FurtherAddressRow(
            id=new_id("fad"),
            person_id=person_id,
            label=further.label,
            street_address=further.address.street_address,
            postal_code=further.address.postal_code,
            locality=further.address.locality,
            country=further.address.country,
        )
        for further in addresses
    )
