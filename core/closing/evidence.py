"""The helpdesk confirms how the claim to a company is proven (`organisations.md`, levels of evidence).

Level 1 one person may confirm. Level 2 says that somebody represents the company by law, overrides
managers and decides disputes: it takes a second person.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from core.infra.clock import belgian_date
from core.infra.errors import NotFound
from core.organisations import enrolment, letters
from core.organisations.errors import EvidenceTooWeak
from core.organisations.identifiers import OrganisationId
from core.organisations.states import EvidenceSource, OrganisationStatus
from core.organisations.tables import OrganisationRow
from core.people.identifiers import PersonId
from core.staff import approvals, roles
from core.staff.approvals import Act, Approved
from core.staff.reasons import Reason
from core.staff.states import StaffRole

CONFIRM_REPRESENTED = Act("confirm-represented", StaffRole.HELPDESK)
_FOR_ONE_PERSON = 1


def confirm(
    session: Session,
    organisation_id: OrganisationId,
    source: EvidenceSource,
    *,
    why: Reason,
    by: PersonId,
    now: datetime,
) -> str | None:
    """Confirm evidence and tell the managers; what proves level 2 is asked of a second person instead.

    Return the identifier of that request, None where it was done. Raises `NotStaff`, `NotFound`,
    `EvidenceTooWeak` where more is proven already, `AlreadyAskedFor`.
    """
    roles.require(session, by, StaffRole.HELPDESK)
    _require_useful(session, organisation_id, source)
    if source.level == _FOR_ONE_PERSON:
        _confirm(session, organisation_id, source, why=why, by=by, now=now)
        return None
    parameters = {"organisation_id": organisation_id, "source": source.value}
    return approvals.ask(session, CONFIRM_REPRESENTED, parameters, subject_id=organisation_id, why=why, by=by, now=now)


def confirm_represented(session: Session, approved: Approved) -> None:
    """Carry out what was approved; raises as `confirm`."""
    organisation_id = OrganisationId(approved.text("organisation_id"))
    source = EvidenceSource(approved.text("source"))
    _require_useful(session, organisation_id, source)
    _confirm(session, organisation_id, source, why=approved.why, by=approved.approved_by, now=approved.now)


def _require_useful(session: Session, organisation_id: OrganisationId, source: EvidenceSource) -> None:
    row = session.get(OrganisationRow, organisation_id, with_for_update=True, populate_existing=True)
    if row is None or row.status == OrganisationStatus.CLOSED:
        raise NotFound(organisation=organisation_id)
    if row.evidence_level > source.level:
        raise EvidenceTooWeak(known=row.evidence_level)


def _confirm(
    session: Session,
    organisation_id: OrganisationId,
    source: EvidenceSource,
    *,
    why: Reason,
    by: PersonId,
    now: datetime,
) -> None:
    enrolment.confirm_evidence(
        session,
        organisation_id,
        level=source.level,
        source=source.value,
        verified_at=belgian_date(now),
        by=by,
        why=why,
        now=now,
    )
    letters.tell_managers(session, organisation_id, "organisation-verified", now=now)
