"""Read models of the employees of one organisation: those who wait, the pages of the list, one of them.

What a page of colleagues shows comes in one statement, however many there are: found by a folded
name, in the order of names, one stretch at a time (keyset paging both ways).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, tuple_
from sqlalchemy.orm import Session

from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipStatus, MembershipType
from core.organisations.tables import MembershipRow
from core.organisations.waiting import Wait
from core.people.folding import search_text
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.tables import PersonRow

PAGE = 50
# So many of those who wait stand above the list; the rest follow once these are answered.
MOST_WAITING = 50
# In the list itself; those who wait have their own, and whoever was refused or left is in neither.
LISTED = (MembershipStatus.ACTIVE, MembershipStatus.BLOCKED, MembershipStatus.INVITED)
_MOST_WORDS = 6

_NAME = func.coalesce(PersonRow.search_name, "")


@dataclass(frozen=True, slots=True)
class Employee:
    """One person of the list, with the contact data of this organisation and never the account's (O13)."""

    id: MembershipId
    person_id: PersonId
    name: str
    status: MembershipStatus
    is_manager: bool
    details: MemberDetails


@dataclass(frozen=True, slots=True)
class WaitingEmployee:
    """Somebody who asks to join, and for how long."""

    id: MembershipId
    name: str
    details: MemberDetails
    wait: Wait


@dataclass(frozen=True, slots=True)
class OneEmployee:
    """A member as their own page shows them; `version` is what a change is made from."""

    id: MembershipId
    organisation_id: OrganisationId
    person_id: PersonId
    name: str
    username: str
    status: MembershipStatus
    is_manager: bool
    details: MemberDetails
    since: date | None
    version: int
    wait: Wait


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed down to; empty: everybody who may be seen."""

    search: str = ""
    status: MembershipStatus | None = None
    type: MembershipType | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is narrowed down."""
        return not self.search and self.status is None and self.type is None

    @property
    def count(self) -> int:
        """Return how many filters are set, the search among them."""
        return sum((bool(self.search), self.status is not None, self.type is not None))


class Direction(StrEnum):
    """Which way a page lies from the place where it begins."""

    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the order of names a page begins: beside this member, who is on the page before."""

    membership_id: MembershipId
    direction: Direction


@dataclass(frozen=True, slots=True)
class Stretch:
    """One page of the list; `earlier` and `later` lead to those beside it, None where there is none."""

    employees: tuple[Employee, ...]
    earlier: Place | None
    later: Place | None


def employees_of(
    session: Session | Connection,
    organisation_id: OrganisationId,
    wanted: Filter,
    *,
    statuses: Sequence[MembershipStatus] = LISTED,
    place: Place | None = None,
) -> Stretch:
    """Return a page of the employees in these states that fit the filter; one statement.

    A place whose member is no longer there begins at the start of the list.
    """
    backwards = place is not None and place.direction is Direction.BEFORE
    statement = _select().where(*_narrowed(organisation_id, wanted, statuses))
    if place is not None:
        statement = statement.where(_beyond(organisation_id, place, backwards=backwards))
    order = (_NAME.desc(), MembershipRow.id.desc()) if backwards else (_NAME, MembershipRow.id)
    rows = session.execute(statement.order_by(*order).limit(PAGE + 1)).all()
    more, shown = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        shown = shown[::-1]
    found = tuple(_employee(row) for row in shown)
    if not found:
        return Stretch((), None, None)
    has_earlier, has_later = (more, True) if backwards else (place is not None, more)
    return Stretch(
        found,
        Place(found[0].id, Direction.BEFORE) if has_earlier else None,
        Place(found[-1].id, Direction.AFTER) if has_later else None,
    )


def waiting_employees(session: Session | Connection, organisation_id: OrganisationId) -> tuple[WaitingEmployee, ...]:
    """Return those who ask to join, the longest waiting first, `MOST_WAITING` at most; one statement."""
    rows = session.execute(
        _select()
        .where(
            MembershipRow.organisation_id == organisation_id, MembershipRow.status == MembershipStatus.REQUESTED.value
        )
        .order_by(MembershipRow.created_at, MembershipRow.id)
        .limit(MOST_WAITING)
    )
    return tuple(
        WaitingEmployee(MembershipId(row.id), _name(row), _details(row), Wait(row.created_at, row.reminded_at))
        for row in rows
    )


def one_employee(
    session: Session | Connection, organisation_id: OrganisationId, membership_id: MembershipId
) -> OneEmployee | None:
    """Return one membership of an organisation, in whatever state; None where it has no such one."""
    row = session.execute(
        _select().where(MembershipRow.id == membership_id, MembershipRow.organisation_id == organisation_id)
    ).one_or_none()
    if row is None:
        return None
    return OneEmployee(
        id=MembershipId(row.id),
        organisation_id=organisation_id,
        person_id=PersonId(row.person_id),
        name=_name(row),
        username=row.username,
        status=MembershipStatus(row.status),
        is_manager=row.is_manager,
        details=_details(row),
        since=row.since,
        version=row.version,
        wait=Wait(row.created_at, row.reminded_at),
    )


def _select() -> Select[*tuple[object, ...]]:
    member, person = MembershipRow, PersonRow
    return select(
        *(member.id, member.person_id, member.status, member.is_manager, member.type, member.function),
        *(member.email, member.phone_number, member.since, member.version, member.created_at, member.reminded_at),
        *(person.given_name, person.family_name, person.username),
    ).join(person, person.id == member.person_id)


def _narrowed(
    organisation_id: OrganisationId, wanted: Filter, statuses: Sequence[MembershipStatus]
) -> list[ColumnElement[bool]]:
    # What somebody may not see is not found by asking for it either.
    states = [status.value for status in statuses if wanted.status in (None, status)]
    conditions = [MembershipRow.organisation_id == organisation_id, MembershipRow.status.in_(states)]
    if wanted.type is not None:
        conditions.append(MembershipRow.type == wanted.type.value)
    words = search_text(wanted.search).split()[:_MOST_WORDS]
    if wanted.search.strip() and not words:
        # Nothing but signs: no name has any of them.
        conditions.append(MembershipRow.id.is_(None))
    conditions.extend(PersonRow.search_name.contains(word, autoescape=True) for word in words)
    return conditions


def _beyond(organisation_id: OrganisationId, place: Place, *, backwards: bool) -> ColumnElement[bool]:
    at = MembershipRow.__table__.alias("at")
    person = PersonRow.__table__.alias("at_person")
    # Within the organisation: an identifier of elsewhere tells nothing about whoever it belongs to.
    start = (
        select(func.coalesce(person.c.search_name, ""))
        .select_from(at.join(person, person.c.id == at.c.person_id))
        .where(at.c.id == place.membership_id, at.c.organisation_id == organisation_id)
        .scalar_subquery()
    )
    begins = func.coalesce(start, "")
    here, there = tuple_(_NAME, MembershipRow.id), tuple_(begins, place.membership_id)
    return here < there if backwards else here > there


def _employee(row: Row[*tuple[object, ...]]) -> Employee:
    return Employee(
        id=MembershipId(row.id),
        person_id=PersonId(row.person_id),
        name=_name(row),
        status=MembershipStatus(row.status),
        is_manager=row.is_manager,
        details=_details(row),
    )


def _details(row: Row[*tuple[object, ...]]) -> MemberDetails:
    type_ = None if row.type is None else MembershipType(row.type)
    return MemberDetails(type_, row.function, row.email, row.phone_number)


def _name(row: Row[*tuple[object, ...]]) -> str:
    return full_name(row.given_name, row.family_name) or str(row.username)
