"""An accreditation changes: what rests on it closes at once, or works again (R3, T6).

All of it in the caller's transaction: the accreditation, the registrations that rest on it, and in
the outbox whoever has to hear so. The provider's worker then revokes tokens and tells the tools.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from core.accreditations.holders import change_status, restate
from core.accreditations.queries import held
from core.accreditations.rules import AccreditationStatus, Standing, StatusReason, is_in_force
from core.accreditations.tables import AccreditationRow
from core.closing import accreditation_letters
from core.infra import outbox
from core.infra.errors import NotFound
from core.infra.topics import AccessChanged
from core.organisations.queries import organisations_where_active
from core.people.identifiers import PersonId
from core.tools.mandate_endings import resume_resting_on, suspend_resting_on

_LIVE = frozenset({AccreditationStatus.ACTIVE, AccreditationStatus.GRACE})


def accreditation_changed(
    session: Session,
    accreditation_id: str,
    *,
    status: AccreditationStatus,
    valid_until: date | None,
    reason: StatusReason | None = None,
    by: PersonId | None,
    now: datetime,
) -> None:
    """Record a status of an accreditation and close or open what rests on it; raises `NotFound`.

    Whoever worked under it, the holder included, is named to the outbox.
    """
    was_live = _is_live(session, accreditation_id)
    change_status(session, accreditation_id, status=status, valid_until=valid_until, reason=reason, by=by, now=now)
    _follow(session, accreditation_id, was_live=was_live, now=now)


def accreditation_restated(
    session: Session,
    accreditation_id: str,
    standing: Standing,
    *,
    source: str,
    by: PersonId | None,
    now: datetime,
) -> None:
    """Record how an accreditation stands by a source, and close or open what rests on it; raises `NotFound`."""
    was_live = _is_live(session, accreditation_id)
    restate(session, accreditation_id, standing, source=source, checked_at=now, by=by, now=now)
    _follow(session, accreditation_id, was_live=was_live, now=now)


def accreditation_due(session: Session, accreditation_id: str, *, now: datetime) -> None:
    """Open again what rests on an accreditation whose first day has come; raises `NotFound`."""
    _follow(session, accreditation_id, was_live=False, now=now)


def _is_live(session: Session, accreditation_id: str) -> bool:
    """Tell whether its holder was last told that it holds: a day that passed tells nobody."""
    row = session.get(AccreditationRow, accreditation_id)
    if row is None:
        raise NotFound(accreditation=accreditation_id)
    return row.status in _LIVE


def _follow(session: Session, accreditation_id: str, *, was_live: bool, now: datetime) -> None:
    session.flush()
    row = session.get_one(AccreditationRow, accreditation_id)
    is_now = is_in_force(held(row), now)
    # Done whatever it was before: a day that passed closes nothing until somebody looks.
    if is_now:
        resumed = resume_resting_on(session, accreditation_id, now=now)
        accreditation_letters.tell_of_resumed(session, row, resumed, now=now)
    else:
        suspended = suspend_resting_on(session, accreditation_id, now=now)
        accreditation_letters.tell_of_suspended(session, row, suspended, now=now)
    if is_now is not was_live:
        accreditation_letters.tell_holder(session, row, is_in_force=is_now, now=now)
    holder = PersonId(row.person_id)
    for organisation_id in organisations_where_active(session, holder):
        changed = AccessChanged(holder, None, organisation_id, "accreditation-changed")
        outbox.enqueue(session, changed, now=now)
