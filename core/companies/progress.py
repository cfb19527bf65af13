"""How an import stands: its row, which pages read while it runs, and which keeps two from running at once."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from core.companies.errors import ImportOvertaken
from core.companies.states import ExtractType, ImportPhase, ImportState
from core.companies.tables import CompanyImportRow
from core.infra.db import Database
from core.infra.ids import new_id

# Without a sign of life for so long, an import has died with its process.
DEAD_AFTER = timedelta(minutes=15)
_EVERY_SECONDS = 1.0
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class CompanyImport:
    """An import as pages and terminals show it; what an extract says of itself is None until it was read."""

    id: str
    state: ImportState
    phase: ImportPhase
    done: int
    total: int
    extract_number: int | None
    extract_type: ExtractType | None
    snapshot_date: date | None
    rows: int
    companies: int
    added: int
    changed: int
    stopped: int
    returned: int
    skipped: int
    started_at: datetime
    progressed_at: datetime
    ended_at: datetime | None
    error: str | None
    reason: str | None
    file: str | None
    line: int | None

    @property
    def percent(self) -> int:
        """Return how much of the present phase is done, 0 to 100."""
        if self.state is ImportState.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else 0


def imports(session: Session) -> tuple[CompanyImport, ...]:
    """Return the last imports, newest first."""
    row = CompanyImportRow
    found = session.scalars(select(row).order_by(row.started_at.desc(), row.id.desc()).limit(_SHOWN))
    return tuple(_value(one) for one in found)


class Progress:
    """Writes how far an import is, at most once a second; a clock of its own counts on from its start."""

    def __init__(self, database: Database, now: datetime) -> None:
        """Begin an import; raise `ImportRunning` where one is on its way and alive."""
        self.id = new_id("cim")
        self._database = database
        self._began, self._began_at = now, time.monotonic()
        self._written_at = 0.0
        with database.transaction() as session:
            _bury(session, now)
        with database.transaction() as session:
            row = CompanyImportRow(id=self.id, state=ImportState.RUNNING, phase=ImportPhase.READING)
            row.started_at = row.progressed_at = now
            session.add(row)
            session.flush()

    def now(self) -> datetime:
        """Return the present moment, counted on from the start."""
        return self._began + timedelta(seconds=time.monotonic() - self._began_at)

    def tell(self, values: Mapping[str, object], *, at_once: bool = False) -> None:
        """Write values of the row, unless some were written within this second; raise `ImportOvertaken`."""
        if at_once or time.monotonic() - self._written_at >= _EVERY_SECONDS:
            with self._database.transaction() as session:
                self.write(session, values)
            self._written_at = time.monotonic()

    def write(self, session: Session, values: Mapping[str, object]) -> None:
        """Write values of the row in the caller's transaction; raise `ImportOvertaken` once another began."""
        if not self._written(session, values):
            raise ImportOvertaken(import_id=self.id)

    def end(self, session: Session, **values: object) -> None:
        """Write that it came to its end, in the transaction of that; raise `ImportOvertaken`."""
        self.write(session, {"state": ImportState.DONE, "ended_at": self.now(), **values})

    def give_up(self, session: Session, state: ImportState, **values: object) -> None:
        """Write how it failed, unless it was taken for dead before."""
        self._written(session, {"state": state, "ended_at": self.now(), **values})

    def _written(self, session: Session, values: Mapping[str, object]) -> bool:
        row = CompanyImportRow
        mine = (row.id == self.id) & (row.state == ImportState.RUNNING.value)
        done = session.execute(update(row).where(mine).values(progressed_at=self.now(), **values))
        assert isinstance(done, CursorResult)
        return done.rowcount == 1

    def value(self) -> CompanyImport:
        """Return the import as it stands."""
        with self._database.reading() as session:
            return _value(session.get_one(CompanyImportRow, self.id))


def is_running(session: Session) -> bool:
    """Tell whether an import is on its way."""
    running = select(CompanyImportRow.id).where(CompanyImportRow.state == ImportState.RUNNING.value)
    return session.scalar(running) is not None


def _bury(session: Session, now: datetime) -> None:
    row = CompanyImportRow
    is_dead = (row.state == ImportState.RUNNING.value) & (row.progressed_at < now - DEAD_AFTER)
    session.execute(update(row).where(is_dead).values(state=ImportState.DIED, ended_at=row.progressed_at))


def _value(row: CompanyImportRow) -> CompanyImport:
    return CompanyImport(
        id=row.id,
        state=ImportState(row.state),
        phase=ImportPhase(row.phase),
        done=row.done,
        total=row.total,
        extract_number=row.extract_number,
        extract_type=None if row.extract_type is None else ExtractType(row.extract_type),
        snapshot_date=row.snapshot_date,
        rows=row.rows,
        companies=row.companies,
        added=row.added,
        changed=row.changed,
        stopped=row.stopped,
        returned=row.returned,
        skipped=row.skipped,
        started_at=row.started_at,
        progressed_at=row.progressed_at,
        ended_at=row.ended_at,
        error=row.error,
        reason=row.reason,
        file=row.file,
        line=row.line,
    )
