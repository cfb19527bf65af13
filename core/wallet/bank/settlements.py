"""What the payment provider pays out comes onto the same account: it is no wallet's and leaves suspense by itself."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.wallet import ledger
from core.wallet.bank import entries
from core.wallet.bank.tables import BankEntryRow
from core.wallet.identifiers import EntryId
from core.wallet.ledger import About
from core.wallet.payments.tables import SettlementRow
from core.wallet.states import BankEntryStatus

_OPEN = (BankEntryStatus.WAITING.value, BankEntryStatus.NOT_OURS.value)


def match_settlements(session: Session, *, now: datetime) -> int:
    """Match settlements of the provider with what came in, by amount and reference; return how many.

    The settlement's own entry moved the money to the bank, so what stood in suspense is taken back.
    To be called where either side is new.
    """
    missing = session.scalars(
        select(SettlementRow)
        .where(~exists().where(BankEntryRow.settled_by_entry_id == SettlementRow.entry_id))
        .order_by(SettlementRow.id)
    ).all()
    return sum(_match(session, settlement, now) for settlement in missing)


def _match(session: Session, settlement: SettlementRow, now: datetime) -> bool:
    alike = session.scalars(
        select(BankEntryRow)
        .where(BankEntryRow.amount_cents == settlement.amount_cents, BankEntryRow.status.in_(_OPEN))
        .order_by(BankEntryRow.id)
        .with_for_update()
    )
    row = next((one for one in alike if settlement.reference in (one.message or "")), None)
    if row is None:
        return False
    if row.status == BankEntryStatus.WAITING:
        assert row.entry_id is not None
        about = About(reference=row.id, entry_id=EntryId(row.entry_id))
        ledger.post(session, entries.not_ours(row.amount_cents), about, locked={}, now=now)
    row.status, row.settled_by_entry_id, row.settled_at = BankEntryStatus.BOOKED, settlement.entry_id, now
    session.flush()
    return True
