"""Reading an extract of the company register in: whole, or not at all (docs/companies.md)."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from core.companies import snapshots
from core.companies.archive import Archive, opened
from core.companies.errors import ExtractRefused
from core.companies.extract import Extract, LegalForm, read_extract
from core.companies.progress import CompanyImport, Progress
from core.companies.progress import imports as imports  # noqa: PLC0414 - what pages read beside `run`
from core.companies.reading import Reading
from core.companies.snapshots import Difference
from core.companies.states import ExtractType, ImportPhase, ImportState
from core.companies.working_file import WorkingFile
from core.companies.writing import write_full, write_update
from core.infra import audit
from core.infra.clock import belgian_date
from core.infra.db import Database
from core.infra.errors import ImmoError
from core.people.identifiers import PersonId

# An extract that drops a larger share of the active companies was more likely cut off than right.
_MOST_STOPPED_SHARE = 0.1
_FEW = 10
_CLOCKS_DIFFER = timedelta(days=1)

# Told the phase, how much of it is done, and of how much.
OnProgress = Callable[[ImportPhase, int, int], object]


def run(
    database: Database,
    path: Path,
    by: PersonId | None,
    now: datetime,
    *,
    accept_losses: bool = False,
    on_progress: OnProgress = lambda _phase, _done, _total: None,
) -> CompanyImport:
    """Read the extract in a zip file or folder in, and return how that went.

    A full one is written beside what is in force and takes its place in one transaction; an update
    changes what is in force in one transaction, and only the one that follows. What is not right
    changes nothing. `by` is whoever started it, None for the product itself.

    Raises `ExtractRefused`, `ImportRunning`, `ImportOvertaken`; the row of the import says so too.
    """
    progress = Progress(database, now)
    try:
        with opened(path) as archive, _working_file() as working:
            _Import(database, progress, by, on_progress, accept_losses=accept_losses).read_in(archive, working)
    except ExtractRefused as error:
        said = {name: error.details.get(name) for name in ("reason", "file", "line")}
        _give_up(database, progress, ImportState.REFUSED, error=error.code, **said)
        raise
    except BaseException as error:
        _give_up(database, progress, ImportState.FAILED, error=_code_of(error))
        raise
    finally:
        snapshots.clear(database)
    return progress.value()


@contextmanager
def _working_file() -> Iterator[WorkingFile]:
    with tempfile.TemporaryDirectory(prefix="immo-companies-") as folder:
        working = WorkingFile(Path(folder) / "companies.sqlite3")
        try:
            yield working
        finally:
            working.close()


def _give_up(database: Database, progress: Progress, state: ImportState, **values: object) -> None:
    with database.transaction() as session:
        progress.give_up(session, state, **values)


def _code_of(error: BaseException) -> str:
    return error.code if isinstance(error, ImmoError) else type(error).__name__


class _Import:
    """One import on its way."""

    def __init__(
        self,
        database: Database,
        progress: Progress,
        by: PersonId | None,
        on_progress: OnProgress,
        *,
        accept_losses: bool,
    ) -> None:
        self._database = database
        self._progress = progress
        self._by = by
        self._on_progress = on_progress
        self._accept_losses = accept_losses

    def read_in(self, archive: Archive, working: WorkingFile) -> None:
        """Do all of it, to the end."""
        extract, octets = read_extract(archive)
        self._progress.tell(
            {
                "extract_number": extract.number,
                "extract_type": extract.type,
                "snapshot_date": extract.snapshot_date,
                "total": octets,
            },
            at_once=True,
        )
        before_id = self._judge(extract)
        reading = Reading(
            archive, extract, working, lambda: self._tell(ImportPhase.READING, reading.octets, octets, reading.rows)
        )
        forms = reading.read()
        total = working.count(is_full=extract.type is ExtractType.FULL)
        if not total and extract.type is ExtractType.FULL:
            raise ExtractRefused("it names no company")
        self._progress.tell(
            {"phase": ImportPhase.WRITING, "done": 0, "total": total, "rows": reading.rows}, at_once=True
        )
        match extract.type:
            case ExtractType.FULL:
                self._replace(extract, working, forms, before_id, total)
            case ExtractType.UPDATE:
                self._apply(extract, working, forms, total)

    def _judge(self, extract: Extract) -> int | None:
        """Return what is in force; raise `ExtractRefused` where the extract does not follow it."""
        if extract.snapshot_date > belgian_date(self._progress.now() + _CLOCKS_DIFFER):
            raise ExtractRefused("its SnapshotDate is in the future")
        with self._database.reading() as session:
            before = snapshots.current(session)
            _require_next(extract, None if before is None else before.extract_number)
            return None if before is None else before.id

    def _replace(
        self,
        extract: Extract,
        working: WorkingFile,
        forms: tuple[LegalForm, ...],
        before_id: int | None,
        total: int,
    ) -> None:
        snapshot_id, companies = write_full(
            self._database, extract, working, lambda done: self._tell(ImportPhase.WRITING, done, total)
        )
        self._progress.tell({"phase": ImportPhase.SWITCHING, "companies": companies}, at_once=True)
        self._on_progress(ImportPhase.SWITCHING, 0, 0)
        with self._database.reading() as session:
            found = snapshots.difference(session, before_id, snapshot_id)
            before = 0 if before_id is None else snapshots.active_companies(session, before_id)
        if found.stopped > max(_FEW, before * _MOST_STOPPED_SHARE) and not self._accept_losses:
            raise ExtractRefused(
                f"{found.stopped} of {before} companies are gone; --accept-losses if that is right",
            )
        with self._database.transaction() as session:
            if before_id is not None:
                snapshots.carry_over(session, before_id, snapshot_id)
            snapshots.put_in_force(session, snapshot_id)
            self._end(session, extract, forms, found, companies=companies)

    def _apply(self, extract: Extract, working: WorkingFile, forms: tuple[LegalForm, ...], total: int) -> None:
        with self._database.transaction() as session:
            before = snapshots.current(session)
            _require_next(extract, None if before is None else before.extract_number)
            assert before is not None  # an update that follows nothing was refused just now
            found, skipped = write_update(
                session,
                before.id,
                extract,
                working,
                lambda done: self._on_progress(ImportPhase.WRITING, done, total),
            )
            before.extract_number, before.snapshot_date = extract.number, extract.snapshot_date
            before.compared_at = None
            self._end(session, extract, forms, found, companies=total, skipped=skipped)

    def _end(
        self, session: Session, extract: Extract, forms: tuple[LegalForm, ...], found: Difference, **counts: int
    ) -> None:
        snapshots.write_legal_forms(session, forms)
        self._progress.end(session, **found._asdict(), **counts)
        audit.record(
            session,
            action="company-register-imported",
            actor_id=self._by,
            subject_id=self._progress.id,
            details={"extract": extract.number, "type": extract.type.value, **found._asdict()},
            now=self._progress.now(),
        )

    def _tell(self, phase: ImportPhase, done: int, total: int, rows: int | None = None) -> None:
        self._on_progress(phase, done, total)
        values = {"done": done} if rows is None else {"done": done, "rows": rows}
        self._progress.tell(values)


def _require_next(extract: Extract, in_force: int | None) -> None:
    match extract.type:
        case ExtractType.FULL:
            if in_force is not None and extract.number < in_force:
                raise ExtractRefused(f"it is extract {extract.number}, and number {in_force} is in force already")
        case ExtractType.UPDATE:
            if in_force is None:
                raise ExtractRefused("it is an update, and no full extract was ever read in")
            if extract.number != in_force + 1:
                raise ExtractRefused(
                    f"it is update {extract.number}, and after {in_force} follows {in_force + 1}: "
                    "read the ones between in first, or a full extract"
                )
