"""Snapshots of the register: which is in force, how two differ, how one takes the other's place."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import CursorResult, and_, case, delete, func, insert, literal, null, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.companies.extract import LegalForm
from core.companies.progress import is_running
from core.companies.states import CompanyKind, CompanyStatus
from core.companies.tables import CompanyRow, CompanySnapshotRow, LegalFormRow
from core.infra.db import Database

# Deleted in stretches, so that nobody waits for millions of rows at once.
_AT_ONCE = 20_000
_KEY = ("snapshot_id", "number")
# What may differ between two extracts although the company is the same.
_SAID = tuple(name for name in CompanyRow.__table__.columns.keys() if name not in (*_KEY, "last_seen"))  # noqa: SIM118
# Of a natural person who stopped nothing is kept but that they did.
_OF_A_PERSON = tuple(name for name in _SAID if name not in ("status", "kind"))


class Difference(NamedTuple):
    """How many companies came, changed, stopped, and came back between two snapshots."""

    added: int
    changed: int
    stopped: int
    returned: int


def current(session: Session) -> CompanySnapshotRow | None:
    """Return the snapshot that is in force, None where no extract was ever read in."""
    return session.scalars(select(CompanySnapshotRow).where(CompanySnapshotRow.is_current)).one_or_none()


def begin(session: Session, extract_number: int, snapshot_date: date) -> int:
    """Add a snapshot that is not in force and return its number."""
    last = session.scalar(select(func.max(CompanySnapshotRow.id))) or 0
    row = CompanySnapshotRow(id=last + 1, extract_number=extract_number, snapshot_date=snapshot_date)
    session.add(row)
    session.flush()
    return row.id


def difference(session: Session, before_id: int | None, after_id: int) -> Difference:
    """Compare a full extract with what is in force."""
    active = CompanyStatus.ACTIVE.value
    if before_id is None:
        return Difference(_count(session, after_id, active), 0, 0, 0)
    old, new = aliased(CompanyRow), aliased(CompanyRow)
    is_kept = and_(old.snapshot_id == before_id, new.snapshot_id == after_id, new.number == old.number)
    differs = or_(*(getattr(old, name).is_distinct_from(getattr(new, name)) for name in _SAID))
    counts = select(
        func.count().filter(old.status == active),
        func.count().filter(and_(old.status == active, new.status == active, differs)),
        func.count().filter(and_(old.status != active, new.status == active)),
        func.count().filter(and_(old.status == active, new.status != active)),
    )
    kept, changed, returned, ended = session.execute(counts.select_from(new).join(old, is_kept)).one()
    added = _count(session, after_id, active) - (kept - ended) - returned
    return Difference(added, changed, _count(session, before_id, active) - kept + ended, returned)


def active_companies(session: Session, snapshot_id: int) -> int:
    """Return how many companies of a snapshot are active."""
    return _count(session, snapshot_id, CompanyStatus.ACTIVE.value)


def count_for_planning(database: Database) -> None:
    """Let PostgreSQL see how large a snapshot is that was just written.

    Of one that it never counted it expects a few rows, and reads all of them to find a thousand.
    SQLite goes by the key in any case.
    """
    if database.is_sqlite:
        return
    with database.connection() as connection:
        connection.exec_driver_sql(f"ANALYZE {CompanyRow.__tablename__}")


def carry_over(session: Session, before_id: int, after_id: int) -> None:
    """Take the companies that a full extract no longer names over as stopped."""
    old, new = aliased(CompanyRow), aliased(CompanyRow)
    is_person = old.kind == CompanyKind.NATURAL_PERSON.value
    said = {
        name: case((is_person, null()), else_=getattr(old, name)) if name in _OF_A_PERSON else getattr(old, name)
        for name in _SAID
    }
    said["status"] = literal(CompanyStatus.STOPPED.value)
    is_there = select(new.number).where(new.snapshot_id == after_id, new.number == old.number).exists()
    missing = select(literal(after_id), old.number, old.last_seen, *said.values()).where(
        old.snapshot_id == before_id, ~is_there
    )
    session.execute(insert(CompanyRow).from_select([*_KEY, "last_seen", *said], missing, include_defaults=False))


def forget_person(company: dict[str, object]) -> None:
    """Empty what is not kept of a company that stopped, where it is a natural person."""
    if company["kind"] == CompanyKind.NATURAL_PERSON.value:
        company.update(dict.fromkeys(_OF_A_PERSON))


def put_in_force(session: Session, snapshot_id: int) -> None:
    """Let a snapshot take the place of the one in force, in the caller's transaction."""
    row = CompanySnapshotRow
    session.execute(update(row).where(row.is_current).values(is_current=False))
    session.execute(update(row).where(row.id == snapshot_id).values(is_current=True))


def write_legal_forms(session: Session, forms: Sequence[LegalForm]) -> None:
    """Keep what codes mean; one that an extract no longer explains keeps its words."""
    for form in forms:
        session.merge(LegalFormRow(code=form.code, nl=form.nl, fr=form.fr, de=form.de, en=form.en))


def clear(database: Database) -> None:
    """Remove the snapshots that are not in force, in stretches that each commit.

    Nothing while an import runs: half of its snapshot is not in force either.
    """
    row = CompanyRow
    with database.reading() as session:
        if is_running(session):
            return
        old = session.scalars(select(CompanySnapshotRow.id).where(~CompanySnapshotRow.is_current)).all()
    for snapshot_id in old:
        some = select(row.number).where(row.snapshot_id == snapshot_id).order_by(row.number).limit(_AT_ONCE)
        deleted = 1
        while deleted:
            with database.transaction() as session:
                done = session.execute(
                    delete(row)
                    .where(row.snapshot_id == snapshot_id, row.number.in_(some.scalar_subquery()))
                    .execution_options(synchronize_session=False)
                )
                assert isinstance(done, CursorResult)
                deleted = done.rowcount
        with database.transaction() as session:
            session.execute(delete(CompanySnapshotRow).where(CompanySnapshotRow.id == snapshot_id))


def _count(session: Session, snapshot_id: int, status: str) -> int:
    is_it = (CompanyRow.snapshot_id == snapshot_id, CompanyRow.status == status)
    return session.scalar(select(func.count()).select_from(CompanyRow).where(*is_it)) or 0
