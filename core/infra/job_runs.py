"""How the worker's regular jobs fare: when each last ran, how long, and what its last failure was."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.infra.db import Base, Database, Moment
from core.infra.errors import Conflict, ImmoError
from core.infra.outbox import Periodic


class JobRunRow(Base):
    """The last run of a job, and its last failure: the code of an error, never its text."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    every_seconds: Mapped[int] = mapped_column()
    started_at: Mapped[datetime] = mapped_column(Moment)
    milliseconds: Mapped[int] = mapped_column()
    succeeded_at: Mapped[datetime | None] = mapped_column(Moment)
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(String(64))
    failures_in_a_row: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True)
class JobRun:
    """A job as operators see it; `is_late` tells that it should have run by now."""

    name: str
    every: timedelta
    started_at: datetime
    milliseconds: int
    succeeded_at: datetime | None
    failed_at: datetime | None
    error: str | None
    failures_in_a_row: int

    def is_late(self, now: datetime) -> bool:
        """Tell whether two rounds were missed, and a minute for the worker to come to it."""
        return now > self.started_at + 2 * self.every + timedelta(minutes=1)


def recorded(database: Database, job: Periodic) -> Periodic:
    """Return the job so that each of its runs is written down; what it raises is raised as before."""

    def run(now: datetime) -> None:
        began = monotonic()
        try:
            job.function(now)
        except Exception as error:
            code = error.code if isinstance(error, ImmoError) else "unexpected"
            _write(database, job, now, began, error=code)
            raise
        _write(database, job, now, began, error=None)

    return Periodic(job.name, job.every, run)


def all_runs(session: Session) -> tuple[JobRun, ...]:
    """Return how every job fared that ever ran, by name."""
    return tuple(
        JobRun(
            name=row.name,
            every=timedelta(seconds=row.every_seconds),
            started_at=row.started_at,
            milliseconds=row.milliseconds,
            succeeded_at=row.succeeded_at,
            failed_at=row.failed_at,
            error=row.error,
            failures_in_a_row=row.failures_in_a_row,
        )
        for row in session.scalars(select(JobRunRow).order_by(JobRunRow.name))
    )


def _write(database: Database, job: Periodic, now: datetime, began: float, *, error: str | None) -> None:
    # Of two workers that run a job for the first time at once, either's word is good.
    with suppress(Conflict), database.transaction() as session:
        row = session.get(JobRunRow, job.name, with_for_update=True)
        if row is None:
            row = JobRunRow(name=job.name, failures_in_a_row=0)
            session.add(row)
        row.every_seconds, row.started_at = int(job.every.total_seconds()), now
        row.milliseconds = int((monotonic() - began) * 1000)
        if error is None:
            row.succeeded_at, row.failures_in_a_row = now, 0
        else:
            row.failed_at, row.error, row.failures_in_a_row = now, error[:64], row.failures_in_a_row + 1
