"""An identity card is taken from an account: the use case over what core, sessions and mail keep of it."""

from datetime import datetime

from core.closing import identity_card
from core.infra.db import Session
from core.infra.log import event
from core.infra.store.interface import EphemeralStore
from core.people.eid import UnlinkReason
from core.people.identifiers import PersonId
from idp.credentials.security_mail import tell_owner
from idp.oidc import ending
from idp.oidc.ending import Ended
from idp.wiring import Services

# RFC 8176: proof of possession by a smart card.
SMART_CARD = "sc"


def unlink(
    services: Services,
    person_id: PersonId,
    *,
    by: PersonId | None,
    reason: UnlinkReason,
    reference: str | None = None,
    now: datetime,
) -> int:
    """Unlink the card of an account, end the sign-ins that were made with it, and mail the owner.

    Returns how many sign-ins ended; tools hear of them. Raises `NotFound` where the account is gone or
    no card is linked.
    """
    with services.database.transaction() as session:
        ended = unlink_in(session, services.store, person_id, by=by, reason=reason, reference=reference, now=now)
    ending.settle(services, ended, now=now)
    return len(ended.cookie_digests)


def unlink_in(
    session: Session,
    store: EphemeralStore,
    person_id: PersonId,
    *,
    by: PersonId | None,
    reason: UnlinkReason,
    reference: str | None = None,
    now: datetime,
) -> Ended:
    """Do the same in the caller's transaction, after which `ending.settle` is due with what this returns."""
    identity_card.unlink(session, person_id, by=by, reason=reason, reference=reference, now=now)
    ended = ending.end_signed_in_by(session, store, person_id=person_id, means=SMART_CARD, now=now)
    tell_owner(session, person_id, "eid-unlinked", now=now)
    event("eid_unlinked", person_id=person_id, reason=reason.value)
    return ended
