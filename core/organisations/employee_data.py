"""Changing what is recorded about an employee (O6): a manager all of it, the person their own function and contact."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy.orm import Session

from core.infra import audit
from core.organisations import letters, records, rules
from core.organisations.errors import ChangedMeanwhile
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rules import MemberDetails, Membership
from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId


def change(
    session: Session, membership_id: MembershipId, details: MemberDetails, *, version: int, by: PersonId, now: datetime
) -> Membership:
    """Record what a manager, or the person themselves, says of a membership, and tell the person if it was another.

    Of their own a person who is no manager changes everything but the type, which stays as it is.
    Saving what is there already changes nothing. Raises `NotFound`, `NotManager`, `WrongState`, and
    `ChangedMeanwhile` where somebody saved after `version` was read.
    """
    row, actor = records.locked(session, membership_id, by=by)
    before = records.membership(row)
    after = rules.describe(before, details, by=None if actor is None else records.membership(actor))
    if before == after:
        return before
    require_version(row, version)
    records.write(row, after, now=now)
    row.version += 1
    session.flush()
    _record(session, before, after, by=by, now=now)
    if before.person_id != by:
        organisation_id = OrganisationId(before.organisation_id)
        letters.tell_person(session, before.person_id, organisation_id, "membership-details-changed", now=now)
    return after


def require_version(row: MembershipRow, version: int | None) -> None:
    """Raise `ChangedMeanwhile` where a membership was edited since this version of it was shown; None: never."""
    if version is not None and row.version != version:
        raise ChangedMeanwhile(membership=row.id, version=row.version)


def _record(session: Session, before: Membership, after: Membership, *, by: PersonId, now: datetime) -> None:
    named = [field.name for field in fields(MemberDetails)]
    changed = [name for name in named if getattr(before.details, name) != getattr(after.details, name)]
    audit.record(
        session,
        action="membership-details-changed",
        actor_id=by,
        subject_id=after.person_id,
        organisation_id=after.organisation_id,
        details={"membership": after.id, "fields": " ".join(changed)},
        now=now,
    )
