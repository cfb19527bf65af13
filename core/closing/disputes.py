"""A dispute about an organisation is settled, by two people of the helpdesk (S1).

The second person's word carries it out. What it changes: who manages the organisation, what is
proven about it, and where it had no manager for too long, that its tools work again.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from core.closing import managing
from core.infra import audit
from core.infra.clock import belgian_date
from core.organisations import appointing, dispute_rules, disputes, enrolment, letters
from core.organisations.dispute_rules import Case, Settlement
from core.organisations.identifiers import OrganisationId
from core.organisations.tables import DisputeRow
from core.people.identifiers import PersonId
from core.staff import approvals
from core.staff.approvals import Act, Approved
from core.staff.reasons import Reason
from core.staff.states import StaffRole

SETTLE = Act("settle-dispute", StaffRole.HELPDESK)


def ask_to_settle(
    session: Session, dispute_id: str, settlement: Settlement, *, why: Reason, by: PersonId, now: datetime
) -> str:
    """Ask a second person to settle a dispute in one way, and return the request's identifier.

    Raises `NotStaff`, `NotFound`, `DisputeOver`, `EvidenceTooWeak`, `AlreadyAskedFor`.
    """
    row = disputes.locked(session, dispute_id)
    dispute_rules.settle(disputes.case_of(session, row), settlement)
    parameters = {
        "dispute_id": row.id,
        "organisation_id": row.organisation_id,
        "person_id": row.claimant_id,
        "settlement": settlement.value,
    }
    return approvals.ask(session, SETTLE, parameters, subject_id=row.organisation_id, why=why, by=by, now=now)


def settle(session: Session, approved: Approved) -> None:
    """Carry out what was approved; both sides are told.

    Raises `DisputeOver` where it ended meanwhile, `EvidenceTooWeak` where the evidence changed.
    """
    row = disputes.locked(session, approved.text("dispute_id"))
    settlement = Settlement(approved.text("settlement"))
    case = disputes.case_of(session, row)
    dispute_rules.settle(case, settlement)
    # An account that goes ends its disputes: an open one has its claimant.
    assert row.claimant_id is not None
    organisation_id, claimant = OrganisationId(row.organisation_id), PersonId(row.claimant_id)
    row.state, row.ended_at = settlement.state, approved.now
    audit.record(
        session,
        action="dispute-settled",
        actor_id=approved.approved_by,
        subject_id=claimant,
        organisation_id=organisation_id,
        details={
            "dispute": row.id,
            "settlement": settlement.value,
            "asked_by": approved.asked_by,
            **approved.why.details(),
        },
        now=approved.now,
    )
    # Before the claimant is one of them, so that each side gets its own letter.
    letters.tell_managers(
        session, organisation_id, f"dispute-{settlement.value}-managers", but=claimant, now=approved.now
    )
    letters.tell_person(session, claimant, organisation_id, f"dispute-{settlement.value}-claimant", now=approved.now)
    if settlement.appoints_claimant:
        appointing.appoint(session, organisation_id, claimant, reason="dispute-settled", now=approved.now)
        managing.resume(session, organisation_id, now=approved.now)
    _note_proof(session, row, case, settlement, approved)


def _note_proof(session: Session, row: DisputeRow, case: Case, settlement: Settlement, approved: Approved) -> None:
    """Let the organisation have the evidence of those whom it now belongs to, where it is better."""
    proof = case.claimant if settlement.appoints_claimant else case.holder
    if proof is None or proof.source.level <= case.known_level:
        return
    enrolment.confirm_evidence(
        session,
        OrganisationId(row.organisation_id),
        level=proof.source.level,
        source=proof.source.value,
        verified_at=belgian_date(approved.now),
        by=approved.approved_by,
        why=approved.why,
        now=approved.now,
    )
