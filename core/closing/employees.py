"""Somebody becomes an employee: what they are here and what they may use, in one transaction (O6, O6a, O8)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.organisations import employees, enrolment, invitation_answers
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rules import MemberDetails, Membership
from core.people.identifiers import PersonId
from core.tools.candidates import RolesWished, give_promised_roles, give_roles
from core.tools.identifiers import RegistrationId


@dataclass(frozen=True, slots=True)
class Entry:
    """What a manager decided about somebody who becomes an employee."""

    details: MemberDetails
    is_manager: bool
    roles: RolesWished


def confirm(
    session: Session, membership_id: MembershipId, entry: Entry, *, version: int, by: PersonId, now: datetime
) -> Membership:
    """Confirm a request and give what a manager chose along with it.

    Raises as `employees.confirm` and `assignments.assign_role`; then nothing of it is kept.
    """
    details = entry.details
    member = employees.confirm(session, membership_id, by=by, details=details, version=version, now=now)
    return _settle(session, member, entry, by, now)


def add(
    session: Session,
    organisation_id: OrganisationId,
    person_id: PersonId,
    entry: Entry,
    *,
    by: PersonId,
    now: datetime,
) -> Membership:
    """Make an existing user a member at once, with what a manager chose; raises as `enrolment.add_member`."""
    member = enrolment.add_member(session, organisation_id, person_id, by=by, details=entry.details, now=now)
    return _settle(session, member, entry, by, now)


def take_up(session: Session, link: str, *, by: PersonId, now: datetime) -> Membership:
    """Accept an invitation by mail, with the roles that were promised as far as they can be had.

    Raises as `invitation_answers.accept`.
    """
    accepted = invitation_answers.accept(session, link, by=by, now=now)
    member = accepted.membership
    promised = {RegistrationId(registration): role for registration, role in accepted.roles.items()}
    give_promised_roles(session, member.organisation_id, member.id, promised, person_id=by, now=now)
    return member


def _settle(session: Session, member: Membership, entry: Entry, by: PersonId, now: datetime) -> Membership:
    if entry.is_manager:
        member = employees.promote(session, member.id, by=by, now=now)
    give_roles(session, member.id, entry.roles, by=by, now=now)
    return member
