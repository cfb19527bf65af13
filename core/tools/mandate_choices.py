"""On which accreditations a registration could rest: those of active members that qualify (T4)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.queries import held
from core.accreditations.tables import AccreditationRow
from core.organisations.identifiers import OrganisationId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.tables import PersonRow
from core.tools.requirements import Requirement
from core.tools.rules import qualifies


@dataclass(frozen=True, slots=True)
class Alternative:
    """An accreditation of an active member that a registration of the usage could rest on."""

    accreditation_id: str
    kind: str
    number: str
    list: str | None
    column: str | None
    holder_id: PersonId
    holder_name: str


def alternatives(
    session: Session, organisation_id: OrganisationId, requirement: Requirement, *, now: datetime
) -> tuple[Alternative, ...]:
    """Return the accreditations that qualify, by the names of their holders; one statement."""
    rows = session.execute(
        select(AccreditationRow, PersonRow.given_name, PersonRow.family_name, PersonRow.username)
        .join(PersonRow, PersonRow.id == AccreditationRow.person_id)
        .join(MembershipRow, MembershipRow.person_id == AccreditationRow.person_id)
        .where(
            MembershipRow.organisation_id == organisation_id,
            MembershipRow.status == MembershipStatus.ACTIVE.value,
            AccreditationRow.kind.in_(sorted(requirement.kinds())),
        )
        .order_by(PersonRow.search_name, AccreditationRow.id)
    )
    return tuple(
        Alternative(
            accreditation_id=row.id,
            kind=row.kind,
            number=row.number,
            list=row.list,
            column=row.column,
            holder_id=PersonId(row.person_id),
            holder_name=full_name(given_name, family_name) or username,
        )
        for row, given_name, family_name, username in rows
        if qualifies(requirement, held(row), now)
    )
