"""Money on a wallet, and taken back from it, without the bank or the provider that it comes by."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.wallet import ledger, rules, transactions
from core.wallet.charging import Done
from core.wallet.identifiers import TransactionId, WalletId
from core.wallet.ledger import About
from core.wallet.rules import Entry
from core.wallet.states import EntryKind, TransactionKind
from core.wallet.transactions import Line

_LINES = {
    EntryKind.TOP_UP_ONLINE: TransactionKind.DEPOSIT_ONLINE,
    EntryKind.TOP_UP_BANK: TransactionKind.DEPOSIT_BANK,
}


def credit(
    session: Session,
    wallet_id: WalletId,
    amount_cents: int,
    *,
    kind: EntryKind,
    reference: str,
    person_id: str | None = None,
    now: datetime,
) -> Done:
    """Put money that was received on a wallet: TOP_UP_ONLINE or TOP_UP_BANK.

    `reference` names the payment at the provider or the bank; that it counts once is the caller's to
    make sure. Raises `InvalidAmount`, `UnknownWallet`.
    """
    entry = rules.top_up_entry(kind, wallet_id, amount_cents)
    line = Line(_LINES[kind], amount_cents, description="", person_id=person_id, reference=reference)
    return _post(session, wallet_id, entry, line, now)


def take_back(session: Session, wallet_id: WalletId, amount_cents: int, *, reference: str, now: datetime) -> Done:
    """Take back a payment that its payer undid; where too little is left the wallet is frozen.

    Raises `InvalidAmount`, `UnknownWallet`.
    """
    entry = rules.chargeback_entry(wallet_id, amount_cents)
    line = Line(TransactionKind.CHARGEBACK, -amount_cents, description="", reference=reference)
    return _post(session, wallet_id, entry, line, now)


def _post(session: Session, wallet_id: WalletId, entry: Entry, line: Line, now: datetime) -> Done:
    locked = ledger.lock(session, [wallet_id])
    about = About(line.person_id, reference=line.reference)
    entry_id = ledger.post(session, entry, about, locked=locked, now=now)
    row = transactions.settled(session, locked[wallet_id], line, entry_id, now=now)
    return Done(TransactionId(row.id), row.number, row.amount_cents, row.balance_after_cents)
