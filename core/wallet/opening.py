"""Opening a wallet. It knows the organisation by its identifier alone (W1)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.wallet.tables import WalletRow


def open_wallet(session: Session, *, wallet_id: str, organisation_id: str, now: datetime) -> None:
    """Open the one wallet of an organisation; a second one is a `Conflict` at the flush."""
    session.add(WalletRow(id=wallet_id, organisation_id=organisation_id, opened_at=now))
    session.flush()


def open_wallets(session: Session, wallets: Mapping[str, str], *, now: datetime) -> None:
    """Open many wallets at once: wallet's identifier to organisation's identifier."""
    rows = [{"id": wallet, "organisation_id": owner, "opened_at": now} for wallet, owner in wallets.items()]
    session.execute(insert(WalletRow), rows)
