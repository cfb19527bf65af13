"""What waits for a person: why, for whom it may be, and the three ways in which its waiting ends.

Each of them posts one entry; that two people agreed is the caller's to make sure.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.wallet import ledger
from core.wallet.bank import entries, news, references, rules
from core.wallet.bank.booking import put_on_wallet
from core.wallet.bank.entries import Waiting
from core.wallet.bank.errors import NoSender
from core.wallet.bank.tables import BankEntryRow, BankFileRow, BankStatementRow
from core.wallet.identifiers import EntryId, WalletId
from core.wallet.ledger import About
from core.wallet.rules import Entry, require_amount
from core.wallet.states import BankEntryStatus, BankFormat

# The oldest come first; who has decided these sees the next.
_SHOWN, _STATEMENTS = 50, 10


class Sign(StrEnum):
    """Why money may be for a wallet."""

    SAME_SENDER = "same-sender"
    SIMILAR_MESSAGE = "similar-message"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A wallet that an entry may be for; a person decides."""

    wallet_id: WalletId
    sign: Sign


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """An entry of the bank that nobody has decided about."""

    id: str
    amount_cents: int
    booked_on: date
    reason: Waiting
    counterparty_name: str | None
    counterparty_iban: str | None
    structured: str | None
    message: str
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """A statement that was read in, as a list shows it."""

    statement_id: str
    format: BankFormat
    closed_on: date
    closing_cents: int
    read_at: datetime


def waiting(session: Session) -> tuple[WaitingEntry, ...]:
    """Return what waits, the oldest first, some dozens at most; two statements for each."""
    rows = session.scalars(
        select(BankEntryRow)
        .where(BankEntryRow.status == BankEntryStatus.WAITING.value)
        .order_by(BankEntryRow.booked_on, BankEntryRow.statement_id, BankEntryRow.position)
        .limit(_SHOWN)
    )
    return tuple(_shown(session, row) for row in rows.all())


def count_waiting(session: Session) -> int:
    """Return how many entries wait."""
    counted = select(func.count()).select_from(BankEntryRow)
    return session.scalar(counted.where(BankEntryRow.status == BankEntryStatus.WAITING.value)) or 0


def find_waiting(session: Session, bank_entry_id: str) -> WaitingEntry:
    """Return one that waits; raises `NotFound` for one that was decided about meanwhile."""
    return _shown(session, _still_waiting(session.get(BankEntryRow, bank_entry_id), bank_entry_id))


def described(session: Session, bank_entry_ids: Collection[str]) -> Mapping[str, str]:
    """Return what entries are called beside a decision: when, by whom, from where, with which words."""
    rows = session.scalars(select(BankEntryRow).where(BankEntryRow.id.in_(bank_entry_ids)))
    return {row.id: _described(row) for row in rows}


def read_statements(session: Session) -> tuple[ReadStatement, ...]:
    """Return the statements that were read in last, the newest first."""
    rows = session.execute(
        select(BankStatementRow, BankFileRow.format, BankFileRow.read_at)
        .join(BankFileRow, BankFileRow.id == BankStatementRow.file_id)
        .order_by(BankStatementRow.closed_on.desc(), BankStatementRow.id.desc())
        .limit(_STATEMENTS)
    )
    return tuple(
        ReadStatement(row.statement_id, BankFormat(form), row.closed_on, row.closing_cents, read_at)
        for row, form, read_at in rows
    )


def require_bookable(entry: WaitingEntry | BankEntryRow) -> None:
    """Raise `InvalidAmount` for more than a wallet takes at once."""
    require_amount(abs(entry.amount_cents))


def require_returnable(entry: WaitingEntry | BankEntryRow) -> None:
    """Raise `NoSender` unless money came in, from an account that is known."""
    if entry.amount_cents < 0 or entry.counterparty_iban is None:
        raise NoSender(entry=entry.id)


def book(session: Session, bank_entry_id: str, wallet_id: WalletId, *, now: datetime) -> EntryId:
    """Put what waited on a wallet; what the bank took back is taken from it, also where it is not there any more.

    Raises `NotFound`, `UnknownWallet`, `InvalidAmount`.
    """
    # Wallets are locked before the bank's entries everywhere, so that nobody waits for ever.
    locked = ledger.lock(session, [wallet_id])
    row = _waiting_row(session, bank_entry_id)
    require_bookable(row)
    entry = entries.matched(wallet_id, row.amount_cents)
    row.wallet_id = wallet_id
    entry_id = put_on_wallet(session, row, wallet_id, entry, locked, now=now)
    if row.amount_cents > 0:
        news.tell(session, locked[wallet_id], row.amount_cents, now=now)
    return _end(row, BankEntryStatus.BOOKED, entry_id, now)


def give_back(session: Session, bank_entry_id: str, *, now: datetime) -> EntryId:
    """Owe what waited to its sender; the bank's debit to that account is found by itself.

    Raises `NotFound`, `NoSender`.
    """
    row = _waiting_row(session, bank_entry_id)
    require_returnable(row)
    return _end(row, BankEntryStatus.RETURNED, _post(session, row, entries.owed_back(row.amount_cents), now), now)


def dismiss(session: Session, bank_entry_id: str, *, now: datetime) -> EntryId:
    """Take out of suspense what is no wallet's: money of our own, a payment of ours that came back.

    Raises `NotFound`.
    """
    row = _waiting_row(session, bank_entry_id)
    return _end(row, BankEntryStatus.NOT_OURS, _post(session, row, entries.not_ours(row.amount_cents), now), now)


def _described(row: BankEntryRow) -> str:
    words = row.message if row.structured is None else rules.shown(row.structured)
    parts = (row.booked_on.isoformat(), row.counterparty_name, row.counterparty_iban, words)
    return ", ".join(part for part in parts if part)


def _post(session: Session, row: BankEntryRow, entry: Entry, now: datetime) -> EntryId:
    waited = None if row.entry_id is None else EntryId(row.entry_id)
    return ledger.post(session, entry, About(reference=row.id, entry_id=waited), locked={}, now=now)


def _end(row: BankEntryRow, status: BankEntryStatus, entry_id: EntryId, now: datetime) -> EntryId:
    row.status, row.settled_by_entry_id, row.settled_at = status, entry_id, now
    return entry_id


def _waiting_row(session: Session, bank_entry_id: str) -> BankEntryRow:
    row = session.get(BankEntryRow, bank_entry_id, with_for_update=True, populate_existing=True)
    return _still_waiting(row, bank_entry_id)


def _still_waiting(row: BankEntryRow | None, bank_entry_id: str) -> BankEntryRow:
    if row is None or row.status != BankEntryStatus.WAITING:
        raise NotFound(entry=bank_entry_id)
    return row


def _shown(session: Session, row: BankEntryRow) -> WaitingEntry:
    return WaitingEntry(
        id=row.id,
        amount_cents=row.amount_cents,
        booked_on=row.booked_on,
        reason=Waiting(row.reason or Waiting.NO_REFERENCE),
        counterparty_name=row.counterparty_name,
        counterparty_iban=row.counterparty_iban,
        structured=row.structured,
        message=row.message or "",
        suggestions=tuple(dict.fromkeys(_suggestions(session, row))),
    )


def _suggestions(session: Session, row: BankEntryRow) -> Iterator[Suggestion]:
    typed = rules.mistyped(row.message or "") if row.structured is None else {row.structured}
    if typed:
        similar = references.wallets_of(session, frozenset().union(*map(rules.near, typed)))
        yield from (Suggestion(wallet_id, Sign.SIMILAR_MESSAGE) for wallet_id in sorted(similar.values()))
    if row.counterparty_iban is not None:
        paid_before = session.scalars(
            select(BankEntryRow.wallet_id)
            .where(BankEntryRow.counterparty_iban == row.counterparty_iban, BankEntryRow.wallet_id.is_not(None))
            .group_by(BankEntryRow.wallet_id)
            .order_by(func.max(BankEntryRow.id).desc())
            .limit(3)
        )
        yield from (Suggestion(WalletId(wallet_id), Sign.SAME_SENDER) for wallet_id in paid_before if wallet_id)
