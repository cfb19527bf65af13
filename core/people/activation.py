"""Which accounts were never activated, and whose an address already is (A5)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import exists, select, true
from sqlalchemy.orm import Session

from core.infra.errors import RuleError
from core.people.identifiers import PersonId
from core.people.rules import AddressState, PersonStatus, address_key
from core.people.tables import EmailAddressRow, ImportedAccountRow, PersonRow

# How long an account waits for its code: longer than a holiday.
NEVER_ACTIVATED_AFTER = timedelta(days=30)


class InUse(RuleError):
    """The account was activated after all, or something rests on it."""

    code = "account-in-use"


@dataclass(frozen=True, slots=True)
class Holder:
    """The account whose current address this is, and how its person is written to."""

    person_id: PersonId
    address: str = field(repr=False)
    language: str


def holder_of(session: Session, address: str) -> Holder | None:
    """Return the account that has proved this address; None where nobody has, whoever waits for it."""
    key = address_key(address)
    if not key.isprintable():
        return None  # no column takes it, and it is nobody's
    row = session.execute(_HOLDER.where(EmailAddressRow.address_key == key)).one_or_none()
    return None if row is None else Holder(PersonId(row.id), row.address, row.language)


def never_activated(
    session: Session, *, now: datetime, after: PersonId | None = None, most: int = 100
) -> tuple[PersonId, ...]:
    """Return accounts that were made long ago and whose address was never proved, the oldest first.

    They come in portions: `after` is the last one of the portion before. Those that came from an
    older tool are not among them: their people may sign in for the first time years later (A9).
    """
    proved = exists().where(EmailAddressRow.person_id == PersonRow.id, EmailAddressRow.verified_at.is_not(None))
    imported = exists().where(ImportedAccountRow.person_id == PersonRow.id)
    old = PersonRow.created_at < now - NEVER_ACTIVATED_AFTER
    living = PersonRow.status == PersonStatus.ACTIVE.value
    # Identifiers sort by the moment they were made.
    further = PersonRow.id > after if after is not None else true()
    wanted = select(PersonRow.id).where(living, old, further, ~proved, ~imported).order_by(PersonRow.id)
    return tuple(map(PersonId, session.scalars(wanted.limit(most))))


def require_unused(session: Session, person_id: PersonId, *, is_active: bool) -> None:
    """Raise `InUse` for an account whose address was proved, or that `is_active`; the caller has locked it."""
    proved = select(EmailAddressRow.id).where(
        EmailAddressRow.person_id == person_id, EmailAddressRow.verified_at.is_not(None)
    )
    if is_active or session.scalars(proved.limit(1)).first() is not None:
        raise InUse(person=person_id)


_HOLDER = (
    select(PersonRow.id, PersonRow.language, EmailAddressRow.address)
    .join(EmailAddressRow, EmailAddressRow.person_id == PersonRow.id)
    .where(PersonRow.status == PersonStatus.ACTIVE.value, EmailAddressRow.state == AddressState.CURRENT.value)
)
