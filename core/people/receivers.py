"""Where a person can be written to, and in which language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.infra import outbox
from core.infra.topics import MailRequested
from core.people.identifiers import PersonId
from core.people.rules import AddressState, PersonStatus
from core.people.tables import EmailAddressRow, PersonRow

# The values of a mail in the language of its receiver.
ValuesIn = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Receiver:
    """A person with the address at which they receive mail and the language they chose."""

    person_id: PersonId
    address: str
    language: str


def receivers(session: Session, people: Select[str]) -> tuple[Receiver, ...]:
    """Return those of the people selected by identifier who can be written to; one statement.

    Nobody is written to at an address that was never activated, nor once the account is gone.
    """
    found = session.execute(
        select(PersonRow.id, EmailAddressRow.address, PersonRow.language)
        .join(EmailAddressRow, EmailAddressRow.person_id == PersonRow.id)
        .where(
            PersonRow.id.in_(people),
            PersonRow.status == PersonStatus.ACTIVE.value,
            EmailAddressRow.state == AddressState.CURRENT.value,
            EmailAddressRow.verified_at.is_not(None),
        )
        .order_by(PersonRow.id)
    )
    return tuple(Receiver(PersonId(person_id), address, language) for person_id, address, language in found)


def write_to(session: Session, people: Select[str], template: str, values: ValuesIn, *, now: datetime) -> int:
    """Enqueue a mail to each of the people selected by identifier, and return to how many."""
    found = receivers(session, people)
    for receiver in found:
        mail = MailRequested(
            template=template,
            recipient_person_id=receiver.person_id,
            address=receiver.address,
            language=receiver.language,
            values=values(receiver.language),
        )
        outbox.enqueue(session, mail, now=now)
    return len(found)


def name_of(session: Session, person_id: PersonId) -> str:
    """Return a person's name as others know it: given and family name, else the user name."""
    row = session.execute(
        select(PersonRow.given_name, PersonRow.family_name, PersonRow.username).where(PersonRow.id == person_id)
    ).one()
    return full_name(row.given_name, row.family_name) or row.username


def full_name(given_name: str | None, family_name: str | None) -> str:
    """Return both names as one; empty where neither is known."""
    return " ".join(name for name in (given_name, family_name) if name)
