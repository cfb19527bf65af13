"""An accreditation changes: what rests on it closes at once, or works again (R3, T6)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from core.accreditations.holders import change_status
from core.accreditations.rules import AccreditationStatus
from core.infra import outbox
from core.infra.topics import AccessChanged
from core.organisations.queries import organisations_where_active
from core.people.identifiers import PersonId
from core.tools.mandate_endings import resume_resting_on, suspend_resting_on


def accreditation_changed(
    session: Session,
    accreditation_id: str,
    *,
    status: AccreditationStatus,
    valid_until: date | None,
    by: PersonId | None,
    now: datetime,
) -> None:
    """Record what the register says of an accreditation and close or open what rests on it.

    Whoever worked under it, the holder included, is named to the outbox. Raises `NotFound`.
    """
    holder = change_status(session, accreditation_id, status=status, valid_until=valid_until, by=by, now=now)
    match status:
        case AccreditationStatus.ACTIVE | AccreditationStatus.GRACE:
            resume_resting_on(session, accreditation_id, now=now)
        case AccreditationStatus.SUSPENDED | AccreditationStatus.LAPSED:
            suspend_resting_on(session, accreditation_id, now=now)
    for organisation_id in organisations_where_active(session, holder):
        changed = AccessChanged(holder, None, organisation_id, "accreditation-changed")
        outbox.enqueue(session, changed, now=now)
