"""The daily comparison of provider, bank and ledger: what differs is listed for people, nothing is mended (W12)."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.infra.clock import belgian_date
from core.wallet import accounts
from core.wallet.bank.tables import BankEntryRow
from core.wallet.control import clearing
from core.wallet.control.tables import ReconciliationRow
from core.wallet.payments.tables import TopUpRow
from core.wallet.proof import Difference, differences
from core.wallet.states import BankEntryStatus, HoldStatus, TopUpStatus
from core.wallet.tables import HoldRow, PostingRow, WalletRow

# The worker frees a hold within a minute; a payment is decided within a day; suspense is no place to stay.
HOLD_OVERDUE = timedelta(hours=1)
PAYMENT_OPEN = timedelta(days=2)
SUSPENSE_OLD = timedelta(days=14)
# What was paid and is not what was asked for is settled with the payer at the provider, within this time.
FLAGGED_SHOWN = timedelta(days=30)
# The names under which sums are kept: of all wallets, all holds, and what all tools earned.
WALLETS, HELD, REVENUE = "wallets", "held", "revenue"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was found on a day; no differences: provider, bank and ledger agree."""

    day: date
    checked_at: datetime
    balances: Mapping[str, int]
    differences: tuple[Difference, ...]


def is_due(session: Session, *, now: datetime) -> bool:
    """Tell whether this Belgian day was not compared yet."""
    return session.get(ReconciliationRow, belgian_date(now)) is None


def reconcile(session: Session, *, now: datetime, told: tuple[Difference, ...] = ()) -> Reconciliation:
    """Compare everything, in a snapshot: what is posted meanwhile would differ from what was read before.

    `told` is what the caller found out by asking outside.
    """
    balances = _balances(session)
    found = chain(
        told,
        differences(session),
        clearing.provider(session, balances, now=now),
        clearing.bank(session, balances, now=now),
        _waiting(session, now=now),
    )
    return Reconciliation(belgian_date(now), now, balances, tuple(found))


def keep(session: Session, made: Reconciliation) -> None:
    """Keep what was found, in the place of what was found before on that day."""
    row = ReconciliationRow(
        day=made.day,
        checked_at=made.checked_at,
        balances=dict(made.balances),
        differences=[asdict(one) for one in made.differences],
    )
    session.merge(row)
    session.flush()


def latest(session: Session, *, most: int) -> tuple[Reconciliation, ...]:
    """Return the last comparisons, the newest first."""
    rows = session.scalars(select(ReconciliationRow).order_by(ReconciliationRow.day.desc()).limit(most))
    return tuple(
        Reconciliation(row.day, row.checked_at, row.balances, tuple(Difference(**one) for one in row.differences))
        for row in rows
    )


def _balances(session: Session) -> Mapping[str, int]:
    """Return what stands on each account; wallets, holds and what tools earned are a sum each."""
    wallets = session.execute(
        select(func.coalesce(func.sum(WalletRow.balance_cents), 0), func.coalesce(func.sum(WalletRow.held_cents), 0))
    ).one()
    others = session.execute(
        select(PostingRow.account, func.sum(PostingRow.amount_cents))
        .where(PostingRow.wallet_id.is_(None))
        .group_by(PostingRow.account)
    )
    found = {WALLETS: int(wallets[0]), HELD: int(wallets[1])}
    for account, cents in others:
        name = REVENUE if accounts.is_revenue(account) else account
        found[name] = found.get(name, 0) + int(cents)
    return found


def _waiting(session: Session, *, now: datetime) -> Iterator[Difference]:
    """Yield what waits for a person, or for somebody who should have come long ago."""
    on_its_way = (TopUpStatus.INTENDED.value, TopUpStatus.OPEN.value)
    named = func.coalesce(TopUpRow.payment_id, TopUpRow.id)
    queries = {
        "payment-flagged": select(named, TopUpRow.amount_cents).where(
            TopUpRow.status == TopUpStatus.FLAGGED.value, TopUpRow.closed_at > now - FLAGGED_SHOWN
        ),
        "payment-open": select(named, TopUpRow.amount_cents).where(
            TopUpRow.status.in_(on_its_way), TopUpRow.created_at < now - PAYMENT_OPEN
        ),
        "hold-overdue": select(HoldRow.id, HoldRow.amount_cents).where(
            HoldRow.status == HoldStatus.HELD.value, HoldRow.expires_at < now - HOLD_OVERDUE
        ),
        "suspense-old": select(BankEntryRow.id, BankEntryRow.amount_cents).where(
            BankEntryRow.status == BankEntryStatus.WAITING.value,
            BankEntryRow.booked_on < belgian_date(now - SUSPENSE_OLD),
        ),
        "wallet-below-zero": select(WalletRow.id, WalletRow.balance_cents).where(WalletRow.is_frozen),
    }
    for code, query in queries.items():
        for of, cents in session.execute(query):
            yield Difference(code, of, cents, 0)
