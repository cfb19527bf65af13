"""What was decided to go back to its sender leaves our account: the bank's debit is found again by itself."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.wallet import ledger
from core.wallet.bank import entries
from core.wallet.bank.tables import BankEntryRow
from core.wallet.identifiers import EntryId
from core.wallet.ledger import About
from core.wallet.states import BankEntryStatus
from core.wallet.tables import EntryRow


def paid_back(session: Session, debit: BankEntryRow, *, now: datetime) -> EntryId | None:
    """Post that a debit gave back what was owed to its receiver; None where nothing of this amount is."""
    owed = session.scalar(
        select(BankEntryRow.settled_by_entry_id)
        .where(BankEntryRow.status == BankEntryStatus.RETURNED.value)
        .where(BankEntryRow.counterparty_iban == debit.counterparty_iban)
        .where(BankEntryRow.amount_cents == -debit.amount_cents)
        .where(~exists().where(EntryRow.about_id == BankEntryRow.settled_by_entry_id))
        .order_by(BankEntryRow.id)
        .limit(1)
        .with_for_update()
    )
    if owed is None:
        return None
    about = About(reference=debit.id, entry_id=EntryId(owed))
    return ledger.post(session, entries.paid_back(-debit.amount_cents), about, locked={}, now=now)
