"""What is lent of one person's accreditations, and what they are asked to lend: for their own page (T4)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from core.accreditations.tables import AccreditationRow
from core.infra.localised import Localised
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.tables import PersonRow
from core.tools.identifiers import MandateId, ToolId
from core.tools.mandates import RENEWABLE_BEFORE_END
from core.tools.states import AccessStatus, Colleagues, RegistrationStatus
from core.tools.tables import AccessRow, MandateColleagueRow, MandateRow, RegistrationRow, ToolRow, UsageRow


@dataclass(frozen=True, slots=True)
class HeldMandate:
    """One registration that rests on an accreditation of the person's, or shall (`accepted_at` None).

    `users` are the colleagues with a role who work under it, by person.
    """

    id: MandateId
    tool_id: ToolId
    tool_name: Localised
    usage_name: Localised
    organisation_name: str
    kind: str
    number: str
    asked_by: str
    proposed_at: datetime
    accepted_at: datetime | None
    valid_until: date
    users: frozenset[PersonId]

    def may_be_renewed(self, today: date) -> bool:
        """Tell whether its end is near enough."""
        return self.accepted_at is not None and today >= self.valid_until - RENEWABLE_BEFORE_END


def mandates_of(session: Session, person_id: PersonId) -> tuple[HeldMandate, ...]:
    """Return the live mandates on a person's accreditations, what waits for an answer first; two statements."""
    asker = aliased(PersonRow)
    of_usage = and_(UsageRow.tool_id == RegistrationRow.tool_id, UsageRow.code == RegistrationRow.usage)
    rows = session.execute(
        select(MandateRow, AccreditationRow, OrganisationRow.name, ToolRow, UsageRow, asker)
        .join(AccreditationRow, AccreditationRow.id == MandateRow.accreditation_id)
        .join(RegistrationRow, RegistrationRow.id == MandateRow.registration_id)
        .join(OrganisationRow, OrganisationRow.id == MandateRow.organisation_id)
        .join(ToolRow, ToolRow.id == MandateRow.tool_id)
        .join(UsageRow, of_usage)
        .join(asker, asker.id == MandateRow.granted_by)
        .where(
            AccreditationRow.person_id == person_id,
            MandateRow.ended_at.is_(None),
            RegistrationRow.status != RegistrationStatus.ENDED.value,
        )
        .order_by(MandateRow.accepted_at.is_not(None), OrganisationRow.name, ToolRow.code, MandateRow.id)
    ).all()
    users = _users(session, person_id)
    return tuple(
        HeldMandate(
            id=MandateId(row.id),
            tool_id=ToolId(tool.id),
            tool_name=Localised(tool.name_nl, tool.name_fr, tool.name_en),
            usage_name=Localised(usage.name_nl, usage.name_fr, usage.name_en),
            organisation_name=organisation,
            kind=accreditation.kind,
            number=accreditation.number,
            asked_by=full_name(person.given_name, person.family_name) or person.username,
            proposed_at=row.proposed_at,
            accepted_at=row.accepted_at,
            valid_until=row.valid_until,
            users=frozenset(users.get(row.id, ())),
        )
        for row, accreditation, organisation, tool, usage, person in rows
    )


def _users(session: Session, person_id: PersonId) -> dict[str, list[PersonId]]:
    """Return by mandate the colleagues with a role whom it covers, the holder left out."""
    listed = and_(
        MandateColleagueRow.mandate_id == MandateRow.id, MandateColleagueRow.membership_id == MembershipRow.id
    )
    rows = session.execute(
        select(MandateRow.id, MembershipRow.person_id)
        .join(AccreditationRow, AccreditationRow.id == MandateRow.accreditation_id)
        .join(AccessRow, AccessRow.registration_id == MandateRow.registration_id)
        .join(MembershipRow, MembershipRow.id == AccessRow.membership_id)
        .outerjoin(MandateColleagueRow, listed)
        .where(
            AccreditationRow.person_id == person_id,
            MandateRow.ended_at.is_(None),
            AccessRow.status == AccessStatus.GRANTED.value,
            MembershipRow.status == MembershipStatus.ACTIVE.value,
            MembershipRow.person_id != person_id,
            or_(MandateRow.colleagues == Colleagues.ALL.value, MandateColleagueRow.membership_id.is_not(None)),
        )
    )
    found: dict[str, list[PersonId]] = {}
    for mandate_id, colleague in rows:
        found.setdefault(mandate_id, []).append(PersonId(colleague))
    return found
