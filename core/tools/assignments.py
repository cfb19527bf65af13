"""Giving a member a role in a registration, blocking it, taking it away (T3).

Whoever it concerns is mailed, unless it was their own act or what they were promised.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit, outbox
from core.infra.errors import NotFound
from core.infra.topics import AccessChanged
from core.organisations import letters, records
from core.organisations.errors import NotManager, NotMember
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId
from core.tools import access_requests, situations
from core.tools.errors import RequirementNotMet, UnknownRole
from core.tools.identifiers import RegistrationId
from core.tools.rules import evaluate_needs
from core.tools.states import AccessStatus, RegistrationStatus
from core.tools.tables import AccessRow, RegistrationRow, RoleRow


def assign_role(
    session: Session,
    registration_id: RegistrationId,
    membership_id: MembershipId,
    role: str,
    *,
    by: PersonId,
    now: datetime,
) -> None:
    """Let a member use a tool in a role, also one who was blocked from it.

    Raises `NotFound`, `NotManager`, `NotMember`
    unless the membership is active, `UnknownRole`, and `RequirementNotMet` with the tree of reasons
    for whoever lacks what the usage needs (T5).
    """
    registration, member = _managed(session, registration_id, membership_id, by)
    _require_grantable(session, registration, member, role, now)
    _write(session, registration, member, AccessStatus.GRANTED, role, now)
    _announce(session, "tool-role-given", registration, member, by=by, role=role, now=now)


def give_as_promised(
    session: Session, registration_id: RegistrationId, membership_id: MembershipId, role: str, *, now: datetime
) -> None:
    """Give the role that a manager promised in an invitation, now that the person accepted it.

    The manager decided when they invited, and may have left since; what the person lacks is asked
    for now. Raises `NotFound`, `NotMember`, `UnknownRole`, `RequirementNotMet`.
    """
    member, _ = records.locked(session, membership_id, by=None)
    registration = _locked_registration(session, registration_id, member)
    _require_grantable(session, registration, member, role, now)
    _write(session, registration, member, AccessStatus.GRANTED, role, now)
    _announce(session, "tool-role-given", registration, member, by=None, role=role, now=now)


def block_access(
    session: Session,
    registration_id: RegistrationId,
    membership_id: MembershipId,
    *,
    by: PersonId,
    now: datetime,
) -> None:
    """Shut a member out of a tool; raises `NotFound`, `NotManager`."""
    registration, member = _managed(session, registration_id, membership_id, by)
    row = session.get(AccessRow, (registration_id, membership_id))
    if row is not None and row.status == AccessStatus.BLOCKED:
        return
    _write(session, registration, member, AccessStatus.BLOCKED, None, now)
    _announce(session, "tool-access-blocked", registration, member, by=by, role=None, now=now)


def withdraw_role(
    session: Session,
    registration_id: RegistrationId,
    membership_id: MembershipId,
    *,
    by: PersonId,
    now: datetime,
) -> None:
    """Make a member "no user" of a tool, as everybody is at first; raises `NotFound`, `NotManager`.

    Somebody who asked for access and has none is told that they get none.
    """
    registration, member = _managed(session, registration_id, membership_id, by)
    was_asked = access_requests.close(session, registration_id, membership_id)
    row = session.get(AccessRow, (registration_id, membership_id))
    if row is None:
        if was_asked:
            _announce(session, "tool-access-refused", registration, member, by=by, role=None, now=now)
        return
    session.delete(row)
    _announce(session, "tool-role-withdrawn", registration, member, by=by, role=None, now=now)


def require_manager(members: Iterable[MembershipRow], organisation_id: OrganisationId, by: PersonId) -> None:
    """Make sure that one of these rows says that a person manages the organisation; raises `NotManager`."""
    if not any(row.person_id == by and records.membership(row).is_manager_of(organisation_id) for row in members):
        raise NotManager(organisation=organisation_id)


def _managed(
    session: Session, registration_id: RegistrationId, membership_id: MembershipId, by: PersonId
) -> tuple[RegistrationRow, MembershipRow]:
    """Return both rows, locked, after making sure they are of one organisation that `by` manages."""
    member, actor = records.locked(session, membership_id, by=by)
    registration = _locked_registration(session, registration_id, member)
    require_manager([] if actor is None else [actor], OrganisationId(member.organisation_id), by)
    return registration, member


def _locked_registration(session: Session, registration_id: RegistrationId, member: MembershipRow) -> RegistrationRow:
    registration = session.scalars(
        select(RegistrationRow).where(RegistrationRow.id == registration_id).with_for_update()
    ).one_or_none()
    if registration is None or registration.organisation_id != member.organisation_id:
        raise NotFound(registration=registration_id, membership=member.id)
    if registration.status == RegistrationStatus.ENDED:
        raise NotFound(registration=registration_id)
    return registration


def _require_grantable(
    session: Session, registration: RegistrationRow, member: MembershipRow, role: str, now: datetime
) -> None:
    if member.status != MembershipStatus.ACTIVE:
        raise NotMember(membership=member.id)
    if session.get(RoleRow, (registration.tool_id, role)) is None:
        raise UnknownRole(tool=registration.tool_id, role=role)
    _require_needs(session, registration, member, now)


def _require_needs(session: Session, registration: RegistrationRow, member: MembershipRow, now: datetime) -> None:
    parameters = {"person_id": member.person_id, "registration_id": registration.id, "now": now}
    rows = situations.ONE_REGISTRATION.rows(session, parameters)
    if not rows:
        raise NotMember(membership=member.id)
    decision = evaluate_needs(situations.read(rows), now=now)
    if decision.reason is not None:
        raise RequirementNotMet(reason=decision.reason)


def _write(
    session: Session,
    registration: RegistrationRow,
    member: MembershipRow,
    status: AccessStatus,
    role: str | None,
    now: datetime,
) -> None:
    access_requests.close(session, RegistrationId(registration.id), MembershipId(member.id))
    row = session.get(AccessRow, (registration.id, member.id))
    if row is None:
        row = AccessRow(
            registration_id=registration.id,
            membership_id=member.id,
            organisation_id=registration.organisation_id,
            tool_id=registration.tool_id,
        )
        session.add(row)
    row.status, row.role, row.changed_at = status, role, now
    session.flush()


def _announce(
    session: Session,
    action: str,
    registration: RegistrationRow,
    member: MembershipRow,
    *,
    by: PersonId | None,
    role: str | None,
    now: datetime,
) -> None:
    audit.record(
        session,
        action=action,
        actor_id=by,
        subject_id=member.person_id,
        organisation_id=registration.organisation_id,
        details={"registration": registration.id, "membership": member.id, "role": role},
        now=now,
    )
    changed = AccessChanged(member.person_id, registration.id, registration.organisation_id, action)
    outbox.enqueue(session, changed, now=now)
    if by is not None and member.person_id != by:
        values = access_requests.names(session, registration)
        person, organisation = PersonId(member.person_id), OrganisationId(member.organisation_id)
        letters.tell_person(session, person, organisation, action, values, now=now)
