"""What each entry of a statement does to the ledger, once and for ever."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.infra.ids import digest, new_id
from core.wallet import ledger, transactions
from core.wallet.bank import entries, returns
from core.wallet.bank.entries import ToWallet
from core.wallet.bank.tables import BankEntryRow, BankStatementRow
from core.wallet.bank.values import BankEntry, BankStatement
from core.wallet.identifiers import EntryId, WalletId
from core.wallet.ledger import About, Locked
from core.wallet.rules import Entry, top_up_entry
from core.wallet.states import BankEntryStatus, EntryKind, TransactionKind
from core.wallet.transactions import Line


@dataclass(frozen=True, slots=True)
class Known:
    """Whose wallets the messages of a file belong to, locked."""

    wallets: Mapping[str, WalletId]
    locked: Locked


def book(
    session: Session, statement: BankStatementRow, found: BankStatement, known: Known, *, now: datetime
) -> Iterator[BankEntryStatus]:
    """Book the entries of a statement that was stored, and yield what became of each."""
    for position, (key, entry) in enumerate(zip(_keys(statement.iban, found), found.entries, strict=True)):
        row = BankEntryRow(
            id=new_id("bke"),
            statement_id=statement.id,
            position=position,
            key=key,
            amount_cents=entry.amount_cents,
            booked_on=entry.booked_on,
            bank_reference=entry.bank_reference,
            counterparty_name=entry.counterparty_name,
            counterparty_iban=entry.counterparty_iban,
            structured=entry.structured,
            message=entry.message or None,
        )
        _decide(session, row, entry, known, now)
        session.add(row)
        session.flush()
        yield BankEntryStatus(row.status)


def put_on_wallet(
    session: Session, row: BankEntryRow, wallet_id: WalletId, entry: Entry, locked: Locked, *, now: datetime
) -> EntryId:
    """Post what the bank's entry is for a wallet, with its line there; raises as `ledger.post`."""
    kind = TransactionKind.DEPOSIT_BANK if row.amount_cents > 0 else TransactionKind.CHARGEBACK
    line = Line(kind, row.amount_cents, description="", reference=row.bank_reference or row.id)
    entry_id = ledger.post(session, entry, About(reference=row.id), locked=locked, now=now)
    transactions.settled(session, locked[wallet_id], line, entry_id, now=now)
    return entry_id


def _decide(session: Session, row: BankEntryRow, entry: BankEntry, known: Known, now: datetime) -> None:
    if entry.amount_cents < 0 and not entry.is_reversal:
        # What we pay is no wallet's matter, but for what goes back to a sender.
        row.entry_id, row.settled_at = returns.paid_back(session, row, now=now), now
        row.status = BankEntryStatus.NOT_OURS if row.entry_id is None else BankEntryStatus.BOOKED
        return
    match entries.match(entry, known.wallets):
        case ToWallet(wallet_id):
            posted = top_up_entry(EntryKind.TOP_UP_BANK, wallet_id, entry.amount_cents)
            row.entry_id = put_on_wallet(session, row, wallet_id, posted, known.locked, now=now)
            row.status, row.wallet_id, row.settled_at = BankEntryStatus.CREDITED, wallet_id, now
        case reason:
            waits = entries.unmatched(entry.amount_cents)
            row.entry_id = ledger.post(session, waits, About(reference=row.id), locked={}, now=now)
            row.status, row.reason = BankEntryStatus.WAITING, reason


def _keys(account: str, statement: BankStatement) -> Iterator[str]:
    """Yield what names each entry for ever: the bank's reference, or else what it says, and how often it stands."""
    seen = Counter[str]()
    for entry in statement.entries:
        name = entry.bank_reference or repr(entry)
        seen[name] += 1
        yield digest("\n".join((account, statement.statement_id, name, str(seen[name]))))
