"""Read models for the way into an organisation: what a number finds, and what a person waits for."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, Row, and_, select
from sqlalchemy.orm import Session, aliased

from core.organisations import records
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.organisations.waiting import Wait
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.tables import PersonRow

_LIVE = [status.value for status in MembershipStatus if status.is_live]
_WAITING = (MembershipStatus.REQUESTED.value, MembershipStatus.INVITED.value)


@dataclass(frozen=True, slots=True)
class FoundOrganisation:
    """What a stranger may know of an organisation, and how the person stands to it already.

    `membership_id` and `membership` are None for somebody who is nothing there now; whoever left while
    blocked is still BLOCKED, without a membership.
    """

    id: OrganisationId
    name: str
    company_number: str
    status: OrganisationStatus
    membership_id: MembershipId | None
    membership: MembershipStatus | None

    @property
    def takes_requests(self) -> bool:
        """Tell whether somebody can ask to join: not where the company stops."""
        return self.status in (OrganisationStatus.ACTIVE, OrganisationStatus.OWNERLESS)


@dataclass(frozen=True, slots=True)
class WaitingMembership:
    """A request that waits for the managers, or an invitation that waits for the person."""

    id: MembershipId
    organisation_id: OrganisationId
    organisation_name: str
    company_number: str
    is_invitation: bool
    wait: Wait
    managers: tuple[str, ...]


def find_organisation(
    session: Session | Connection, company_number: str, person_id: PersonId
) -> FoundOrganisation | None:
    """Return the organisation with these ten digits as this person may see it; one statement."""
    mine = and_(
        MembershipRow.organisation_id == OrganisationRow.id,
        MembershipRow.person_id == person_id,
        MembershipRow.status.in_(_LIVE),
    )
    row = session.execute(
        select(
            OrganisationRow.id,
            OrganisationRow.name,
            OrganisationRow.company_number,
            OrganisationRow.status,
            MembershipRow.id.label("membership_id"),
            MembershipRow.status.label("membership"),
            records.left_blocked_at(person_id, OrganisationRow.id).scalar_subquery().label("left_blocked_at"),
        )
        .outerjoin(MembershipRow, mine)
        .where(
            OrganisationRow.company_number == company_number,
            OrganisationRow.status != OrganisationStatus.CLOSED.value,
        )
    ).one_or_none()
    if row is None:
        return None
    standing = row.membership or (MembershipStatus.BLOCKED if row.left_blocked_at else None)
    return FoundOrganisation(
        id=OrganisationId(row.id),
        name=row.name,
        company_number=row.company_number,
        status=OrganisationStatus(row.status),
        membership_id=None if row.membership_id is None else MembershipId(row.membership_id),
        membership=None if standing is None else MembershipStatus(standing),
    )


def waiting_memberships(session: Session | Connection, person_id: PersonId) -> tuple[WaitingMembership, ...]:
    """Return what a person waits for or is invited to, longest first, with the managers' names.

    One statement, whatever their number.
    """
    manages, manager = aliased(MembershipRow), aliased(PersonRow)
    rows = session.execute(
        select(
            MembershipRow.id,
            MembershipRow.organisation_id,
            MembershipRow.status,
            MembershipRow.created_at,
            MembershipRow.reminded_at,
            OrganisationRow.name,
            OrganisationRow.company_number,
            manager.given_name,
            manager.family_name,
            manager.username,
        )
        .join(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
        .outerjoin(
            manages,
            and_(
                manages.organisation_id == MembershipRow.organisation_id,
                manages.is_manager,
                manages.status == MembershipStatus.ACTIVE.value,
            ),
        )
        .outerjoin(manager, manager.id == manages.person_id)
        .where(
            MembershipRow.person_id == person_id,
            MembershipRow.status.in_(_WAITING),
            OrganisationRow.status != OrganisationStatus.CLOSED.value,
        )
        .order_by(MembershipRow.created_at, MembershipRow.id)
    )
    return tuple(_waiting(list(group)) for _, group in groupby(rows, key=lambda row: row.id))


def _waiting(rows: list[Row[*tuple[object, ...]]]) -> WaitingMembership:
    row = rows[0]
    return WaitingMembership(
        id=MembershipId(row.id),
        organisation_id=OrganisationId(row.organisation_id),
        organisation_name=row.name,
        company_number=row.company_number,
        is_invitation=row.status == MembershipStatus.INVITED.value,
        wait=Wait(row.created_at, row.reminded_at),
        managers=tuple(sorted(_names(rows), key=str.casefold)),
    )


def _names(rows: Iterable[Row[*tuple[object, ...]]]) -> Iterable[str]:
    return (full_name(row.given_name, row.family_name) or row.username for row in rows if row.username is not None)
