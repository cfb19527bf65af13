"""The account of somebody goes who used wallets (A15): what they did stays in the books."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.wallet.control.tables import LimitRow
from core.wallet.tables import TransactionRow


def has_paid(session: Session, person_id: str) -> bool:
    """Tell whether a line of any wallet is of this person: activity in the sense of A15."""
    theirs = select(TransactionRow.id).where(TransactionRow.done_by == person_id).limit(1)
    return session.scalars(theirs).first() is not None


def forget(session: Session, person_id: str) -> None:
    """Remove what was set for a person: their limits bind nobody any more."""
    session.execute(delete(LimitRow).where(LimitRow.person_id == person_id))
