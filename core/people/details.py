"""Changing what an account says about its person, and what is proven about it."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import NotFound
from core.people.facts import PersonalDetails
from core.people.identifiers import PersonId
from core.people.phone_numbers import same_number
from core.people.rules import PersonStatus
from core.people.tables import PersonRow


def change_details(session: Session, person_id: PersonId, details: PersonalDetails, *, now: datetime) -> None:
    """Replace the profile as a whole; a changed telephone number is no longer verified.

    Raises `NotFound` for a person that is unknown or anonymised.
    """
    row = living(session, person_id)
    changed = apply_details(row, details)
    row.updated_at = now
    # The names of the fields only: an audit row must not keep what a person may have erased.
    audit.record(
        session,
        action="person-details-changed",
        actor_id=person_id,
        subject_id=person_id,
        details={"fields": " ".join(changed)},
        now=now,
    )


def apply_details(row: PersonRow, details: PersonalDetails) -> tuple[str, ...]:
    """Write the details to their row and return the names of the fields that are different now."""
    if not same_number(row.phone_number, details.phone_number):
        row.phone_number_verified = False
    changed = tuple(field.name for field in fields(details) if getattr(row, field.name) != getattr(details, field.name))
    for name in changed:
        setattr(row, name, getattr(details, name))
    return changed


def details_of(row: PersonRow) -> PersonalDetails:
    """Return the details that a row holds."""
    return PersonalDetails(**{field.name: getattr(row, field.name) for field in fields(PersonalDetails)})


def living(session: Session, person_id: PersonId, *, locked: bool = False) -> PersonRow:
    """Return the row of an account, locked until the transaction ends where that is asked.

    Raises `NotFound` for a person that is unknown or anonymised.
    """
    row = session.get(PersonRow, person_id, with_for_update=locked or None, populate_existing=locked)
    if row is None or row.status == PersonStatus.ANONYMISED:
        raise NotFound(person=person_id)
    return row


def verify_phone_number(session: Session, person_id: PersonId, *, now: datetime) -> None:
    """Note that the telephone number of the profile was proven to be the person's."""
    row = living(session, person_id)
    row.phone_number_verified = row.phone_number is not None
    row.updated_at = now
