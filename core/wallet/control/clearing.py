"""What should stand on the clearing accounts, by what the bank and the provider told: compared, never mended.

Everything that they told and the ledger followed is counted, so a difference is either an entry that
nobody told of or something told that was not followed.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, case, exists, func, select
from sqlalchemy.orm import Session

from core.infra.clock import belgian_date
from core.wallet import accounts
from core.wallet.bank.tables import BankEntryRow, BankStatementRow
from core.wallet.payments.tables import PaymentEventRow, SettlementRow
from core.wallet.proof import Difference
from core.wallet.states import BankEntryStatus, PaymentEvent

# The provider pays out every working day, the bank within two; longer is a reason to ask.
PROVIDER_LATE = timedelta(days=10)
SETTLEMENT_LATE = timedelta(days=5)
BANK_SILENT = timedelta(days=5)
_GAINED = (PaymentEvent.PAID.value, PaymentEvent.REFUND_FAILED.value, PaymentEvent.CHARGEBACK_REVERSED.value)
# The provider's own entry brought a settlement to the bank; its line on the statement is the same money.
_ON_STATEMENT = exists().where(BankEntryRow.settled_by_entry_id == SettlementRow.entry_id)


def provider(session: Session, balances: Mapping[str, int], *, now: datetime) -> Iterator[Difference]:
    """Compare what the provider owes us with its payments and settlements, and say where it owes it for long."""
    owed = -balances.get(accounts.PROVIDER_CLEARING, 0)
    settled = _total(session, SettlementRow.amount_cents + SettlementRow.fees_cents)
    followed = _total(session, _signed()) - settled
    if owed != followed:
        yield Difference("provider-clearing", accounts.PROVIDER_CLEARING, owed, followed)
    recent = _total(session, _signed(), PaymentEventRow.at > now - PROVIDER_LATE)
    if owed > max(recent, 0):
        yield Difference("provider-late", accounts.PROVIDER_CLEARING, owed, max(recent, 0))
    # Not by what it owes: refunds after a settlement leave that below zero until the next payments.
    paid = _total(session, PaymentEventRow.amount_cents, PaymentEventRow.kind.in_(_GAINED))
    if settled > paid:
        yield Difference("provider-overpaid", accounts.PROVIDER_CLEARING, settled, paid)


def bank(session: Session, balances: Mapping[str, int], *, now: datetime) -> Iterator[Difference]:
    """Compare what stands at the bank with its statements, and say what it should have shown and did not."""
    stands = -balances.get(accounts.BANK_CLEARING, 0)
    told = _total(session, BankEntryRow.amount_cents, BankEntryRow.status != BankEntryStatus.NOT_OURS.value)
    on_its_way = _total(session, SettlementRow.amount_cents, ~_ON_STATEMENT)
    if stands != told + on_its_way:
        yield Difference("bank-clearing", accounts.BANK_CLEARING, stands, told + on_its_way)
    waiting = _total(session, BankEntryRow.amount_cents, BankEntryRow.status == BankEntryStatus.WAITING.value)
    suspense = balances.get(accounts.UNMATCHED, 0)
    if suspense != waiting:
        yield Difference("suspense", accounts.UNMATCHED, suspense, waiting)
    late = select(SettlementRow).where(~_ON_STATEMENT, SettlementRow.settled_at < now - SETTLEMENT_LATE)
    for row in session.scalars(late.order_by(SettlementRow.id)):
        yield Difference("settlement-missing", row.reference, row.amount_cents, 0)
    silent_since = belgian_date(now - BANK_SILENT)
    last = select(BankStatementRow.iban, func.max(BankStatementRow.closed_on).label("day"))
    for iban, day in session.execute(last.group_by(BankStatementRow.iban)):
        if day < silent_since:
            yield Difference("bank-silent", iban, (belgian_date(now) - day).days, 0)


def _signed() -> ColumnElement[int]:
    amount = PaymentEventRow.amount_cents
    return case((PaymentEventRow.kind.in_(_GAINED), amount), else_=-amount)


def _total(session: Session, amount: SQLColumnExpression[int], *where: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.coalesce(func.sum(amount), 0)).where(*where)) or 0)
