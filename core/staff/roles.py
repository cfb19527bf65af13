"""Who holds which role: asked in the transaction of each act, given and taken by operators."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.audit import Detail
from core.infra.errors import NotFound
from core.infra.kept_query import KeptQuery
from core.infra.statements import Queryable
from core.people.identifiers import PersonId
from core.people.rules import PersonStatus
from core.people.tables import PersonRow
from core.staff import rules
from core.staff.errors import HoldsRole, NotStaff
from core.staff.reasons import Reason
from core.staff.states import StaffRole
from core.staff.tables import StaffRoleRow

_LIVING = PersonRow.status != PersonStatus.ANONYMISED.value
_ROLES = KeptQuery(
    select(StaffRoleRow.role)
    .join(PersonRow, PersonRow.id == StaffRoleRow.person_id)
    .where(StaffRoleRow.person_id == bindparam("person_id"), _LIVING)
)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who holds a role, as operators see them in a list."""

    person_id: PersonId
    username: str
    name: str
    role: StaffRole
    given_at: datetime


def roles_of(session: Queryable, person_id: PersonId) -> frozenset[StaffRole]:
    """Return the roles that a person holds now; nobody holds any after their account went."""
    return frozenset(StaffRole(row["role"]) for row in _ROLES.rows(session, {"person_id": person_id}))


def require(session: Session, person_id: PersonId, role: StaffRole) -> None:
    """Raise `NotStaff` unless the person holds the role, which then stays theirs until the transaction ends."""
    # Shared, so that two acts of one person do not wait for each other, and removing the row does.
    held = (
        select(StaffRoleRow.role)
        .where(StaffRoleRow.person_id == person_id, StaffRoleRow.role == role)
        .with_for_update(read=True, key_share=True)
    )
    if session.execute(held).first() is None:
        raise NotStaff(person_id=person_id, role=role.value)


def require_none(session: Session, person_id: PersonId) -> None:
    """Raise `HoldsRole` for staff: the helpdesk ends no account whose role takes operators to end."""
    if roles_of(session, person_id):
        raise HoldsRole(person_id=person_id)


def give(
    session: Session, person_id: PersonId, role: StaffRole, *, by: PersonId | None, why: Reason | None, now: datetime
) -> bool:
    """Give a role; False where the person holds it already. Raises `NotFound` for nobody living.

    `by` is None, and `why` may be, where an operator acts at the command line.
    """
    living = select(PersonRow.id).where(PersonRow.id == person_id, _LIVING).with_for_update()
    if session.execute(living).first() is None:
        raise NotFound(person=person_id)
    if session.get(StaffRoleRow, (person_id, role.value)) is not None:
        return False
    session.add(StaffRoleRow(person_id=person_id, role=role, given_at=now))
    session.flush()
    details = _details(role, why)
    audit.record(session, action="staff-role-given", actor_id=by, subject_id=person_id, details=details, now=now)
    return True


def take_away(
    session: Session, person_id: PersonId, role: StaffRole, *, by: PersonId | None, why: Reason | None, now: datetime
) -> bool:
    """Take a role away; False where the person does not hold it. Raises `LastOperator`."""
    # All of them, in one order: of two who take each other's role away one comes second and is refused. Not
    # kept from acting meanwhile, so that two who act and take roles away do not wait for each other for ever.
    holders = session.scalars(
        select(StaffRoleRow.person_id)
        .where(StaffRoleRow.role == role)
        .order_by(StaffRoleRow.person_id)
        .with_for_update(key_share=True)
    ).all()
    if person_id not in holders:
        return False
    rules.require_another(role, [PersonId(holder) for holder in holders], person_id)
    session.execute(delete(StaffRoleRow).where(StaffRoleRow.person_id == person_id, StaffRoleRow.role == role))
    details = _details(role, why)
    audit.record(session, action="staff-role-taken", actor_id=by, subject_id=person_id, details=details, now=now)
    return True


def all_staff(session: Session) -> tuple[StaffMember, ...]:
    """Return everybody who holds a role, by role and name; somebody with two roles stands there twice."""
    rows = session.execute(
        select(PersonRow.id, PersonRow.username, PersonRow.given_name, PersonRow.family_name)
        .add_columns(StaffRoleRow.role, StaffRoleRow.given_at)
        .join(StaffRoleRow, StaffRoleRow.person_id == PersonRow.id)
        .where(_LIVING)
        .order_by(StaffRoleRow.role, PersonRow.family_name, PersonRow.given_name, PersonRow.id)
    ).all()
    return tuple(
        StaffMember(
            person_id=PersonId(row.id),
            username=row.username,
            name=" ".join(part for part in (row.given_name, row.family_name) if part) or row.username,
            role=StaffRole(row.role),
            given_at=row.given_at,
        )
        for row in rows
    )


def _details(role: StaffRole, why: Reason | None) -> dict[str, Detail]:
    return {"role": role.value, **(why.details() if why is not None else {})}
