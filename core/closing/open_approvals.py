"""What waits for a second person, with the names that its identifiers stand for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.audit import Detail
from core.organisations.tables import OrganisationRow
from core.people.identifiers import PersonId
from core.people.tables import PersonRow
from core.staff import approvals
from core.staff.approvals import Approval
from core.staff.states import StaffRole
from core.wallet.bank.desk import described


@dataclass(frozen=True, slots=True)
class NamedApproval:
    """A request as a second person reads it.

    `facts` are its parameters, identifiers of people and organisations replaced by names; `asked_by` is
    empty once that account is gone.
    """

    approval: Approval
    asked_by: str
    facts: tuple[tuple[str, str], ...]
    is_own: bool


def waiting(
    session: Session, person_id: PersonId, held: Collection[StaffRole], *, now: datetime
) -> tuple[NamedApproval, ...]:
    """Return what is open for somebody with these roles, the oldest first; what they asked themselves too."""
    found = approvals.open_for(session, held, now=now)
    names = _names(session, found)
    return tuple(
        NamedApproval(
            approval=approval,
            asked_by=names.get(approval.asked_by or "", ""),
            facts=tuple(_fact(name, value, names) for name, value in approval.parameters.items()),
            is_own=approval.asked_by == person_id,
        )
        for approval in found
    )


def _fact(name: str, value: Detail, names: Mapping[str, str]) -> tuple[str, str]:
    text = "" if value is None else str(value)
    return name, names.get(text, text)


def _names(session: Session, found: Collection[Approval]) -> Mapping[str, str]:
    named = {str(value) for approval in found for value in approval.parameters.values()}
    wanted = named | {approval.asked_by for approval in found if approval.asked_by is not None}
    people = session.execute(
        select(PersonRow.id, PersonRow.username, PersonRow.given_name, PersonRow.family_name).where(
            PersonRow.id.in_(wanted)
        )
    )
    names = {row.id: _full_name(row.given_name, row.family_name, row.username) for row in people}
    offices = session.execute(
        select(OrganisationRow.id, OrganisationRow.name, OrganisationRow.company_number).where(
            OrganisationRow.id.in_(wanted)
        )
    )
    named_offices = {row.id: f"{row.name} ({row.company_number})" for row in offices}
    return {**names, **named_offices, **described(session, wanted)}


def _full_name(given_name: str | None, family_name: str | None, username: str) -> str:
    full = " ".join(part for part in (given_name, family_name) if part)
    return f"{full} ({username})" if full else username
