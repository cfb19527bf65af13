"""Changing what an account says about its person, and what is proven about it."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import NotFound
from core.people.identifiers import PersonId
from core.people.rules import AddressState, PersonStatus
from core.people.tables import EidLinkRow, EmailAddressRow, PersonRow


@dataclass(frozen=True, slots=True)
class PersonalDetails:
    """The profile as its owner edits it (A10); None: not given."""

    given_name: str | None = None
    family_name: str | None = None
    middle_name: str | None = None
    nickname: str | None = None
    profile_url: str | None = None
    picture_url: str | None = None
    website: str | None = None
    gender: str | None = None
    birthdate: date | None = None
    zoneinfo: str | None = None
    locale: str | None = None
    phone_number: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    locality: str | None = None
    country: str | None = None


def change_details(session: Session, person_id: PersonId, details: PersonalDetails, *, now: datetime) -> None:
    """Replace the profile as a whole; a changed telephone number is no longer verified.

    Raises `NotFound` for a person that is unknown or anonymised.
    """
    row = _living(session, person_id)
    if row.phone_number != details.phone_number:
        row.phone_number_verified = False
    changed = [field.name for field in fields(details) if getattr(row, field.name) != getattr(details, field.name)]
    for name in changed:
        setattr(row, name, getattr(details, name))
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


def activate_address(session: Session, person_id: PersonId, *, now: datetime) -> None:
    """Note that the person receives mail at the current address (A5); raises `NotFound`."""
    row = session.scalars(
        select(EmailAddressRow).where(
            EmailAddressRow.person_id == person_id, EmailAddressRow.state == AddressState.CURRENT.value
        )
    ).one_or_none()
    if row is None:
        raise NotFound(person=person_id)
    if row.verified_at is None:
        row.verified_at = now
        audit.record(session, action="address-activated", actor_id=person_id, subject_id=person_id, now=now)


def verify_phone_number(session: Session, person_id: PersonId, *, now: datetime) -> None:
    """Note that the telephone number of the profile was proven to be the person's."""
    row = _living(session, person_id)
    row.phone_number_verified = row.phone_number is not None
    row.updated_at = now


def note_eid_link(session: Session, person_id: PersonId, *, document_valid_until: date | None, now: datetime) -> None:
    """Note that the person's identity card is linked, or linked again with a newer card (E6)."""
    _living(session, person_id)
    row = session.get(EidLinkRow, person_id)
    if row is None:
        session.add(EidLinkRow(person_id=person_id, linked_at=now, document_valid_until=document_valid_until))
    else:
        row.document_valid_until = document_valid_until
    audit.record(session, action="eid-linked", actor_id=person_id, subject_id=person_id, now=now)


def _living(session: Session, person_id: PersonId) -> PersonRow:
    row = session.get(PersonRow, person_id)
    if row is None or row.status == PersonStatus.ANONYMISED:
        raise NotFound(person=person_id)
    return row
