"""Top-ups from their intent to what the provider made of them; each thing that happened counts once (W6).

The intent is committed before the provider is asked, so that whatever dies in between can be taken
up again: `asked` says what is to be asked for, and `following.follow` posts what the answer means.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.wallet import ledger, rules, transactions
from core.wallet.identifiers import WalletId
from core.wallet.payments.rules import ask_again_at
from core.wallet.payments.tables import TopUpRow
from core.wallet.states import TopUpStatus, TransactionKind
from core.wallet.tables import TransactionRow, WalletRow
from core.wallet.transactions import Line


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, of whom, and where it stands; `payment_id` is None until the provider has named it."""

    id: str
    wallet_id: WalletId
    organisation_id: str
    person_id: str
    amount_cents: int
    status: TopUpStatus
    language: str
    payment_id: str | None
    created_at: datetime
    ask_at: datetime | None

    @property
    def is_on_its_way(self) -> bool:
        """Tell whether the provider has still to say how it ended."""
        return self.status in {TopUpStatus.INTENDED, TopUpStatus.OPEN}


def intend(
    session: Session,
    wallet_id: WalletId,
    amount_cents: int,
    *,
    top_up_id: str,
    provider: str,
    by: str,
    language: str,
    now: datetime,
) -> None:
    """Write down that a wallet is to be recharged, with an open line on its page; nothing is paid yet.

    Intended twice under one identifier it is one top-up. Raises `InvalidAmount`, `UnknownWallet`.
    """
    rules.require_amount(amount_cents)
    wallet = ledger.lock(session, [wallet_id])[wallet_id]
    if session.get(TopUpRow, top_up_id) is not None:
        return
    line = Line(TransactionKind.DEPOSIT_ONLINE, amount_cents, description="", person_id=by)
    opened = transactions.opened(session, wallet, line, now=now)
    session.add(
        TopUpRow(
            id=top_up_id,
            wallet_id=wallet_id,
            transaction_id=opened.id,
            amount_cents=amount_cents,
            status=TopUpStatus.INTENDED,
            provider=provider,
            language=language,
            done_by=by,
            created_at=now,
            ask_at=ask_again_at(now, now),
        )
    )
    session.flush()


def asked(session: Session, top_up_id: str) -> Asked:
    """Return what was asked for; raises `NotFound`."""
    found = session.execute(
        select(TopUpRow, WalletRow.organisation_id)
        .join(WalletRow, WalletRow.id == TopUpRow.wallet_id)
        .where(TopUpRow.id == top_up_id)
    ).one_or_none()
    if found is None:
        raise NotFound(top_up=top_up_id)
    row, organisation_id = found
    return Asked(
        id=row.id,
        wallet_id=WalletId(row.wallet_id),
        organisation_id=organisation_id,
        person_id=row.done_by,
        amount_cents=row.amount_cents,
        status=TopUpStatus(row.status),
        language=row.language,
        payment_id=row.payment_id,
        created_at=row.created_at,
        ask_at=row.ask_at,
    )


def announce(session: Session, provider: str, payment_id: str, *, now: datetime) -> None:
    """Note that something is said to have happened to a payment, if it is one of ours: it is asked about next."""
    mine = (TopUpRow.provider == provider) & (TopUpRow.payment_id == payment_id)
    session.execute(update(TopUpRow).where(mine).values(ask_at=now))


def take_due(session: Session, *, now: datetime) -> str | None:
    """Return a top-up about which the provider is to be asked now, and put off the next time.

    Put off first: a call that fails, or dies, comes again without anybody remembering it.
    """
    row = session.scalars(
        select(TopUpRow)
        .where(TopUpRow.ask_at <= now)
        .order_by(TopUpRow.ask_at, TopUpRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    row.ask_at = ask_again_at(row.created_at, now)
    return row.id


def give_up(session: Session, question: Asked, status: TopUpStatus, reason: str, *, now: datetime) -> None:
    """Close a top-up for which there is no payment, unless one has appeared meanwhile."""
    wallet = ledger.lock(session, [question.wallet_id])[question.wallet_id]
    row = behind_the_lock(session, question.id)
    if row.payment_id is None and TopUpStatus(row.status) is TopUpStatus.INTENDED:
        fail(session, wallet, row, status, reason, now=now)
        row.ask_at = None


def fail(
    session: Session, wallet: WalletRow, row: TopUpRow, status: TopUpStatus, reason: str | None, *, now: datetime
) -> None:
    """Close a top-up that brought nothing, and its line; the wallet is locked. `reason` is for the operators."""
    line = session.get_one(TransactionRow, row.transaction_id)
    transactions.fail(wallet, line, reason or status.value, now=now)
    row.status, row.reason, row.closed_at = status, reason, now


def behind_the_lock(session: Session, top_up_id: str) -> TopUpRow:
    """Return the row as the last who held the wallet's lock left it.

    Locked itself: `announce` knows no wallet, and what it notes meanwhile must not be written over.
    """
    return session.scalars(
        select(TopUpRow).where(TopUpRow.id == top_up_id).with_for_update().execution_options(populate_existing=True)
    ).one()
