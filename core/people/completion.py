"""What an account lacks before it can be used: names, and the terms of use in force (A4, A8)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.infra import audit
from core.people.details import living
from core.people.identifiers import PersonId


@dataclass(frozen=True, slots=True)
class Addition:
    """What a person fills in; None where they were not asked."""

    given_name: str | None = None
    family_name: str | None = None
    terms_version: str | None = None


def complete(session: Session, person_id: PersonId, addition: Addition, *, now: datetime) -> None:
    """Write what was missing; a name that stands already is left as it is.

    Raises `NotFound` for a person that is unknown or anonymised.
    """
    row = living(session, person_id, locked=True)
    filled = []
    for field in ("given_name", "family_name"):
        name = getattr(addition, field)
        if name is not None and not getattr(row, field):
            setattr(row, field, name)
            filled.append(field)
    if addition.terms_version is not None and row.terms_version != addition.terms_version:
        row.terms_version, row.terms_accepted_at = addition.terms_version, now
        audit.record(
            session,
            action="terms-accepted",
            actor_id=person_id,
            subject_id=person_id,
            details={"version": addition.terms_version},
            now=now,
        )
    if filled:
        row.updated_at = now
        # The names of the fields only: an audit row must not keep what a person may have erased.
        details = {"fields": " ".join(filled)}
        audit.record(
            session, action="details-changed", actor_id=person_id, subject_id=person_id, details=details, now=now
        )
