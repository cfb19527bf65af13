"""What managers choose for their wallet (W11); that a manager does so, of their own, is the caller's to make sure."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.infra.ids import new_id
from core.wallet import ledger
from core.wallet.control.limits import Limit
from core.wallet.control.tables import LimitRow
from core.wallet.identifiers import WalletId
from core.wallet.tables import WalletRow


def limits_of(session: Session, wallet_id: WalletId, person_id: str | None) -> tuple[Limit, ...]:
    """Return the limits that name this person, or nobody for None; that of all tools first, then by tool."""
    rows = session.execute(
        select(LimitRow.person_id, LimitRow.tool_code, LimitRow.per_charge_cents, LimitRow.per_month_cents).where(
            LimitRow.wallet_id == wallet_id, LimitRow.person_id.is_not_distinct_from(person_id)
        )
    )
    return tuple(sorted((Limit(*row) for row in rows), key=lambda limit: limit.tool_code or ""))


def limited_people(session: Session, wallet_id: WalletId) -> frozenset[str]:
    """Return whom the limits of a wallet name."""
    named = select(LimitRow.person_id).where(LimitRow.wallet_id == wallet_id, LimitRow.person_id.is_not(None))
    return frozenset(person_id for person_id in session.scalars(named) if person_id is not None)


def replace_limits(
    session: Session, wallet_id: WalletId, person_id: str | None, wanted: Collection[Limit], *, now: datetime
) -> None:
    """Let these be all the limits that name this person, or nobody; the wallet is locked."""
    assert all(limit.person_id == person_id for limit in wanted)
    session.execute(
        delete(LimitRow).where(LimitRow.wallet_id == wallet_id, LimitRow.person_id.is_not_distinct_from(person_id))
    )
    session.add_all(
        LimitRow(
            id=new_id("lim"),
            wallet_id=wallet_id,
            subject=f"{person_id or '*'} {limit.tool_code or '*'}",
            person_id=person_id,
            tool_code=limit.tool_code,
            per_charge_cents=limit.per_charge_cents,
            per_month_cents=limit.per_month_cents,
            changed_at=now,
        )
        for limit in wanted
    )
    session.flush()


def take_over(session: Session, *, kept: str, given_up: str, now: datetime) -> None:
    """Let the limits of an account that is merged into another hold for that one, of two the smaller amount.

    Nobody gets rid of a limit by way of a second account. What the one given up spent this month stays in its name.
    """
    named = select(LimitRow.wallet_id).where(LimitRow.person_id == given_up).distinct().order_by(LimitRow.wallet_id)
    for wallet_id in map(WalletId, session.scalars(named).all()):
        ledger.lock(session, [wallet_id])
        both = (*limits_of(session, wallet_id, kept), *limits_of(session, wallet_id, given_up))
        by_tool = {limit.tool_code: [one for one in both if one.tool_code == limit.tool_code] for limit in both}
        joined = [
            Limit(
                kept,
                tool_code,
                _smallest(limit.per_charge_cents for limit in limits),
                _smallest(limit.per_month_cents for limit in limits),
            )
            for tool_code, limits in by_tool.items()
        ]
        replace_limits(session, wallet_id, given_up, (), now=now)
        replace_limits(session, wallet_id, kept, joined, now=now)


def threshold_of(session: Session, wallet_id: WalletId) -> int | None:
    """Return below how many cents the managers are warned; None: never."""
    return session.scalars(select(WalletRow.warn_below_cents).where(WalletRow.id == wallet_id)).one()


def set_threshold(session: Session, wallet_id: WalletId, below_cents: int | None) -> None:
    """Let managers be warned below this; a balance that is below it already warns nobody."""
    session.execute(update(WalletRow).where(WalletRow.id == wallet_id).values(warn_below_cents=below_cents))


def _smallest(amounts: Iterable[int | None]) -> int | None:
    return min((cents for cents in amounts if cents is not None), default=None)
