"""A file of the bank that one person brought: judged at once, and kept unbooked until a second one agrees.

What a file says is believed, and who makes one can make its balances agree (docs/threat-model.md).
That two people agreed is the caller's to make sure.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.wallet.bank.errors import BankFileKnown, BankFileWaits
from core.wallet.bank.statements import import_file, last_statement
from core.wallet.bank.tables import BankFileRow, BankStatementRow, BankUploadRow


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file would book: how many statements, all that came in on them, and where the last one ends."""

    statements: int
    credited_cents: int
    closed_on: date
    closing_cents: int


def judge(session: Session, content: bytes, *, account: str, may_skip_numbers: bool, now: datetime) -> Judged:
    """Return what a file would book, and leave nothing.

    Raises as `import_file`, since it is one that is undone, and `BankFileKnown` where there is nothing to book.
    """
    with session.begin_nested() as tried:
        told = import_file(session, content, account=account, by=None, may_skip_numbers=may_skip_numbers, now=now)
        if not told.statements:
            raise BankFileKnown
        statements, credited_cents = session.execute(
            select(func.count(), func.sum(BankStatementRow.credited_cents))
            .join(BankFileRow, BankFileRow.id == BankStatementRow.file_id)
            .where(BankFileRow.digest == fingerprint(content))
        ).one()
        last = last_statement(session, account)
        assert last is not None
        judged = Judged(statements, int(credited_cents), last.closed_on, last.closing_cents)
        tried.rollback()
    return judged


def keep(session: Session, content: bytes, *, by: str, now: datetime) -> str:
    """Keep a file and return the identifier of its upload; raises `BankFileWaits`, at the latest at the flush."""
    digest = fingerprint(content)
    if session.scalar(select(BankUploadRow.id).where(BankUploadRow.digest == digest)) is not None:
        raise BankFileWaits
    row = BankUploadRow(id=new_id("bku"), digest=digest, content=content, brought_by=by, brought_at=now)
    session.add(row)
    session.flush()
    return row.id


def take(session: Session, upload_id: str) -> bytes:
    """Return a file that was kept, and keep it no longer; raises `NotFound`."""
    row = session.get(BankUploadRow, upload_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(upload=upload_id)
    session.delete(row)
    session.flush()
    return row.content


def kept_ids(session: Session) -> frozenset[str]:
    """Return the identifiers of all that is kept."""
    return frozenset(session.scalars(select(BankUploadRow.id)))


def drop(session: Session, upload_ids: Collection[str]) -> None:
    """Remove what nobody will agree with any more."""
    session.execute(delete(BankUploadRow).where(BankUploadRow.id.in_(upload_ids)))


def fingerprint(content: bytes) -> str:
    """Return the SHA-256 of a file, in hexadecimal: by it the same file is known."""
    return sha256(content).hexdigest()
