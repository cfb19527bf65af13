"""An identity card is no longer an account's: what needs one closes with it (E1, T6)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.rules import REGISTER, RegisterStatus
from core.accreditations.tables import AccreditationRow
from core.closing.correction import Correction, CorrectionReason, take_away
from core.infra import outbox
from core.infra.topics import AccessChanged
from core.organisations.queries import organisations_where_active
from core.people import eid
from core.people.eid import UnlinkReason
from core.people.identifiers import PersonId


def unlink(
    session: Session,
    person_id: PersonId,
    *,
    by: PersonId | None,
    reason: UnlinkReason,
    reference: str | None = None,
    now: datetime,
) -> None:
    """Remove the card of an account and have every context looked at again.

    The provider's worker closes those whose tool asks for a card. Accreditations that a register gave
    to the card of somebody else are taken away at once, and free for their holder; others count for as
    long as those do that a register no longer confirms. Raises `NotFound`.
    """
    eid.unlink(session, person_id, by=by, reason=reason, reference=reference, now=now)
    if reason.is_of_somebody_else:
        for found in _from_registers(session, person_id):
            take_away(
                session,
                person_id,
                found,
                reason=CorrectionReason.WRONG_ACCOUNT,
                reference=reference,
                by=by,
                now=now,
            )
    for organisation_id in organisations_where_active(session, person_id):
        outbox.enqueue(session, AccessChanged(person_id, None, organisation_id, "eid-unlinked"), now=now)


def _from_registers(session: Session, person_id: PersonId) -> list[Correction]:
    rows = session.scalars(
        select(AccreditationRow)
        .where(AccreditationRow.person_id == person_id, AccreditationRow.source == REGISTER)
        .order_by(AccreditationRow.id)
    )
    return [Correction(row.kind, row.number, row.list, row.column, RegisterStatus.LAPSED) for row in rows]
