"""An account goes (A15): its row is removed, or loses everything that says who the person was."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ForeignKey, Table, delete, select, update
from sqlalchemy.orm import Session

from core.infra.db import Base
from core.infra.ids import digest, new_secret
from core.people.identifiers import PersonId
from core.people.rules import AddressState, PersonStatus
from core.people.tables import EidLinkRow, EmailAddressRow, PersonRow

_LIVING = PersonRow.status != PersonStatus.ANONYMISED.value
_BELONGING = frozenset({EmailAddressRow.__tablename__, EidLinkRow.__tablename__})
_RANDOM_CHARACTERS = 20
# What stays of a row: that there was somebody, from when on, and that they are gone.
_KEPT = frozenset({"id", "status", "username", "username_key", "created_at", "updated_at"})
# What no row may lack.
_REPLACEMENTS = {"language": "nl", "phone_number_verified": False}
_REPLACED = frozenset(_REPLACEMENTS)


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a person is recognised in texts that others wrote, and how to write to them a last time.

    `email` is the current address, where there is one; `texts` are names, addresses and numbers.
    """

    person_id: PersonId
    language: str
    name: str = field(repr=False)
    email: str | None = field(repr=False)
    addresses: frozenset[str] = field(repr=False)
    texts: frozenset[str] = field(repr=False)


def locked(session: Session, person_id: PersonId) -> Traces | None:
    """Lock a living account and return what it is known by; None where it is gone already.

    Whoever adds something that belongs to the person waits for this lock, because the row it
    points to is locked.
    """
    row = session.scalars(
        select(PersonRow)
        .where(PersonRow.id == person_id, _LIVING)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else _traces(session, row)


def empty(session: Session, person_id: PersonId) -> None:
    """Take every personal value from the row of a person, and everything that belongs to it.

    The row and its identifier stay for what refers to them. Doing it again is harmless.
    """
    _remove_belongings(session, person_id)
    nothing = {column.key: None for column in PersonRow.__table__.columns if column.key not in _KEPT | _REPLACED}
    session.execute(update(PersonRow).where(PersonRow.id == person_id).values(**nothing, **_REPLACEMENTS))


def rename(session: Session, person_id: PersonId, *, now: datetime) -> None:
    """Give an emptied account a name that says nothing, and close it for good."""
    name = f"former-{digest(new_secret())[:_RANDOM_CHARACTERS]}"
    values = {"username": name, "username_key": name, "status": PersonStatus.ANONYMISED, "updated_at": now}
    session.execute(update(PersonRow).where(PersonRow.id == person_id).values(values))


def remove(session: Session, person_id: PersonId) -> None:
    """Remove a person and everything that belongs to them; nothing else may refer to them any more."""
    _remove_belongings(session, person_id)
    session.execute(delete(PersonRow).where(PersonRow.id == person_id))


def anonymised_since(session: Session, since: datetime) -> tuple[PersonId, ...]:
    """Return who was anonymised lately."""
    found = session.scalars(select(PersonRow.id).where(~_LIVING, PersonRow.updated_at >= since).order_by(PersonRow.id))
    return tuple(PersonId(person_id) for person_id in found)


def _remove_belongings(session: Session, person_id: PersonId) -> None:
    for table in _belonging():
        session.execute(delete(table).where(table.c.person_id == person_id))


def _belonging() -> Iterator[Table]:
    """Yield the tables whose rows go with a person: those here, and all whose foreign key says so.

    Also outside `core`: passwords, devices, codes. An account that is anonymised keeps its row, so
    the database does not do it by itself.
    """
    for table in Base.metadata.sorted_tables:
        if table.name in _BELONGING or any(map(_goes_with_person, table.foreign_keys)):
            yield table


def _goes_with_person(key: ForeignKey) -> bool:
    return key.column.table.name == "person" and key.ondelete == "CASCADE"


def _traces(session: Session, row: PersonRow) -> Traces:
    mails = session.scalars(select(EmailAddressRow).where(EmailAddressRow.person_id == row.id)).all()
    addresses = frozenset(mail.address for mail in mails)
    current = next((mail.address for mail in mails if mail.state == AddressState.CURRENT), None)
    name = " ".join(part for part in (row.given_name, row.family_name) if part) or row.username
    said = (row.username, row.phone_number, name, *addresses)
    return Traces(
        person_id=PersonId(row.id),
        language=row.language,
        name=name,
        email=current,
        addresses=addresses,
        texts=frozenset(text for text in said if text),
    )
