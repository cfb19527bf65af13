"""From the working file into the database: a full extract beside the one in force, an update into it."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core.companies import snapshots
from core.companies.extract import Extract
from core.companies.reading import batches
from core.companies.snapshots import Difference
from core.companies.states import CompanyStatus
from core.companies.tables import CompanyRow
from core.companies.working_file import CompanyChange, WorkingFile
from core.infra.db import Database

_STRETCH = 5_000
_AT_ONCE = 1_000
_TABLE: Any = CompanyRow.__table__
_NOTHING = dict.fromkeys(_TABLE.columns.keys())
_ACTIVE, _STOPPED = CompanyStatus.ACTIVE.value, CompanyStatus.STOPPED.value


def write_full(
    database: Database, extract: Extract, working: WorkingFile, on_companies: Callable[[int], object]
) -> tuple[int, int]:
    """Write all companies into a new snapshot, in stretches that each commit.

    Returns the snapshot, which is not in force yet, and how many companies it has.
    """
    with database.transaction() as session:
        snapshot_id = snapshots.begin(session, extract.number, extract.snapshot_date)
    written = 0
    for stretch in batches(working.companies(), _STRETCH):
        rows = [_row(change, snapshot_id, extract.number) for change in stretch]
        with database.transaction() as session:
            session.execute(insert(_TABLE), rows)
        written += len(rows)
        on_companies(written)
    snapshots.count_for_planning(database)
    return snapshot_id, written


def write_update(
    session: Session, snapshot_id: int, extract: Extract, working: WorkingFile, on_companies: Callable[[int], object]
) -> tuple[Difference, int]:
    """Bring the snapshot in force to what an update says, in the caller's transaction.

    Returns what changed, and how many companies it names that nobody knows.
    """
    counts = dict.fromkeys((*Difference._fields, "skipped"), 0)
    done = 0
    for batch in batches(working.changes(), _AT_ONCE):
        _write_batch(session, snapshot_id, extract.number, batch, counts)
        done += len(batch)
        on_companies(done)
    skipped = counts.pop("skipped")
    return Difference(**counts), skipped


def _write_batch(
    session: Session, snapshot_id: int, extract_number: int, batch: Sequence[CompanyChange], counts: dict[str, int]
) -> None:
    numbers = [change.number for change in batch]
    concerned = (_TABLE.c.snapshot_id == snapshot_id, _TABLE.c.number.in_(numbers))
    there = {row["number"]: dict(row) for row in session.execute(select(_TABLE).where(*concerned)).mappings()}
    written = []
    for change in batch:
        before = there.get(change.number)
        after = _changed(before, change, snapshot_id, extract_number)
        counts[_what_happened(before, after)] += 1
        if after is not None:
            written.append(after)
    replaced = [row["number"] for row in written if row["number"] in there]
    session.execute(delete(_TABLE).where(_TABLE.c.snapshot_id == snapshot_id, _TABLE.c.number.in_(replaced)))
    if written:
        session.execute(insert(_TABLE), written)


def _changed(
    before: dict[str, object] | None, change: CompanyChange, snapshot_id: int, extract_number: int
) -> dict[str, object] | None:
    """Return a company after an update; None where it is unknown and the update does not add it."""
    if change.is_gone:
        if before is None:
            return None
        # Its names and addresses are taken away with it: what was known last stays.
        stopped = {**before, "status": _STOPPED}
        snapshots.forget_person(stopped)
        return stopped
    if before is None and not change.has_enterprise:
        return None
    return {**(before or _NOTHING), **_row(change, snapshot_id, extract_number)}


def _what_happened(before: dict[str, object] | None, after: dict[str, object] | None) -> str:
    if after is None:
        return "skipped"
    if before is None:
        return "added"
    was, is_now = before["status"] == _ACTIVE, after["status"] == _ACTIVE
    if was != is_now:
        return "returned" if is_now else "stopped"
    return "changed"


def _row(change: CompanyChange, snapshot_id: int, extract_number: int) -> dict[str, object]:
    return {
        **change.columns,
        "snapshot_id": snapshot_id,
        "number": change.number,
        "last_seen": extract_number,
    }
