"""The account of somebody goes who used wallets (A15): what they did stays in the books."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.wallet.control.tables import LimitRow
from core.wallet.tables import EntryRow, TransactionRow


def has_paid(session: Session, person_id: str) -> bool:
    """Tell whether a line of any wallet, or an entry of the books, is of this person: activity in the sense of A15."""
    lines = select(TransactionRow.id).where(TransactionRow.done_by == person_id)
    entries = select(EntryRow.id).where(EntryRow.done_by == person_id)
    return any(session.scalars(theirs.limit(1)).first() is not None for theirs in (lines, entries))


def forget(session: Session, person_id: str) -> None:
    """Remove what was set for a person: their limits bind nobody any more."""
    session.execute(delete(LimitRow).where(LimitRow.person_id == person_id))
