"""How a person stands to one organisation, and what of it every page around them shows."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.orm import Session, aliased

from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.presentation_tables import picture_id
from core.organisations.rights import Right, Standing, may, standing_of
from core.organisations.states import MembershipStatus, OrganisationStatus, PictureKind
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.tables import PersonRow

_LIVE = [status.value for status in MembershipStatus if status.is_live]


@dataclass(frozen=True, slots=True)
class OrganisationAtAGlance:
    """What stands above every page of an organisation; `waiting` counts requests to join.

    The identifiers of pictures are what their addresses show.
    """

    id: OrganisationId
    name: str
    company_number: str
    status: OrganisationStatus
    is_verified: bool
    managers: int
    waiting: int
    logo_id: str | None = None
    cover_id: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation, and how one person stands to it; `taken` is what a manager took away from them."""

    organisation: OrganisationAtAGlance
    standing: Standing
    membership_id: MembershipId | None
    taken: frozenset[Right] = frozenset()

    def may(self, right: Right) -> bool:
        """Tell whether the person may see or do this here."""
        return may(self.standing, right, taken=self.taken)


def place_of(session: Session | Connection, organisation_id: OrganisationId, person_id: PersonId) -> Place | None:
    """Return how a person stands to an organisation; None where there is no such one, or no longer. One statement."""
    waits = aliased(MembershipRow)
    waiting = (
        select(func.count())
        .select_from(waits)
        .where(waits.organisation_id == OrganisationRow.id, waits.status == MembershipStatus.REQUESTED.value)
        .correlate(OrganisationRow)
        .scalar_subquery()
    )
    mine = and_(
        MembershipRow.organisation_id == OrganisationRow.id,
        MembershipRow.person_id == person_id,
        MembershipRow.status.in_(_LIVE),
    )
    row = session.execute(
        select(
            *(OrganisationRow.id, OrganisationRow.name, OrganisationRow.company_number, OrganisationRow.status),
            *(OrganisationRow.evidence_level, OrganisationRow.manager_count, waiting.label("waiting")),
            *(MembershipRow.id.label("membership_id"), MembershipRow.status.label("membership")),
            *(MembershipRow.is_manager, MembershipRow.sees_wallet, MembershipRow.recharges_wallet),
            *(picture_id(kind).label(f"{kind.value}_id") for kind in PictureKind),
        )
        .outerjoin(MembershipRow, mine)
        .where(OrganisationRow.id == organisation_id, OrganisationRow.status != OrganisationStatus.CLOSED.value)
    ).one_or_none()
    if row is None:
        return None
    status = None if row.membership is None else MembershipStatus(row.membership)
    return Place(
        organisation=OrganisationAtAGlance(
            id=OrganisationId(row.id),
            name=row.name,
            company_number=row.company_number,
            status=OrganisationStatus(row.status),
            is_verified=row.evidence_level > 0,
            managers=row.manager_count,
            waiting=row.waiting,
            logo_id=row.logo_id,
            cover_id=row.cover_id,
        ),
        standing=standing_of(status, is_manager=bool(row.is_manager)),
        membership_id=None if row.membership_id is None else MembershipId(row.membership_id),
        taken=_taken(sees=row.sees_wallet, recharges=row.recharges_wallet),
    )


def _taken(*, sees: bool | None, recharges: bool | None) -> frozenset[Right]:
    """Return the rights that a membership does not have any more; None: there is no membership."""
    kept = ((Right.SEE_WALLET, sees), (Right.RECHARGE_WALLET, recharges))
    return frozenset(right for right, has in kept if has is False)


def manager_names(session: Session | Connection, organisation_id: OrganisationId) -> tuple[str, ...]:
    """Return what the managers of an organisation are called, in the order of lists."""
    rows = session.execute(
        select(PersonRow.given_name, PersonRow.family_name, PersonRow.username)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(
            MembershipRow.organisation_id == organisation_id,
            MembershipRow.is_manager,
            MembershipRow.status == MembershipStatus.ACTIVE.value,
        )
        .order_by(PersonRow.search_name, PersonRow.id)
    )
    return tuple(full_name(row.given_name, row.family_name) or row.username for row in rows)
