"""What the helpdesk changes of a person's accreditations, with its role asked in the same transaction (R2, S1)."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.closing import correction
from core.closing.correction import Correction, CorrectionReason
from core.people.identifiers import PersonId
from core.staff import roles
from core.staff.states import StaffRole


def correct(
    session: Session,
    person_id: PersonId,
    wanted: Correction,
    *,
    reason: CorrectionReason,
    reference: str,
    by: PersonId,
    now: datetime,
) -> str:
    """Add or correct an accreditation; raises `NotStaff`, and as `correction.correct`."""
    roles.require(session, by, StaffRole.HELPDESK)
    return correction.correct(session, person_id, wanted, reason=reason, reference=reference, by=by, now=now)


def take_away(
    session: Session,
    person_id: PersonId,
    wanted: Correction,
    *,
    reason: CorrectionReason,
    reference: str,
    by: PersonId,
    now: datetime,
) -> None:
    """Take an accreditation from an account; raises `NotStaff`, and as `correction.take_away`."""
    roles.require(session, by, StaffRole.HELPDESK)
    correction.take_away(session, person_id, wanted, reason=reason, reference=reference, by=by, now=now)
