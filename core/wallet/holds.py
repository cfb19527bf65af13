"""Money set aside: reserved, then captured, voided or expired (W8). A hold is resolved once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.wallet import ledger, rules, transactions
from core.wallet.charging import VAT_BASIS_POINTS, ChargeOrder, Done
from core.wallet.errors import HoldOver
from core.wallet.identifiers import EntryId, HoldId, TransactionId, WalletId
from core.wallet.ledger import About, Locked
from core.wallet.rules import Entry
from core.wallet.states import HoldStatus
from core.wallet.tables import HoldRow, TransactionRow, WalletRow

LONGEST = timedelta(days=7)
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as its client sees it."""

    id: HoldId
    transaction_id: TransactionId
    amount_cents: int
    status: HoldStatus
    expires_at: datetime


def reserve(session: Session, order: ChargeOrder, *, life: timedelta, now: datetime) -> Hold:
    """Set an amount aside for at most `LONGEST`; the line on the wallet's page is pending.

    Raises as `charging.charge` does.
    """
    entry = rules.hold_entry(order.wallet_id, order.amount_cents)
    locked = ledger.lock(session, entry.wallets)
    entry_id = ledger.post(session, entry, order.about, locked=locked, now=now)
    line = transactions.opened(session, locked[order.wallet_id], order.line, now=now)
    row = HoldRow(
        id=HoldId(new_id("hld")),
        wallet_id=order.wallet_id,
        transaction_id=line.id,
        client_id=order.client_id,
        tool_code=order.tool_code,
        amount_cents=order.amount_cents,
        captured_cents=0,
        status=HoldStatus.HELD,
        entry_id=entry_id,
        held_at=now,
        expires_at=now + min(life, LONGEST),
    )
    session.add(row)
    session.flush()
    return _hold(row)


def capture(session: Session, hold_id: HoldId, amount_cents: int | None, *, client_id: str, now: datetime) -> Done:
    """Take what was bought from a hold and free the rest; None: all of it.

    Raises `NotFound` for a hold that is not the client's, `HoldOver` where it was resolved or its
    time has passed, `CaptureTooLarge`.
    """
    open_hold = _open(session, hold_id, client_id)
    hold = open_hold.hold
    if hold.expires_at <= now:
        raise HoldOver(status=HoldStatus.EXPIRED.value)
    captured = hold.amount_cents if amount_cents is None else amount_cents
    entry = rules.capture_entry(
        WalletId(hold.wallet_id),
        hold.tool_code,
        held_cents=hold.amount_cents,
        captured_cents=captured,
        vat_basis_points=VAT_BASIS_POINTS,
    )
    entry_id = open_hold.post(session, entry, now)
    hold.captured_cents = captured
    open_hold.resolve(HoldStatus.CAPTURED, now)
    wallet, line = open_hold.wallet, open_hold.line
    transactions.settle(wallet, line, entry_id, amount_cents=-captured, now=now)
    session.flush()
    return Done(TransactionId(line.id), line.number, line.amount_cents, line.balance_after_cents)


def void(session: Session, hold_id: HoldId, *, client_id: str, now: datetime) -> Hold:
    """Free a hold; raises `NotFound`, and `HoldOver` where it was resolved before."""
    open_hold = _open(session, hold_id, client_id)
    open_hold.free(session, HoldStatus.VOIDED, now)
    return _hold(open_hold.hold)


def expire_due(session: Session, *, now: datetime) -> int:
    """Free the holds whose time has passed, some hundreds at most; return how many."""
    due = session.execute(
        select(HoldRow.id, HoldRow.client_id)
        .where(HoldRow.status == HoldStatus.HELD.value, HoldRow.expires_at <= now)
        .order_by(HoldRow.wallet_id, HoldRow.id)
        .limit(_AT_ONCE)
    ).all()
    freed = 0
    for row in due:
        try:
            open_hold = _open(session, HoldId(row.id), row.client_id)
        except HoldOver:
            continue
        open_hold.free(session, HoldStatus.EXPIRED, now)
        freed += 1
    return freed


@dataclass(frozen=True, slots=True)
class _OpenHold:
    """An unresolved hold with its line and its wallet, locked."""

    hold: HoldRow
    line: TransactionRow
    locked: Locked

    @property
    def wallet(self) -> WalletRow:
        return self.locked[WalletId(self.hold.wallet_id)]

    def post(self, session: Session, entry: Entry, now: datetime) -> EntryId:
        line, held = self.line, EntryId(self.hold.entry_id)
        about = About(line.done_by, line.client_id, line.tool_code, line.reference, entry_id=held)
        return ledger.post(session, entry, about, locked=self.locked, now=now)

    def resolve(self, status: HoldStatus, now: datetime) -> None:
        self.hold.status, self.hold.resolved_at = status, now

    def free(self, session: Session, status: HoldStatus, now: datetime) -> None:
        hold = self.hold
        self.post(session, rules.void_entry(WalletId(hold.wallet_id), hold.amount_cents), now)
        self.resolve(status, now)
        transactions.fail(self.wallet, self.line, f"hold-{status.value}", now=now)
        session.flush()


def _open(session: Session, hold_id: HoldId, client_id: str) -> _OpenHold:
    mine = (HoldRow.id == hold_id, HoldRow.client_id == client_id)
    wallet_id = session.scalar(select(HoldRow.wallet_id).where(*mine))
    if wallet_id is None:
        raise NotFound(hold=hold_id)
    locked = ledger.lock(session, [WalletId(wallet_id)])
    # Read behind the lock: of two that resolve it the second sees what the first did.
    hold = session.scalars(select(HoldRow).where(*mine).execution_options(populate_existing=True)).one()
    if hold.status != HoldStatus.HELD:
        raise HoldOver(status=hold.status)
    line = session.get_one(TransactionRow, hold.transaction_id, populate_existing=True)
    return _OpenHold(hold, line, locked)


def _hold(row: HoldRow) -> Hold:
    return Hold(
        HoldId(row.id), TransactionId(row.transaction_id), row.amount_cents, HoldStatus(row.status), row.expires_at
    )
