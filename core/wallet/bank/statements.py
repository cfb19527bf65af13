"""A file of the bank is read in whole or not at all: each file, statement and entry counts once.

A statement begins where the one before it ended, so that none can be missing or come twice under
another name; the database lets no two follow the same one. The same statement in the other form is
known by its day, balances and what came in.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from core.infra import audit
from core.infra.audit import Detail
from core.infra.ids import new_id
from core.staff.reasons import Reason
from core.wallet import ledger
from core.wallet.bank import entries, files, news, references
from core.wallet.bank.booking import Known, book
from core.wallet.bank.errors import DamagedBankFile, NoAccountOfOurs, NumberGap, StatementGap
from core.wallet.bank.settlements import match_settlements
from core.wallet.bank.tables import BankFileRow, BankStatementRow
from core.wallet.bank.values import BankFile, BankStatement
from core.wallet.states import BankEntryStatus, BankFormat


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: its statements, new or known before or of other accounts, and the new entries by status."""

    is_known: bool = False
    statements: int = 0
    known: int = 0
    others: int = 0
    credited: int = 0
    waiting: int = 0
    booked: int = 0
    not_ours: int = 0


def import_file(
    session: Session,
    content: bytes,
    *,
    account: str,
    by: str | None,
    why: Reason | None = None,
    approved_by: str | None = None,
    may_skip_numbers: bool = False,
    now: datetime,
) -> Imported:
    """Book what a file of the bank says about our account; the same bytes once more do nothing.

    `by` brought it: None for a command or a job; `approved_by` is the second person who agreed.
    `may_skip_numbers` takes statements between which the bank left numbers out; balances agree in any case.
    Raises `DamagedBankFile`, `NoAccountOfOurs`, `StatementGap`, `NumberGap`; at the flush `StatementRepeated`. What
    is refused leaves nothing, so it is to be called in a transaction of its own.
    """
    fingerprint = sha256(content).hexdigest()
    if session.scalar(select(BankFileRow.id).where(BankFileRow.digest == fingerprint)) is not None:
        return Imported(is_known=True)
    found = files.read(content, account)
    if not found.statements:
        raise NoAccountOfOurs(others=found.others)
    file = BankFileRow(id=new_id("bkf"), digest=fingerprint, format=found.format, brought_by=by, read_at=now)
    session.add(file)
    session.flush()
    told = _book_all(session, file, found, account, now, may_skip_numbers=may_skip_numbers)
    match_settlements(session, now=now)
    news.tell_of_file(session, file.id, now=now)
    counts = {"statements": told.statements, "credited": told.credited, "waiting": told.waiting}
    details: dict[str, Detail] = {**counts, **({} if why is None else why.details())}
    if approved_by is not None:
        details["asked_by"] = by
    actor = approved_by or by
    audit.record(session, action="bank-file-read", actor_id=actor, subject_id=file.id, details=details, now=now)
    return told


def last_statement(session: Session, account: str) -> BankStatementRow | None:
    """Return the statement that the next one of an account has to follow; None before the first one."""
    last = _last(session, account)
    return None if last is None else last.row


@dataclass(frozen=True, slots=True)
class _Last:
    """The statement that the next one has to follow."""

    row: BankStatementRow
    format: BankFormat


def _book_all(
    session: Session, file: BankFileRow, found: BankFile, account: str, now: datetime, *, may_skip_numbers: bool
) -> Imported:
    wallets = references.wallets_of(
        session, {named for one in found.statements for entry in one.entries for named in entries.messages(entry)}
    )
    # All at once and in one order, so that a file and a transfer never wait for each other for ever.
    by_message = Known(wallets, ledger.lock(session, set(wallets.values())))
    last, known, outcomes = _last(session, account), 0, Counter[BankEntryStatus]()
    for statement in found.statements:
        if _is_known(session, account, statement, found.format):
            known += 1
            continue
        _require_balance(last, statement)
        if not may_skip_numbers:
            _require_number(last, statement, found.format)
        row = _stored(file, account, statement, last)
        session.add(row)
        session.flush()
        last = _Last(row, found.format)
        outcomes.update(book(session, row, statement, by_message, now=now))
    return Imported(
        statements=len(found.statements) - known,
        known=known,
        others=found.others,
        credited=outcomes[BankEntryStatus.CREDITED],
        waiting=outcomes[BankEntryStatus.WAITING],
        booked=outcomes[BankEntryStatus.BOOKED],
        not_ours=outcomes[BankEntryStatus.NOT_OURS],
    )


def _last(session: Session, account: str) -> _Last | None:
    follower = aliased(BankStatementRow)
    found = session.execute(
        select(BankStatementRow, BankFileRow.format)
        .join(BankFileRow, BankFileRow.id == BankStatementRow.file_id)
        .where(BankStatementRow.iban == account, ~exists().where(follower.follows_id == BankStatementRow.id))
    ).one_or_none()
    return None if found is None else _Last(found[0], BankFormat(found[1]))


def _is_known(session: Session, account: str, statement: BankStatement, format_: BankFormat) -> bool:
    """Tell whether a statement was read before, by its name or in the other form."""
    same = session.execute(
        select(BankStatementRow, BankFileRow.format)
        .join(BankFileRow, BankFileRow.id == BankStatementRow.file_id)
        .where(BankStatementRow.iban == account)
        .where(
            (BankStatementRow.statement_id == statement.statement_id)
            | (BankStatementRow.closed_on == statement.closed_on)
        )
    ).all()
    for row, known_format in same:
        is_alike = (row.closed_on, row.opening_cents, row.closing_cents, row.credited_cents) == (
            *(statement.closed_on, statement.opening_cents, statement.closing_cents),
            statement.credited_cents,
        )
        is_named_alike = row.statement_id == statement.statement_id
        if is_alike and (is_named_alike or known_format != format_):
            return True
        if is_named_alike:
            raise DamagedBankFile(problem="another statement has this name", statement=statement.statement_id)
    return False


def _require_balance(last: _Last | None, statement: BankStatement) -> None:
    if last is not None and statement.opening_cents != last.row.closing_cents:
        expected, found = last.row.closing_cents, statement.opening_cents
        raise StatementGap(statement=statement.statement_id, expected_cents=expected, opening_cents=found)


def _require_number(last: _Last | None, statement: BankStatement, format_: BankFormat) -> None:
    # Each form counts in its own way, and anew every year.
    if last is None or (last.format, last.row.closed_on.year) != (format_, statement.closed_on.year):
        return
    before, number = last.row.sequence, statement.sequence
    if before and number and number > before + 1:
        raise NumberGap(statement=statement.statement_id, expected_number=before + 1, number=number)


def _stored(file: BankFileRow, account: str, statement: BankStatement, last: _Last | None) -> BankStatementRow:
    return BankStatementRow(
        id=new_id("bks"),
        file_id=file.id,
        follows_id=None if last is None else last.row.id,
        iban=account,
        statement_id=statement.statement_id,
        sequence=statement.sequence,
        opening_cents=statement.opening_cents,
        closing_cents=statement.closing_cents,
        credited_cents=statement.credited_cents,
        opened_on=statement.opened_on,
        closed_on=statement.closed_on,
    )
