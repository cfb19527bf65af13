"""An organisation hears of what was transferred to its wallet: once for each file, and for each decision.

Written in the transaction that credits. Whom it is brought to is not known here (`core.closing.wallet_letters`).
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.infra import outbox
from core.infra.topics import WalletCredited
from core.wallet.bank.tables import BankEntryRow, BankStatementRow
from core.wallet.states import BankEntryStatus
from core.wallet.tables import WalletRow


def tell_of_file(session: Session, file_id: str, *, now: datetime) -> None:
    """Tell of each wallet what a file brought to it in all, and what is on it after that."""
    brought = (
        select(BankEntryRow.wallet_id, func.sum(BankEntryRow.amount_cents).label("amount_cents"))
        .join(BankStatementRow, BankStatementRow.id == BankEntryRow.statement_id)
        .where(BankStatementRow.file_id == file_id, BankEntryRow.status == BankEntryStatus.CREDITED.value)
        .group_by(BankEntryRow.wallet_id)
        .subquery()
    )
    wallets = select(WalletRow, brought.c.amount_cents).join(brought, brought.c.wallet_id == WalletRow.id)
    for wallet, amount_cents in session.execute(wallets.order_by(WalletRow.id)).all():
        tell(session, wallet, int(amount_cents), now=now)


def tell(session: Session, wallet: WalletRow, amount_cents: int, *, now: datetime) -> None:
    """Tell that so much was put on a wallet, after it was posted."""
    outbox.enqueue(session, WalletCredited(wallet.id, amount_cents, wallet.balance_cents), now=now)
