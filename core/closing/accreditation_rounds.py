"""What is looked after without anybody asking: each night the registers, and days that pass (R3).

Both bear being run by two workers at once: each person, and each accreditation, is judged anew in
its own transaction.
"""

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock_time

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from core.accreditations.queries import held
from core.accreditations.registers import Registers
from core.accreditations.rules import GRACE, REGISTER, AccreditationStatus, StatusReason, is_in_force
from core.accreditations.sync import note_inquiry
from core.accreditations.tables import AccreditationRow, RegisterInquiryRow, RegisterSnapshotRow
from core.closing.accreditations import refresh
from core.closing.lapse import accreditation_changed, accreditation_due
from core.infra.clock import BRUSSELS, belgian_date
from core.infra.db import Database
from core.infra.errors import ImmoError
from core.infra.log import ERROR, event
from core.people.identifiers import PersonId
from core.people.tables import EidLinkRow
from core.tools.mandate_endings import ACCREDITATION_LAPSED
from core.tools.states import RegistrationStatus
from core.tools.tables import MandateRow, RegistrationRow

# After the registers were written at night, before anybody works.
_ROUND_BEGINS = clock_time(3, 0)
# An unanswered question is asked again within the day, besides what the outbox does at once.
_ASKED_AGAIN_AFTER = timedelta(hours=1)
# A register counts as silent once a night has passed in which it confirmed nothing.
SILENT_AFTER = timedelta(days=2)
_BATCH = 200
_LIVE = (AccreditationStatus.ACTIVE.value, AccreditationStatus.GRACE.value)


def follow_registers(database: Database, registers: Registers, *, now: datetime, seconds: float) -> int:
    """Refresh those whose turn it is, for about so many seconds, and return how many it were.

    It is somebody's turn each night after three o'clock, when a register was read in since they
    were asked about, and an hour after a register did not answer. The rest follows the next time.
    """
    done, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        with database.reading() as session:
            people = session.scalars(_due(now)).all()
        for person_id in map(PersonId, people):
            _refresh(database, registers, person_id, now)
            done += 1
            if time.monotonic() >= end:
                break
        if len(people) < _BATCH:
            break
    return done


def linked_people(database: Database) -> tuple[PersonId, ...]:
    """Return everybody to whose account a card is linked, in a fixed order."""
    with database.reading() as session:
        return tuple(map(PersonId, session.scalars(select(EidLinkRow.person_id).order_by(EidLinkRow.person_id))))


def _due(now: datetime) -> Select[str]:
    inquiry, snapshot = RegisterInquiryRow, RegisterSnapshotRow
    last_import = select(func.max(snapshot.imported_at)).where(snapshot.is_current).scalar_subquery()
    is_unanswered = or_(inquiry.answered_at.is_(None), inquiry.answered_at < inquiry.asked_at)
    return (
        select(EidLinkRow.person_id)
        .outerjoin(inquiry, inquiry.person_id == EidLinkRow.person_id)
        .where(
            or_(
                inquiry.person_id.is_(None),
                inquiry.asked_at < _last_round(now),
                inquiry.asked_at < last_import,
                and_(is_unanswered, inquiry.asked_at <= now - _ASKED_AGAIN_AFTER),
            )
        )
        .order_by(inquiry.asked_at, EidLinkRow.person_id)
        .limit(_BATCH)
    )


def _last_round(now: datetime) -> datetime:
    today = datetime.combine(belgian_date(now), _ROUND_BEGINS, BRUSSELS)
    return today if today <= now else datetime.combine(belgian_date(now) - timedelta(days=1), _ROUND_BEGINS, BRUSSELS)


def _refresh(database: Database, registers: Registers, person_id: PersonId, now: datetime) -> None:
    try:
        is_linked = refresh(database, registers, person_id, now=now, is_present=False, asks_again=False).is_linked
    except ImmoError as error:
        # One person's trouble is no reason to leave out all others.
        event("refresh_failed", ERROR, person_id=person_id, reason=error.code)
        is_linked = False
    if not is_linked:
        with database.transaction() as session:
            if session.get(EidLinkRow, person_id) is not None:
                note_inquiry(session, person_id, is_answered=False, now=now)


def follow_days(database: Database, *, now: datetime) -> int:
    """Carry out what the calendar says of accreditations and return how many it concerned.

    One whose last day has passed lapses; one that its register does not confirm any more counts for
    `GRACE` and then no longer; one whose first day has come holds.
    """
    with database.reading() as session:
        ended, begun = _to_judge(session, now), _to_resume(session, now)
    concerned = 0
    for accreditation_id in ended:
        with database.transaction() as session:
            concerned += _judge(session, accreditation_id, now)
    for accreditation_id in begun:
        with database.transaction() as session:
            accreditation_due(session, accreditation_id, now=now)
            concerned += 1
    return concerned


def _to_judge(session: Session, now: datetime) -> Sequence[str]:
    row = AccreditationRow
    is_unconfirmed = and_(row.source == REGISTER, row.checked_at < now - SILENT_AFTER)
    is_over = and_(row.status == AccreditationStatus.GRACE.value, row.checked_at <= now - GRACE)
    is_fresh = and_(row.status == AccreditationStatus.ACTIVE.value, is_unconfirmed)
    judged = or_(row.valid_until < belgian_date(now), is_over, is_fresh)
    return session.scalars(select(row.id).where(row.status.in_(_LIVE), judged).order_by(row.id)).all()


def _judge(session: Session, accreditation_id: str, now: datetime) -> int:
    row = session.get(AccreditationRow, accreditation_id, with_for_update=True)
    verdict = None if row is None else _verdict(row, now)
    if row is None or verdict is None:
        return 0
    status, reason = verdict
    accreditation_changed(session, row.id, status=status, valid_until=row.valid_until, reason=reason, by=None, now=now)
    return 1


def _verdict(row: AccreditationRow, now: datetime) -> tuple[AccreditationStatus, StatusReason] | None:
    last_day: date | None = row.valid_until
    if row.status not in _LIVE:
        return None
    if last_day is not None and last_day < belgian_date(now):
        return AccreditationStatus.LAPSED, StatusReason.LAST_DAY_PASSED
    is_grace = row.status == AccreditationStatus.GRACE
    if row.checked_at <= now - GRACE and (is_grace or row.source == REGISTER):
        return AccreditationStatus.LAPSED, StatusReason.REGISTER_SILENT
    if not is_grace and row.source == REGISTER and row.checked_at < now - SILENT_AFTER:
        return AccreditationStatus.GRACE, StatusReason.REGISTER_SILENT
    return None


def _to_resume(session: Session, now: datetime) -> Sequence[str]:
    rows = session.scalars(
        select(AccreditationRow)
        .join(MandateRow, MandateRow.accreditation_id == AccreditationRow.id)
        .join(RegistrationRow, RegistrationRow.id == MandateRow.registration_id)
        .where(
            AccreditationRow.status.in_(_LIVE),
            MandateRow.ended_at.is_(None),
            MandateRow.accepted_at.is_not(None),
            RegistrationRow.status == RegistrationStatus.SUSPENDED.value,
            RegistrationRow.status_reason == ACCREDITATION_LAPSED,
        )
        .distinct()
        .order_by(AccreditationRow.id)
    )
    return [row.id for row in rows if is_in_force(held(row), now)]
