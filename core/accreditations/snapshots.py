"""Registers that were read in from files: of each, one snapshot is current, and that one has the say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session, aliased

from core.accreditations.rules import RegisterAnswer, RegisterEntry, RegisterStatus
from core.accreditations.tables import RegisterEntryRow, RegisterSnapshotRow
from core.people.national_number import NationalNumber, NumberKeys

# An import that has not ended by then died on its way.
_ABANDONED_AFTER = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What the current snapshots say of a holder; `outdated` are kinds whose snapshot has no say any more."""

    answers: tuple[RegisterAnswer, ...]
    outdated: tuple[str, ...]


def look_up(session: Session, keys: NumberKeys, number: NationalNumber, *, now: datetime) -> LookedUp:
    """Return what the registers that were read in say of the holder of a number."""
    digest_by_key = dict(zip((key for key, _ in keys.keys), keys.digests(number), strict=True))
    entry = RegisterEntryRow
    named = and_(entry.snapshot_id == RegisterSnapshotRow.id, entry.number_digest.in_(digest_by_key.values()))
    rows = session.execute(
        select(RegisterSnapshotRow, RegisterEntryRow)
        .outerjoin(RegisterEntryRow, named)
        .where(RegisterSnapshotRow.is_current)
        .order_by(RegisterSnapshotRow.kind, RegisterEntryRow.position)
    )
    found: dict[str, list[RegisterEntry]] = {}
    outdated = []
    for snapshot, one in rows:
        # Under a key that is gone nobody is found any more, which is no reason to say they lapsed.
        if snapshot.number_key not in digest_by_key or snapshot.next_update <= now:
            outdated.append(snapshot.kind)
            continue
        entries = found.setdefault(snapshot.kind, [])
        entries += _of_holder(one, digest_by_key[snapshot.number_key])
    answers = tuple(RegisterAnswer(kind, tuple(entries)) for kind, entries in found.items())
    return LookedUp(answers, tuple(dict.fromkeys(outdated)))


def current(session: Session, kind: str) -> RegisterSnapshotRow | None:
    """Return the snapshot of a register that has the say."""
    is_it = (RegisterSnapshotRow.kind == kind, RegisterSnapshotRow.is_current)
    return session.scalars(select(RegisterSnapshotRow).where(*is_it)).one_or_none()


def under_other_keys(session: Session, key: str) -> tuple[str, ...]:
    """Return the kinds whose register was read in under another key: without that one nobody is found there."""
    is_it = (RegisterSnapshotRow.is_current, RegisterSnapshotRow.number_key != key)
    kinds = select(RegisterSnapshotRow.kind).where(*is_it).order_by(RegisterSnapshotRow.kind)
    return tuple(session.scalars(kinds))


def in_both(session: Session, before_id: str, after_id: str) -> tuple[int, int]:
    """Return how many entries two snapshots share by number, list and column, and how many altogether."""
    old, new = aliased(RegisterEntryRow), aliased(RegisterEntryRow)
    same_place = and_(
        old.snapshot_id == before_id,
        new.number == old.number,
        new.list == old.list,
        new.column == old.column,
    )
    is_same = and_(
        new.number_digest.is_not_distinct_from(old.number_digest),
        new.status == old.status,
        new.valid_from.is_not_distinct_from(old.valid_from),
        new.valid_until.is_not_distinct_from(old.valid_until),
    )
    counts = select(func.count(), func.count().filter(is_same)).select_from(new).join(old, same_place)
    kept, same = session.execute(counts.where(new.snapshot_id == after_id)).one()
    return kept, same


def clear(session: Session, kind: str, snapshot_id: str, *, now: datetime) -> None:
    """Remove this snapshot unless it became current, what was replaced, and what a process that died left."""
    row = RegisterSnapshotRow
    is_done = (row.id == snapshot_id) | row.content_digest.is_not(None) | (row.imported_at < now - _ABANDONED_AFTER)
    session.execute(delete(row).where(row.kind == kind, ~row.is_current, is_done))


def _of_holder(row: RegisterEntryRow | None, number_digest: str) -> list[RegisterEntry]:
    if row is None or not compare_digest(row.number_digest, number_digest):
        return []
    entry = RegisterEntry(
        number=row.number,
        list=row.list or None,
        column=row.column or None,
        status=RegisterStatus(row.status),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
    return [entry]
