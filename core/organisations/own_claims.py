"""How somebody who claims an organisation stands to it: what their page says, and what they can do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.organisations.identifiers import OrganisationId
from core.organisations.states import DisputeState, MembershipStatus, OrganisationStatus
from core.organisations.tables import DisputeRow, MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.tables import EidLinkRow


@dataclass(frozen=True, slots=True)
class OwnClaim:
    """An organisation, and whether the person claims it; `opened_at` is None where they do not."""

    organisation_id: OrganisationId
    name: str
    company_number: str
    manages: bool
    has_eid: bool
    dispute_id: str | None
    opened_at: datetime | None


def own_claim(session: Session, organisation_id: OrganisationId, person_id: PersonId) -> OwnClaim:
    """Return how a person stands to an organisation as its claimant; one statement. Raise `NotFound`."""
    manages = exists().where(
        MembershipRow.organisation_id == OrganisationRow.id,
        MembershipRow.person_id == person_id,
        MembershipRow.status == MembershipStatus.ACTIVE.value,
        MembershipRow.is_manager,
    )
    theirs = and_(
        DisputeRow.organisation_id == OrganisationRow.id,
        DisputeRow.claimant_id == person_id,
        DisputeRow.state == DisputeState.OPEN.value,
    )
    row = session.execute(
        select(OrganisationRow.name, OrganisationRow.company_number, DisputeRow.id, DisputeRow.opened_at)
        .add_columns(manages.label("manages"), exists().where(EidLinkRow.person_id == person_id).label("has_eid"))
        .outerjoin(DisputeRow, theirs)
        .where(OrganisationRow.id == organisation_id, OrganisationRow.status != OrganisationStatus.CLOSED.value)
    ).one_or_none()
    if row is None:
        raise NotFound(organisation=organisation_id)
    return OwnClaim(
        organisation_id=organisation_id,
        name=row.name,
        company_number=row.company_number,
        manages=row.manages,
        has_eid=row.has_eid,
        dispute_id=row.id,
        opened_at=row.opened_at,
    )
