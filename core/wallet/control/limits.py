"""What may be spent from a wallet (W11): by one employee or by all, in one tool or in all.

Every limit that a charge falls under holds, whoever pays. One that names nobody is for all
employees together, one that names no tool for all tools together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, true
from sqlalchemy.orm import Session

from core.infra.clock import start_of_belgian_month
from core.infra.kept_query import KeptQuery
from core.infra.statements import Queryable
from core.wallet import ledger
from core.wallet.control.tables import LimitRow
from core.wallet.errors import LimitReached
from core.wallet.identifiers import WalletId
from core.wallet.states import TransactionKind, TransactionStatus
from core.wallet.tables import TransactionRow


@dataclass(frozen=True, slots=True)
class Limit:
    """How much may be spent; None as person or tool: all of them, as an amount: any.

    `per_charge_cents` bounds one charge or hold, `per_month_cents` all of a Belgian calendar month:
    what was charged less what was refunded, and what is held.
    """

    person_id: str | None
    tool_code: str | None
    per_charge_cents: int | None
    per_month_cents: int | None


_LIMIT: tuple[Any, ...] = tuple(getattr(LimitRow, field.name) for field in fields(Limit))
# Asked for at each charge, and for each token that tells of a wallet.
_FALLING_UNDER = KeptQuery(
    select(*_LIMIT).where(
        LimitRow.wallet_id == bindparam("wallet_id"),
        or_(LimitRow.person_id.is_(None), LimitRow.person_id == bindparam("person_id")),
        or_(LimitRow.tool_code.is_(None), LimitRow.tool_code == bindparam("tool_code")),
    )
)


def require_within(
    session: Session,
    wallet_id: WalletId,
    person_id: str | None,
    tool_code: str,
    amount_cents: int,
    *,
    now: datetime,
) -> None:
    """Raise `LimitReached` where a charge or hold, not yet made, is above a limit of the wallet.

    Called in the transaction of the charge. Where a month is limited the wallet is locked first, so that
    of two charges at once the second counts the first; raises `UnknownWallet` then.
    """
    limits = _falling_under(session, wallet_id, person_id, tool_code)
    for limit in limits:
        if limit.per_charge_cents is not None and amount_cents > limit.per_charge_cents:
            raise LimitReached(limit_cents=limit.per_charge_cents, left_cents=limit.per_charge_cents)
    months = {limit: cents for limit in limits if (cents := limit.per_month_cents) is not None}
    if not months:
        return
    ledger.lock(session, [wallet_id])
    spent = spent_this_month(session, wallet_id, tuple(months), now=now)
    for cents, already in zip(months.values(), spent, strict=True):
        if amount_cents > cents - already:
            raise LimitReached(limit_cents=cents, left_cents=max(cents - already, 0))


def max_charge(session: Queryable, wallet_id: WalletId, person_id: str | None, tool_code: str) -> int | None:
    """Return the cents above which a charge is refused in any case; None: no limit says so.

    It is what the limits say, never what is left of a month: a token tells a tool nothing of what was spent.
    """
    limits = _falling_under(session, wallet_id, person_id, tool_code)
    bounds = [cents for limit in limits for cents in (limit.per_charge_cents, limit.per_month_cents)]
    return min((cents for cents in bounds if cents is not None), default=None)


def limits_for(session: Session, wallet_id: WalletId, person_id: str) -> tuple[Limit, ...]:
    """Return every limit under which a charge of this person can fall, their own first."""
    rows = session.execute(
        select(LimitRow.person_id, LimitRow.tool_code, LimitRow.per_charge_cents, LimitRow.per_month_cents).where(
            LimitRow.wallet_id == wallet_id, or_(LimitRow.person_id.is_(None), LimitRow.person_id == person_id)
        )
    )
    return tuple(sorted((Limit(*row) for row in rows), key=lambda one: (one.person_id is None, one.tool_code or "")))


def spent_this_month(
    session: Session, wallet_id: WalletId, limits: Sequence[Limit], *, now: datetime
) -> tuple[int, ...]:
    """Return how many cents of the Belgian month count towards each of some limits; one statement.

    Counted and not kept beside the ledger: it reads the month's lines of the wallet.
    """
    if not limits:
        return ()
    # Amounts are what the wallet gains: below zero for what is paid.
    cents = func.sum(-TransactionRow.amount_cents - TransactionRow.refunded_cents)
    row = session.execute(
        select(*(func.coalesce(cents.filter(_counts_towards(limit)), 0) for limit in limits)).where(
            TransactionRow.wallet_id == wallet_id,
            TransactionRow.at >= start_of_belgian_month(now),
            TransactionRow.kind == TransactionKind.TOOL.value,
            TransactionRow.status.in_((TransactionStatus.SUCCEEDED.value, TransactionStatus.PENDING.value)),
        )
    ).one()
    return tuple(int(spent) for spent in row)


def _counts_towards(limit: Limit) -> ColumnElement[bool]:
    of_person = true() if limit.person_id is None else TransactionRow.done_by == limit.person_id
    in_tool = true() if limit.tool_code is None else TransactionRow.tool_code == limit.tool_code
    return and_(of_person, in_tool)


def _falling_under(session: Queryable, wallet_id: WalletId, person_id: str | None, tool_code: str) -> list[Limit]:
    wanted = {"wallet_id": wallet_id, "person_id": person_id, "tool_code": tool_code}
    return [Limit(**row) for row in _FALLING_UNDER.rows(session, wanted)]
