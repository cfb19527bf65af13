"""Corrections: new entries by which operators mend what is wrong; nothing that was posted is changed (W12).

That two of them agreed, and why, is the caller's to make sure and to record.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from core.wallet import accounts, ledger, rules, transactions
from core.wallet.errors import InvalidAmount
from core.wallet.identifiers import EntryId
from core.wallet.ledger import About
from core.wallet.rules import Entry
from core.wallet.states import TransactionKind
from core.wallet.transactions import Line

# What tools earned and the VAT of it is mended by refunds of the tool, which invoices follow.
CORRECTABLE = (
    accounts.PROVIDER_CLEARING,
    accounts.BANK_CLEARING,
    accounts.PROVIDER_FEES,
    accounts.UNMATCHED,
    accounts.REFUNDS_PAYABLE,
    accounts.PROMOTION,
)


def entry_of(source: str, target: str, amount_cents: int) -> Entry:
    """Return the entry of a correction between two accounts, one of which may be a wallet's.

    Raises `InvalidAmount`, also for accounts that are not corrected.
    """
    entry = rules.correction_entry(source, target, amount_cents)
    if len(entry.wallets) > 1 or not (_is_correctable(source) and _is_correctable(target)):
        raise InvalidAmount(problem="account")
    return entry


def correct(session: Session, entry: Entry, *, by: str, reference: str, now: datetime) -> EntryId:
    """Post a correction; a wallet that it touches gets a line and a receipt.

    Raises `UnknownWallet`, `InsufficientFunds`, `WalletFrozen`.
    """
    locked = ledger.lock(session, entry.wallets)
    entry_id = ledger.post(session, entry, About(by, reference=reference), locked=locked, now=now)
    for posting in entry.postings:
        wallet_id = accounts.wallet_of(posting.account)
        if wallet_id is not None:
            line = Line(TransactionKind.CORRECTION, posting.amount_cents, description="", reference=reference)
            transactions.settled(session, locked[wallet_id], line, entry_id, now=now)
    return entry_id


def _is_correctable(account: str) -> bool:
    is_wallet = accounts.wallet_of(account) is not None and not accounts.is_held(account)
    return is_wallet or account in CORRECTABLE
