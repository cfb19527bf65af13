"""Read models of organisations, for pages."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from core.infra.kept_query import KeptQuery
from core.infra.statements import Queryable
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.numbers import normalise
from core.organisations.presentation_tables import picture_id
from core.organisations.states import MembershipStatus, OrganisationStatus, PictureKind
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId

_LISTED = tuple(status.value for status in MembershipStatus if status.is_live)


@dataclass(frozen=True, slots=True)
class MyOrganisation:
    """An organisation in a person's overview (O4), one that blocked them too; `waiting_requests` only a manager sees.

    `logo_id` is what the address of its logo shows.
    """

    id: OrganisationId
    name: str
    company_number: str
    status: OrganisationStatus
    verified: bool
    membership_id: MembershipId
    membership_status: MembershipStatus
    is_manager: bool
    function: str | None
    waiting_requests: int
    wallet_id: str
    sees_wallet: bool
    logo_id: str | None


def my_organisations(session: Session | Connection, person_id: PersonId) -> tuple[MyOrganisation, ...]:
    """Return the organisations a person has a live membership in, by name; one statement."""
    colleague = aliased(MembershipRow)
    is_waiting = colleague.status == MembershipStatus.REQUESTED.value
    waiting = (
        select(func.count())
        .select_from(colleague)
        .where(colleague.organisation_id == MembershipRow.organisation_id, is_waiting, MembershipRow.is_manager)
        .correlate(MembershipRow)
        .scalar_subquery()
    )
    statement = (
        select(
            OrganisationRow.id,
            OrganisationRow.name,
            OrganisationRow.company_number,
            OrganisationRow.status,
            (OrganisationRow.evidence_level > 0).label("verified"),
            OrganisationRow.wallet_id,
            MembershipRow.id.label("membership_id"),
            MembershipRow.status.label("membership_status"),
            MembershipRow.is_manager,
            MembershipRow.function,
            MembershipRow.sees_wallet,
            waiting.label("waiting_requests"),
            picture_id(PictureKind.LOGO).label("logo_id"),
        )
        .join(MembershipRow, MembershipRow.organisation_id == OrganisationRow.id)
        .where(
            MembershipRow.person_id == person_id,
            MembershipRow.status.in_(_LISTED),
            OrganisationRow.status != OrganisationStatus.CLOSED.value,
        )
    )
    found = [
        MyOrganisation(
            **{
                **row,
                "status": OrganisationStatus(row["status"]),
                "membership_status": MembershipStatus(row["membership_status"]),
            }
        )
        for row in session.execute(statement).mappings()
    ]
    # Sorted here and not by the databases, which disagree about the order of names.
    return tuple(sorted(found, key=lambda organisation: (organisation.name.casefold(), organisation.id)))


def find_by_company_number(session: Session | Connection, company_number: str) -> OrganisationId | None:
    """Return the organisation with this number; raises `InvalidCompanyNumber`."""
    found = session.scalar(
        select(OrganisationRow.id).where(
            OrganisationRow.company_number == normalise(company_number),
            OrganisationRow.status != OrganisationStatus.CLOSED.value,
        )
    )
    return None if found is None else OrganisationId(found)


def is_active_somewhere(session: Queryable, person_id: PersonId) -> bool:
    """Tell whether a person is an active member of any organisation that is not closed."""
    return bool(_ACTIVE_SOMEWHERE.rows(session, {"person_id": person_id}))


def organisations_where_active(session: Session | Connection, person_id: PersonId) -> tuple[OrganisationId, ...]:
    """Return the organisations in which a person is an active member."""
    found = session.scalars(
        select(MembershipRow.organisation_id)
        .where(MembershipRow.person_id == person_id, MembershipRow.status == MembershipStatus.ACTIVE.value)
        .order_by(MembershipRow.organisation_id)
    )
    return tuple(OrganisationId(organisation_id) for organisation_id in found)


_ACTIVE_SOMEWHERE = KeptQuery(
    select(MembershipRow.id)
    .join(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
    .where(
        MembershipRow.person_id == bindparam("person_id"),
        MembershipRow.status == MembershipStatus.ACTIVE.value,
        OrganisationRow.status != OrganisationStatus.CLOSED.value,
    )
    .limit(1)
)
