"""The structured message of each wallet: people save it with a beneficiary, so it is for ever its own."""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import count

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from core.infra.ids import digest
from core.wallet import ledger
from core.wallet.bank import rules
from core.wallet.bank.tables import PaymentReferenceRow
from core.wallet.identifiers import WalletId


def known_reference(session: Session | Connection, wallet_id: WalletId) -> str | None:
    """Return the message of a wallet; None where nobody asked for it yet."""
    return session.scalar(select(PaymentReferenceRow.reference).where(PaymentReferenceRow.wallet_id == wallet_id))


def reference_of(session: Session, wallet_id: WalletId, *, now: datetime) -> str:
    """Return the message of a wallet and make it the first time; raises `UnknownWallet`.

    It is scattered by the wallet's identifier, so that a digit mistyped twice seldom meets another's.
    """
    ledger.lock(session, [wallet_id])
    known = known_reference(session, wallet_id)
    if known is not None:
        return known
    candidates = (rules.reference_of(int(digest(f"{wallet_id} {attempt}"), 16)) for attempt in count())
    reference = next(one for one in candidates if wallet_of(session, one) is None)
    session.add(PaymentReferenceRow(reference=reference, wallet_id=wallet_id, made_at=now))
    session.flush()
    return reference


def wallets_of(session: Session | Connection, references: Collection[str]) -> Mapping[str, WalletId]:
    """Return whose wallets these messages belong to; those that nobody has are left out."""
    rows = session.execute(
        select(PaymentReferenceRow.reference, PaymentReferenceRow.wallet_id).where(
            PaymentReferenceRow.reference.in_(references)
        )
    )
    return {row.reference: WalletId(row.wallet_id) for row in rows}


def wallet_of(session: Session | Connection, reference: str) -> WalletId | None:
    """Return whose wallet a message belongs to."""
    return wallets_of(session, (reference,)).get(reference)
