"""What a client made of charges and holds, as it reads them: its own, and nobody else's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, text
from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.wallet.identifiers import HoldId, TransactionId
from core.wallet.states import TransactionKind, TransactionStatus
from core.wallet.tables import HoldRow, TransactionRow, WalletRow

# Written as in the partial index, so that both databases use it.
_UNIQUE = text("wallet_transaction.status <> 'failed' AND wallet_transaction.kind = 'tool'")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose charges: a client's, and with `organisation_id` only those that this organisation's wallet paid."""

    client_id: str
    organisation_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToolCharge:
    """A charge, or a hold that is pending; the amount is what the wallet paid or has set aside."""

    id: TransactionId
    status: TransactionStatus
    amount_cents: int
    refunded_cents: int
    description: str
    reference: str | None
    at: datetime


def find_charge(session: Session, transaction_id: TransactionId, *, owner: Owner) -> ToolCharge:
    """Return a charge; raises `NotFound` where it is not there or not the owner's."""
    found = _charges(session, TransactionRow.id == transaction_id, owner)
    if not found:
        raise NotFound(transaction=transaction_id)
    return found[0]


def charges_named(session: Session, reference: str, *, owner: Owner) -> tuple[ToolCharge, ...]:
    """Return what carries a reference and was not refused: one charge or hold at most."""
    return _charges(session, and_(TransactionRow.reference == reference, _UNIQUE), owner)


def require_hold(session: Session, hold_id: HoldId, *, owner: Owner) -> None:
    """Raise `NotFound` where a hold is not there or not the owner's."""
    mine = _of(WalletRow.id == HoldRow.wallet_id, HoldRow.client_id == owner.client_id, owner)
    if session.scalar(select(HoldRow.id).join(WalletRow, mine).where(HoldRow.id == hold_id)) is None:
        raise NotFound(hold=hold_id)


def _charges(session: Session, wanted: ColumnElement[bool], owner: Owner) -> tuple[ToolCharge, ...]:
    mine = _of(WalletRow.id == TransactionRow.wallet_id, TransactionRow.client_id == owner.client_id, owner)
    rows = session.execute(
        select(
            *(TransactionRow.id, TransactionRow.status, TransactionRow.amount_cents, TransactionRow.refunded_cents),
            *(TransactionRow.description, TransactionRow.reference, TransactionRow.at),
        )
        .join(WalletRow, mine)
        .where(wanted, TransactionRow.kind == TransactionKind.TOOL.value)
    )
    return tuple(
        ToolCharge(
            id=TransactionId(row.id),
            status=TransactionStatus(row.status),
            amount_cents=-row.amount_cents,
            refunded_cents=row.refunded_cents,
            description=row.description,
            reference=row.reference,
            at=row.at,
        )
        for row in rows
    )


def _of(joined: ColumnElement[bool], made: ColumnElement[bool], owner: Owner) -> ColumnElement[bool]:
    if owner.organisation_id is None:
        return and_(joined, made)
    return and_(joined, made, WalletRow.organisation_id == owner.organisation_id)
