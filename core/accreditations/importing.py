"""Reading the file of a register in: beside the one in force, then switched in one transaction (R2).

Nothing of a file that is not right counts, and nobody ever sees half of one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.accreditations import snapshots
from core.accreditations.errors import RegisterRefused, UnknownKind
from core.accreditations.feed import Problem, RegisterFile
from core.accreditations.feed_lines import FeedEntry
from core.accreditations.holders import canonical_kinds
from core.accreditations.rules import AttachesTo
from core.accreditations.tables import AccreditationKindRow, RegisterEntryRow, RegisterSnapshotRow
from core.infra import audit
from core.infra.db import Database
from core.infra.errors import Conflict
from core.infra.ids import new_id
from core.people.national_number import NumberKeys

# How long a file is believed that does not say when the next one comes: a nightly one may fail once.
BELIEVED_FOR = timedelta(days=2)
_CLOCKS_DIFFER = timedelta(minutes=5)
_BATCH = 2_000
_MOST_PROBLEMS = 1_000
# A file that drops a larger share of those named before was more likely cut off than right.
_MOST_GONE_SHARE = 0.1
_FEW = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is to be read in: what it does not say itself, and what is accepted of it."""

    kind: str | None = None
    published_at: datetime | None = None
    next_update: datetime | None = None
    accept_losses: bool = False
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file was and what it changed; `refused` says why nothing did."""

    kind: str
    entries: int
    added: int = 0
    changed: int = 0
    gone: int = 0
    is_unchanged: bool = False
    refused: str | None = None
    problems: tuple[Problem, ...] = ()
    further_problems: int = 0


def read_in(
    database: Database,
    keys: NumberKeys,
    file: RegisterFile,
    wish: Wish,
    *,
    now: datetime,
    on_entries: Callable[[int], object] = lambda _: None,
) -> ImportReport:
    """Read a file in and make it the current one of its register; a file that is not right changes nothing.

    The file is written beside the current one in short transactions and then switched in one. The
    same file again only says that the register still stands by it. `on_entries` is told how many
    entries were read. Raises `BadFile`, `UnknownKind`, `RegisterRefused`.
    """
    plan = _plan(database, keys, file, wish, now)
    try:
        report = _fill(database, keys, file, plan, on_entries)
        if report.refused is None:
            report = _switch(database, file.digest, plan, wish, report, now)
    finally:
        with database.transaction() as session:
            snapshots.clear(session, plan.kind, plan.snapshot_id, now=now)
    return report


@dataclass(frozen=True, slots=True)
class _Plan:
    snapshot_id: str
    kind: str
    number_pattern: str
    published_at: datetime
    next_update: datetime
    number_key: str


def _plan(database: Database, keys: NumberKeys, file: RegisterFile, wish: Wish, now: datetime) -> _Plan:
    said, wanted = file.head.kind, wish.kind
    if said is None and wanted is None:
        raise RegisterRefused("the file does not say of which kind it is, so --kind must")
    published_at = file.head.published_at or wish.published_at or now
    next_update = file.head.next_update or wish.next_update or published_at + BELIEVED_FOR
    if published_at > now + _CLOCKS_DIFFER:
        raise RegisterRefused("it says it was published in the future")
    if next_update <= now:
        raise RegisterRefused("by its own word it should have been replaced by now")
    with database.transaction() as session:
        kinds = {code: canonical_kinds(session, (code,))[0] for code in (said, wanted) if code is not None}
        if len(set(kinds.values())) != 1:
            raise RegisterRefused("the file is of another kind than --kind")
        kind = session.get_one(AccreditationKindRow, next(iter(kinds.values())))
        if kind.attaches_to != AttachesTo.PERSON:
            raise UnknownKind(kind=kind.code, reason="it is not given to persons")
        plan = _Plan(new_id("rgs"), kind.code, kind.number_pattern, published_at, next_update, keys.current)
        session.add(
            RegisterSnapshotRow(
                id=plan.snapshot_id,
                kind=plan.kind,
                number_key=plan.number_key,
                published_at=published_at,
                next_update=next_update,
                imported_at=now,
            )
        )
    return plan


def _fill(
    database: Database, keys: NumberKeys, file: RegisterFile, plan: _Plan, on_entries: Callable[[int], object]
) -> ImportReport:
    read, further = 0, 0
    problems: list[Problem] = []
    pieces = file.entries()
    while batch := list(islice(pieces, _BATCH)):
        rows = []
        for position, piece in enumerate(batch, start=read):
            found = _judged(piece, plan, position)
            if isinstance(found, FeedEntry):
                rows.append(_row(plan, position, keys, found))
            elif len(problems) < _MOST_PROBLEMS:
                problems.append(found)
            else:
                further += 1
        if not problems:
            problems += _write(database, rows, read)
        read += len(batch)
        on_entries(len(batch))
    refused = "entries are wrong" if problems else None if read else "it holds no entry"
    return ImportReport(plan.kind, read, refused=refused, problems=tuple(problems), further_problems=further)


def _judged(piece: FeedEntry | Problem, plan: _Plan, position: int) -> FeedEntry | Problem:
    if isinstance(piece, Problem) or re.fullmatch(plan.number_pattern, piece.entry.number):
        return piece
    return Problem(position + 1, f"number is not one of {plan.kind}")


def _row(plan: _Plan, position: int, keys: NumberKeys, found: FeedEntry) -> Mapping[str, object]:
    entry = found.entry
    return {
        "snapshot_id": plan.snapshot_id,
        "position": position,
        "number_digest": keys.digests(found.holder)[0],
        "number": entry.number,
        "list": entry.list or "",
        "column": entry.column or "",
        "status": entry.status.value,
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
    }


def _write(database: Database, rows: list[Mapping[str, object]], first: int) -> Iterator[Problem]:
    try:
        with database.transaction() as session:
            session.execute(insert(RegisterEntryRow), rows)
    except Conflict:
        reason = f"among {first + 1} to {first + len(rows)} stands a number, list and column that stood before"
        yield Problem(first + len(rows), reason)


def _switch(
    database: Database, content_digest: str, plan: _Plan, wish: Wish, report: ImportReport, now: datetime
) -> ImportReport:
    with database.transaction() as session:
        # Whoever imports another file of this register at this moment waits here.
        session.get_one(AccreditationKindRow, plan.kind, with_for_update=True)
        before = snapshots.current(session, plan.kind)
        if before is not None and plan.published_at < before.published_at:
            raise RegisterRefused("it is older than the one in force")
        told = (content_digest, plan.number_key)
        if before is not None and (before.content_digest, before.number_key) == told:
            if not wish.is_dry_run:
                before.published_at, before.next_update = plan.published_at, plan.next_update
                before.imported_at = now
            return replace(report, is_unchanged=True)
        counted = _compared(session, before, plan, report)
        if _loses_too_many(before, counted) and not wish.accept_losses:
            return replace(counted, refused="too many of those named before are gone; --accept-losses if that is right")
        if wish.is_dry_run:
            return counted
        if before is not None:
            before.is_current = False
            session.flush()
        after = session.get_one(RegisterSnapshotRow, plan.snapshot_id)
        after.content_digest, after.entries, after.is_current = content_digest, report.entries, True
        audit.record(
            session,
            action="register-imported",
            actor_id=None,
            subject_id=plan.kind,
            details={
                "entries": counted.entries,
                "added": counted.added,
                "changed": counted.changed,
                "gone": counted.gone,
            },
            now=now,
        )
    return counted


def _loses_too_many(before: RegisterSnapshotRow | None, report: ImportReport) -> bool:
    return before is not None and report.gone > max(_FEW, before.entries * _MOST_GONE_SHARE)


def _compared(session: Session, before: RegisterSnapshotRow | None, plan: _Plan, report: ImportReport) -> ImportReport:
    if before is None:
        return replace(report, added=report.entries)
    kept, same = snapshots.in_both(session, before.id, plan.snapshot_id)
    # Under another key all digests differ, and then only the places can be compared.
    changed = kept - same if before.number_key == plan.number_key else 0
    return replace(report, added=report.entries - kept, changed=changed, gone=before.entries - kept)
