"""Managers are warned when their wallet runs low (W11): once, as it falls below what they chose.

Called where money moves, on the row that is locked there: it costs a comparison, and one message in the
transaction of what took the money. Whom it is brought to is not known here (`core.closing.wallet_letters`).
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.infra import outbox
from core.infra.topics import WalletLow
from core.wallet.tables import WalletRow

# A hold that is freed and made again is no second warning; a wallet filled and emptied again is one.
QUIET = timedelta(hours=1)


def watch(session: Session, wallet: WalletRow, balance_cents: int, *, now: datetime) -> None:
    """Enqueue a warning where the balance a wallet is about to have is the first one below its threshold."""
    below = wallet.warn_below_cents
    if below is None or not balance_cents < below <= wallet.balance_cents:
        return
    if wallet.warned_at is not None and now - wallet.warned_at < QUIET:
        return
    wallet.warned_at = now
    outbox.enqueue(session, WalletLow(wallet.id, balance_cents, below), now=now)
