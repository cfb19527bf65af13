"""What the calendar does to mandates: reminders before the end, and the end itself (T4, O14).

Each mandate is judged anew in a transaction of its own, so that two workers may run it at once.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.clock import belgian_date
from core.infra.db import Database
from core.tools import mandate_endings, mandate_letters
from core.tools.tables import MandateRow, RegistrationRow

# Days before the last one, the earliest first.
REMINDED_BEFORE = (timedelta(days=30), timedelta(days=7), timedelta(days=1))
_RUNS = MandateRow.ended_at.is_(None) & MandateRow.accepted_at.is_not(None)


def reminder_is_due(*, valid_from: date, valid_until: date, reminded_on: date | None, today: date) -> bool:
    """Tell whether holder and managers are to be reminded today: once for each step, the latest that has come.

    A step that lies before the mandate itself is left out: whoever accepts for a few days knows it.
    """
    steps = [valid_until - before for before in REMINDED_BEFORE]
    passed = [step for step in steps if valid_from < step <= today]
    return bool(passed) and today <= valid_until and (reminded_on is None or reminded_on < passed[-1])


def remind(database: Database, *, now: datetime) -> int:
    """Write to holders and managers of mandates that come near their end; return how many mandates it were."""
    today = belgian_date(now)
    near = _RUNS & MandateRow.valid_until.between(today, today + REMINDED_BEFORE[0])
    return sum(_remind(database, mandate_id, now) for mandate_id in _found(database, near))


def end_those_over(database: Database, *, now: datetime) -> int:
    """End the mandates whose last day has passed, with what rests on them; return how many it were."""
    over = _RUNS & (MandateRow.valid_until < belgian_date(now))
    return sum(_end(database, mandate_id, now) for mandate_id in _found(database, over))


def _found(database: Database, which: ColumnElement[bool]) -> Sequence[str]:
    with database.reading() as session:
        return session.scalars(select(MandateRow.id).where(which).order_by(MandateRow.id)).all()


def _remind(database: Database, mandate_id: str, now: datetime) -> bool:
    with database.transaction() as session:
        row = _locked(session, mandate_id)
        if row is None or not reminder_is_due(
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            reminded_on=None if row.reminded_at is None else belgian_date(row.reminded_at),
            today=belgian_date(now),
        ):
            return False
        row.reminded_at = now
        session.flush()
        holder = mandate_letters.holder_of(session, row)
        mandate_letters.to_holder(session, row, "mandate-ends-soon-holder", now=now)
        mandate_letters.to_managers(session, row, "mandate-ends-soon", but=holder, now=now)
    return True


def _end(database: Database, mandate_id: str, now: datetime) -> bool:
    with database.transaction() as session:
        row = _locked(session, mandate_id)
        if row is None or row.valid_until >= belgian_date(now):
            return False
        holder = mandate_letters.holder_of(session, row)
        mandate_endings.end(session, [row], reason="expired", now=now)
        audit.record(
            session,
            action="mandate-expired",
            actor_id=None,
            subject_id=holder,
            organisation_id=row.organisation_id,
            details={"registration": row.registration_id, "mandate": row.id},
            now=now,
        )
        mandate_letters.to_holder(session, row, "mandate-expired-holder", now=now)
        mandate_letters.to_managers(
            session, row, "mandate-expired", but=mandate_letters.holder_of(session, row), now=now
        )
    return True


def _locked(session: Session, mandate_id: str) -> MandateRow | None:
    """Return a mandate that runs, after its registration was locked as by everybody who changes one."""
    registration_id = session.scalar(select(MandateRow.registration_id).where(MandateRow.id == mandate_id))
    session.execute(select(RegistrationRow.id).where(RegistrationRow.id == registration_id).with_for_update())
    return session.scalars(
        select(MandateRow).where(MandateRow.id == mandate_id, _RUNS).execution_options(populate_existing=True)
    ).one_or_none()
