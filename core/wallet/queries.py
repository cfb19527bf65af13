"""Read models of a wallet, for pages and for those who charge it."""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from core.wallet.identifiers import WalletId
from core.wallet.tables import WalletRow


@dataclass(frozen=True, slots=True)
class WalletFacts:
    """What stands on a wallet: free to spend, set aside for holds, and how many lines its page has."""

    id: WalletId
    balance_cents: int
    held_cents: int
    is_frozen: bool
    transactions: int


def wallet_of(session: Session | Connection, organisation_id: str) -> WalletFacts | None:
    """Return the wallet of an organisation; None where there is none."""
    row = session.execute(
        select(
            *(WalletRow.id, WalletRow.balance_cents, WalletRow.held_cents),
            *(WalletRow.is_frozen, WalletRow.transactions),
        ).where(WalletRow.organisation_id == organisation_id)
    ).one_or_none()
    return None if row is None else WalletFacts(WalletId(row.id), *row[1:])
