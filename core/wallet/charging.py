"""A tool charges a wallet, and gives back what it charged (W8)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.wallet import ledger, rules, transactions
from core.wallet.errors import RefundTooLarge
from core.wallet.identifiers import EntryId, TransactionId, WalletId
from core.wallet.ledger import About
from core.wallet.states import TransactionKind, TransactionStatus
from core.wallet.tables import TransactionRow
from core.wallet.transactions import Line, Written

# What a tool sells is taxed at the Belgian standard rate; prices include it.
VAT_BASIS_POINTS = 2_100


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """What a tool wants to be paid, by whom, for what: plain values, the amount with VAT.

    `reference` is the tool's own and names one charge.
    """

    wallet_id: WalletId
    client_id: str
    tool_code: str
    person_id: str | None
    amount_cents: int
    description: str
    reference: str | None = None

    @property
    def about(self) -> About:
        """Return whose entry it makes."""
        return About(self.person_id, self.client_id, self.tool_code, self.reference)

    @property
    def line(self) -> Line:
        """Return how the wallet's page shows it."""
        return Line(
            kind=TransactionKind.TOOL,
            amount_cents=-self.amount_cents,
            description=self.description,
            tool_code=self.tool_code,
            client_id=self.client_id,
            person_id=self.person_id,
            reference=self.reference,
        )


@dataclass(frozen=True, slots=True)
class Done:
    """A transaction that succeeded: its number on the wallet's page, and what is left."""

    id: TransactionId
    number: int
    amount_cents: int
    balance_cents: int


def charge(session: Session, order: ChargeOrder, *, now: datetime) -> Done:
    """Take an amount from a wallet.

    Raises `InvalidAmount`, `UnknownWallet`, `InsufficientFunds`, `WalletFrozen`; at the flush
    `ReferenceUsed`. What is refused leaves nothing here: `refuse` writes its line afterwards.
    """
    entry = rules.charge_entry(order.wallet_id, order.tool_code, order.amount_cents, VAT_BASIS_POINTS)
    locked = ledger.lock(session, entry.wallets)
    wallet = locked[order.wallet_id]
    entry_id = ledger.post(session, entry, order.about, locked=locked, now=now)
    return _done(transactions.settled(session, wallet, order.line, entry_id, now=now))


def refuse(session: Session, order: ChargeOrder, reason: str, *, now: datetime) -> None:
    """Write the line of a charge that was refused, in a transaction of its own; raises `UnknownWallet`."""
    wallet = ledger.lock(session, [order.wallet_id])[order.wallet_id]
    transactions.failed(session, wallet, order.line, reason, now=now)


def refund(
    session: Session, transaction_id: TransactionId, amount_cents: int | None, *, client_id: str, now: datetime
) -> Done:
    """Give back a part of what this client charged; None: what is left of it.

    Raises `NotFound` for a charge that is not there or not the client's, and `RefundTooLarge`.
    """
    wallet_id = session.scalar(select(TransactionRow.wallet_id).where(_charged(transaction_id, client_id)))
    if wallet_id is None:
        raise NotFound(transaction=transaction_id)
    locked = ledger.lock(session, [WalletId(wallet_id)])
    wallet = locked[WalletId(wallet_id)]
    # Read behind the lock, so that it is what the last refund left.
    charged = session.scalars(
        select(TransactionRow).where(TransactionRow.id == transaction_id).execution_options(populate_existing=True)
    ).one()
    left = -charged.amount_cents - charged.refunded_cents
    if left == 0:
        raise RefundTooLarge(charged_cents=-charged.amount_cents, refunded_cents=charged.refunded_cents)
    amount = left if amount_cents is None else amount_cents
    entry = rules.refund_entry(
        WalletId(wallet_id),
        charged.tool_code or "",
        amount,
        charged_cents=-charged.amount_cents,
        refunded_cents=charged.refunded_cents,
        vat_basis_points=VAT_BASIS_POINTS,
    )
    charged.refunded_cents += amount
    paid = None if charged.entry_id is None else EntryId(charged.entry_id)
    about = About(charged.done_by, client_id, charged.tool_code, charged.reference, entry_id=paid)
    entry_id = ledger.post(session, entry, about, locked=locked, now=now)
    line = Line(
        kind=TransactionKind.REFUND,
        amount_cents=amount,
        description=charged.description,
        tool_code=charged.tool_code,
        client_id=client_id,
        person_id=charged.done_by,
        reference=charged.reference,
    )
    return _done(transactions.settled(session, wallet, line, entry_id, now=now))


def _charged(transaction_id: TransactionId, client_id: str) -> ColumnElement[bool]:
    return and_(
        TransactionRow.id == transaction_id,
        TransactionRow.client_id == client_id,
        TransactionRow.kind == TransactionKind.TOOL.value,
        TransactionRow.status == TransactionStatus.SUCCEEDED.value,
    )


def _done(line: Written) -> Done:
    return Done(line.id, line.number, line.amount_cents, line.balance_after_cents)
