"""What the payment provider pays out to our bank account, after its fees: posted once, whoever tells of it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.ids import new_id
from core.wallet import ledger, rules
from core.wallet.ledger import About
from core.wallet.payments.provider import Settlement
from core.wallet.payments.tables import SettlementRow


def record(session: Session, provider: str, told: Iterable[Settlement], *, now: datetime) -> int:
    """Post the settlements that are not known yet, and return how many.

    Of two who record the same one at the same moment the second fails with `Conflict`, and has written nothing.
    """
    known = set(session.scalars(select(SettlementRow.settlement_id).where(SettlementRow.provider == provider)))
    fresh = [one for one in told if one.id not in known and (one.amount_cents or one.fees_cents)]
    for one in sorted(fresh, key=lambda settlement: settlement.settled_at):
        entry = rules.settlement_entry(one.amount_cents, one.fees_cents)
        entry_id = ledger.post(session, entry, About(reference=one.id), locked={}, now=now)
        session.add(
            SettlementRow(
                id=new_id("stl"),
                provider=provider,
                settlement_id=one.id,
                amount_cents=one.amount_cents,
                fees_cents=one.fees_cents,
                reference=one.reference,
                settled_at=one.settled_at,
                entry_id=entry_id,
                recorded_at=now,
            )
        )
    session.flush()
    return len(fresh)
