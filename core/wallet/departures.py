"""The account of somebody goes who used wallets (A15): what they did stays in the books."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.wallet.tables import TransactionRow


def has_paid(session: Session, person_id: str) -> bool:
    """Tell whether a line of any wallet is of this person: activity in the sense of A15."""
    theirs = select(TransactionRow.id).where(TransactionRow.done_by == person_id).limit(1)
    return session.scalars(theirs).first() is not None
