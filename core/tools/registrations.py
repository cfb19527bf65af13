"""What pages show of an organisation's registrations of one tool: state, terms, the accreditation beneath."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.accreditations.tables import AccreditationRow
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.tables import PersonRow
from core.tools.identifiers import MandateId, RegistrationId, ToolId
from core.tools.states import AccessStatus, Colleagues, RegistrationStatus
from core.tools.tables import AccessRow, MandateColleagueRow, MandateRow, RegistrationRow


@dataclass(frozen=True, slots=True)
class ShownMandate:
    """An accreditation lent for a registration, or asked for (`accepted_at` None); dates are Belgian days."""

    id: MandateId
    accreditation_id: str
    kind: str
    number: str
    list: str | None
    column: str | None
    holder_id: PersonId
    holder_name: str
    proposed_at: datetime
    accepted_at: datetime | None
    valid_from: date
    valid_until: date
    colleagues: tuple[MembershipId, ...] | None


@dataclass(frozen=True, slots=True)
class ShownRegistration:
    """One registered usage; `users` counts the active employees with a role."""

    id: RegistrationId
    usage: str
    status: RegistrationStatus
    status_reason: str | None
    terms: tuple[str | None, ...]
    registered_at: datetime
    users: int
    mandate: ShownMandate | None
    proposed: ShownMandate | None

    @property
    def is_suspended(self) -> bool:
        """Tell whether nobody can use it for want of something to rest on."""
        return self.status is RegistrationStatus.SUSPENDED

    def has_accepted(self, version: str | None) -> bool:
        """Tell whether these terms, if any, were accepted for it."""
        return version is None or version in self.terms


def registrations_of(
    session: Session, organisation_id: OrganisationId, tool_id: ToolId
) -> Mapping[str, ShownRegistration]:
    """Return the live registrations of a tool by usage; two statements, a third for lists of colleagues."""
    users = (
        select(func.count())
        .select_from(AccessRow)
        .join(MembershipRow, MembershipRow.id == AccessRow.membership_id)
        .where(
            AccessRow.registration_id == RegistrationRow.id,
            AccessRow.status == AccessStatus.GRANTED.value,
            MembershipRow.status == MembershipStatus.ACTIVE.value,
        )
        .correlate(RegistrationRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(RegistrationRow, users)
        .where(
            RegistrationRow.organisation_id == organisation_id,
            RegistrationRow.tool_id == tool_id,
            RegistrationRow.status != RegistrationStatus.ENDED.value,
        )
        .order_by(RegistrationRow.id)
    ).all()
    mandates = _mandates(session, [row.id for row, _ in rows])
    return {
        row.usage: ShownRegistration(
            id=RegistrationId(row.id),
            usage=row.usage,
            status=RegistrationStatus(row.status),
            status_reason=row.status_reason,
            terms=(row.terms_version, row.next_terms_version),
            registered_at=row.registered_at,
            users=count,
            mandate=next((one for one in mandates.get(row.id, ()) if one.accepted_at is not None), None),
            proposed=next((one for one in mandates.get(row.id, ()) if one.accepted_at is None), None),
        )
        for row, count in rows
    }


@dataclass(frozen=True, slots=True)
class User:
    """An active employee with a role in a registration."""

    membership_id: MembershipId
    person_id: PersonId
    name: str


def users_of_registration(session: Session, registration_id: RegistrationId, *, limit: int) -> tuple[User, ...]:
    """Return the first employees with a role, by name; one statement."""
    rows = session.execute(
        select(
            MembershipRow.id, MembershipRow.person_id, PersonRow.given_name, PersonRow.family_name, PersonRow.username
        )
        .join(AccessRow, AccessRow.membership_id == MembershipRow.id)
        .join(PersonRow, PersonRow.id == MembershipRow.person_id)
        .where(
            AccessRow.registration_id == registration_id,
            AccessRow.status == AccessStatus.GRANTED.value,
            MembershipRow.status == MembershipStatus.ACTIVE.value,
        )
        .order_by(PersonRow.search_name, MembershipRow.id)
        .limit(limit)
    )
    return tuple(
        User(MembershipId(row.id), PersonId(row.person_id), full_name(row.given_name, row.family_name) or row.username)
        for row in rows
    )


def _mandates(session: Session, registrations: Sequence[str]) -> Mapping[str, list[ShownMandate]]:
    rows = session.execute(
        select(MandateRow, AccreditationRow, PersonRow.given_name, PersonRow.family_name, PersonRow.username)
        .join(AccreditationRow, AccreditationRow.id == MandateRow.accreditation_id)
        .join(PersonRow, PersonRow.id == AccreditationRow.person_id)
        .where(MandateRow.registration_id.in_(registrations), MandateRow.ended_at.is_(None))
    ).all()
    listed = _listed(session, [row.id for row, *_ in rows if row.colleagues == Colleagues.LIST])
    found: dict[str, list[ShownMandate]] = {}
    for row, accreditation, given_name, family_name, username in rows:
        shown = ShownMandate(
            id=MandateId(row.id),
            accreditation_id=accreditation.id,
            kind=accreditation.kind,
            number=accreditation.number,
            list=accreditation.list,
            column=accreditation.column,
            holder_id=PersonId(accreditation.person_id),
            holder_name=full_name(given_name, family_name) or username,
            proposed_at=row.proposed_at,
            accepted_at=row.accepted_at,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            colleagues=listed.get(row.id, ()) if row.colleagues == Colleagues.LIST else None,
        )
        found.setdefault(row.registration_id, []).append(shown)
    return found


def _listed(session: Session, mandates: Sequence[str]) -> Mapping[str, tuple[MembershipId, ...]]:
    if not mandates:
        return {}
    rows = session.scalars(
        select(MandateColleagueRow)
        .where(MandateColleagueRow.mandate_id.in_(mandates))
        .order_by(MandateColleagueRow.membership_id)
    )
    found: dict[str, tuple[MembershipId, ...]] = {}
    for row in rows:
        found[row.mandate_id] = (*found.get(row.mandate_id, ()), MembershipId(row.membership_id))
    return found
