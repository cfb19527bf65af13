"""An identity card is no longer an account's: what needs one closes with it (E1, T6)."""

from datetime import datetime

from sqlalchemy.orm import Session

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

    The provider's worker closes those whose tool asks for a card. Raises `NotFound`.
    """
    eid.unlink(session, person_id, by=by, reason=reason, reference=reference, now=now)
    for organisation_id in organisations_where_active(session, person_id):
        outbox.enqueue(session, AccessChanged(person_id, None, organisation_id, "eid-unlinked"), now=now)
