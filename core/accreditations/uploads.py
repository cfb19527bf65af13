"""Files of registers that operators send: kept sealed, read in by the worker, and then only reported on (S2)."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from core.accreditations.feed import BadFile, FileFormat, RegisterFile
from core.accreditations.holders import canonical_kinds
from core.accreditations.importing import ImportReport, Wish, read_in
from core.accreditations.states import UploadState
from core.accreditations.tables import RegisterSnapshotRow, RegisterUploadRow
from core.infra import audit
from core.infra.db import Database
from core.infra.errors import ImmoError, NotFound, RuleError
from core.infra.ids import new_id
from core.infra.sealing import Unreadable, seal, unseal
from core.infra.secret import Secret
from core.people.identifiers import PersonId
from core.people.national_number import NumberKeys
from core.staff import roles
from core.staff.reasons import Reason
from core.staff.states import StaffRole

BYTES_MAX = 8 * 1024 * 1024
# Latin-1 takes each octet as a character, so that what is sealed as text comes back as it was.
_OCTETS = "latin-1"
_PURPOSE = "register file"
_DEAD_AFTER = timedelta(minutes=15)
_KEPT = timedelta(days=400)
_SHOWN, _PROBLEMS_KEPT = 50, 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as pages show it: what was wished, how far it is, what came of it; never what it holds."""

    id: str
    kind: str | None
    state: UploadState
    is_dry_run: bool
    read: int
    added: int
    changed: int
    gone: int
    is_unchanged: bool
    refused: str | None
    problems: tuple[tuple[int, str], ...]
    further_problems: int
    uploaded_by: PersonId | None
    uploaded_at: datetime
    progressed_at: datetime
    ended_at: datetime | None
    reason: str
    reference: str

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen with it."""
        return self.state in (UploadState.DONE, UploadState.REFUSED, UploadState.FAILED)


@dataclass(frozen=True, slots=True)
class ReadRegister:
    """The register of a kind as it was read in last."""

    kind: str
    entries: int
    published_at: datetime
    next_update: datetime
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class UploadWish:
    """How a file is to be read; `kind` is needed where it does not say so itself."""

    file_format: FileFormat
    kind: str | None = None
    accept_losses: bool = False
    is_dry_run: bool = False


def receive(
    session: Session, content: bytes, wish: UploadWish, *, secret: Secret, by: PersonId, why: Reason, now: datetime
) -> str:
    """Keep a file for the worker and return its identifier; raises `NotStaff`, `UnknownKind`, `BadFile`."""
    roles.require(session, by, StaffRole.OPERATOR)
    if not content or len(content) > BYTES_MAX:
        raise BadFile(reason="it is empty or too large", place=0)
    kind = None if wish.kind is None else canonical_kinds(session, (wish.kind,))[0]
    row = RegisterUploadRow(
        id=new_id("rup"),
        kind=kind,
        file_format=wish.file_format.value,
        content=seal(secret, content.decode(_OCTETS), purpose=_PURPOSE),
        accept_losses=wish.accept_losses,
        is_dry_run=wish.is_dry_run,
        state=UploadState.WAITING,
        problems=[],
        uploaded_by=by,
        uploaded_at=now,
        progressed_at=now,
        reason=why.word,
        reference=why.reference,
    )
    session.add(row)
    session.flush()
    details = {"upload": row.id, "kind": kind, **why.details()}
    audit.record(session, action="register-file-sent", actor_id=by, subject_id=row.id, details=details, now=now)
    return row.id


def uploads(session: Session) -> tuple[Upload, ...]:
    """Return the last files, newest first, without what they hold."""
    rows = session.scalars(
        select(RegisterUploadRow)
        .order_by(RegisterUploadRow.uploaded_at.desc(), RegisterUploadRow.id.desc())
        .limit(_SHOWN)
    )
    return tuple(map(_upload, rows))


def upload(session: Session, upload_id: str) -> Upload:
    """Return one file; raise `NotFound`."""
    row = session.get(RegisterUploadRow, upload_id)
    if row is None:
        raise NotFound(upload=upload_id)
    return _upload(row)


def read_registers(session: Session) -> tuple[ReadRegister, ...]:
    """Return the registers that were read in from a file, by kind."""
    current = select(RegisterSnapshotRow).where(RegisterSnapshotRow.is_current).order_by(RegisterSnapshotRow.kind)
    return tuple(
        ReadRegister(row.kind, row.entries, row.published_at, row.next_update, row.imported_at)
        for row in session.scalars(current)
    )


def read_waiting(database: Database, keys: NumberKeys, secret: Secret, *, now: datetime) -> str | None:
    """Read the file in that has waited longest and return its identifier; None where none waits.

    One that a worker died over counts as failed. Run every few seconds.
    """
    with database.transaction() as session:
        _bury(session, now)
        session.execute(delete(RegisterUploadRow).where(RegisterUploadRow.ended_at < now - _KEPT))
    claimed = _claim(database, now)
    if claimed is None:
        return None
    upload_id, content, file_format, wish = claimed
    try:
        octets = unseal(secret, content, purpose=_PURPOSE).encode(_OCTETS)
        file = RegisterFile(io.BytesIO(octets), file_format)
        report = read_in(database, keys, file, wish, now=now, on_entries=_Counter(database, upload_id, now).more)
    except (RuleError, Unreadable) as error:
        _end(database, upload_id, now, state=UploadState.REFUSED, refused=_said(error))
    except Exception as error:
        code = error.code if isinstance(error, ImmoError) else "unexpected"
        _end(database, upload_id, now, state=UploadState.FAILED, refused=code)
        raise
    else:
        _end(database, upload_id, now, **_results(report))
    return upload_id


class _Counter:
    """Writes how many entries were read."""

    def __init__(self, database: Database, upload_id: str, now: datetime) -> None:
        self._database, self._upload_id, self._now, self._read = database, upload_id, now, 0

    def more(self, entries: int) -> None:
        self._read += entries
        with self._database.transaction() as session:
            mine = update(RegisterUploadRow).where(RegisterUploadRow.id == self._upload_id)
            session.execute(mine.values(read=self._read, progressed_at=self._now))


def _claim(database: Database, now: datetime) -> tuple[str, str, FileFormat, Wish] | None:
    with database.transaction() as session:
        row = session.scalars(
            select(RegisterUploadRow)
            .where(RegisterUploadRow.state == UploadState.WAITING.value)
            .order_by(RegisterUploadRow.uploaded_at, RegisterUploadRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None or row.content is None:
            return None
        row.state, row.progressed_at = UploadState.RUNNING, now
        wish = Wish(row.kind, accept_losses=row.accept_losses, is_dry_run=row.is_dry_run)
        return row.id, row.content, FileFormat(row.file_format), wish


def _bury(session: Session, now: datetime) -> None:
    row = RegisterUploadRow
    is_dead = (row.state == UploadState.RUNNING.value) & (row.progressed_at < now - _DEAD_AFTER)
    session.execute(
        update(row).where(is_dead).values(state=UploadState.FAILED, content=None, refused="worker-died", ended_at=now)
    )


def _end(database: Database, upload_id: str, now: datetime, **values: object) -> None:
    with database.transaction() as session:
        mine = update(RegisterUploadRow).where(RegisterUploadRow.id == upload_id)
        done = session.execute(mine.values(content=None, progressed_at=now, ended_at=now, **values))
        assert isinstance(done, CursorResult)


def _results(report: ImportReport) -> Mapping[str, object]:
    kept = [[problem.place, problem.reason] for problem in report.problems[:_PROBLEMS_KEPT]]
    return {
        "state": UploadState.DONE if report.refused is None else UploadState.REFUSED,
        "kind": report.kind,
        "read": report.entries,
        "added": report.added,
        "changed": report.changed,
        "gone": report.gone,
        "is_unchanged": report.is_unchanged,
        "refused": report.refused,
        "problems": kept,
        "further_problems": report.further_problems + len(report.problems) - len(kept),
    }


def _said(error: Exception) -> str:
    if isinstance(error, ImmoError):
        return str(error.details.get("reason", error.code))
    return "it cannot be opened"


def _upload(row: RegisterUploadRow) -> Upload:
    return Upload(
        id=row.id,
        kind=row.kind,
        state=UploadState(row.state),
        is_dry_run=row.is_dry_run,
        read=row.read,
        added=row.added,
        changed=row.changed,
        gone=row.gone,
        is_unchanged=row.is_unchanged,
        refused=row.refused,
        problems=tuple((place, reason) for place, reason in row.problems),
        further_problems=row.further_problems,
        uploaded_by=None if row.uploaded_by is None else PersonId(row.uploaded_by),
        uploaded_at=row.uploaded_at,
        progressed_at=row.progressed_at,
        ended_at=row.ended_at,
        reason=row.reason,
        reference=row.reference,
    )
