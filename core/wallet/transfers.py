"""Money moves between two wallets; that one person manages both is the caller's to make sure (W9)."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.wallet import ledger, rules, transactions
from core.wallet.charging import Done
from core.wallet.identifiers import TransactionId, WalletId
from core.wallet.ledger import About
from core.wallet.states import TransactionKind
from core.wallet.transactions import Line


def transfer(
    session: Session,
    from_wallet: WalletId,
    to_wallet: WalletId,
    amount_cents: int,
    *,
    by: str,
    description: str,
    now: datetime,
) -> Done:
    """Move an amount and return the line of the wallet that pays; the other one gets a line and a receipt too.

    Raises `InvalidAmount`, `UnknownWallet`, `InsufficientFunds`, `WalletFrozen`.
    """
    entry = rules.transfer_entry(from_wallet, to_wallet, amount_cents)
    locked = ledger.lock(session, entry.wallets)
    entry_id = ledger.post(session, entry, About(person_id=by), locked=locked, now=now)
    gained = Line(TransactionKind.TRANSFER, amount_cents, description, person_id=by)
    transactions.settled(session, locked[to_wallet], gained, entry_id, now=now)
    paid = Line(TransactionKind.TRANSFER, -amount_cents, description, person_id=by)
    row = transactions.settled(session, locked[from_wallet], paid, entry_id, now=now)
    return Done(TransactionId(row.id), row.number, row.amount_cents, row.balance_after_cents)
