"""Removes accounts that were made and never activated: a mistyped address, a robot, a change of mind (A5)."""

from datetime import datetime

from core.closing.person import ErasureCause, NeedsManager
from core.infra.errors import NotFound
from core.people.activation import InUse, never_activated
from core.people.identifiers import PersonId
from idp.account.erasure import erase
from idp.wiring import Services


def remove_never_activated(services: Services, *, now: datetime) -> int:
    """Remove them, each in a transaction of its own, and return how many; nobody is mailed.

    What rests on such an account keeps it: somebody made it a member of their organisation, say.
    """
    removed, last = 0, None
    while portion := _next(services, last, now):
        removed += sum(_is_removed(services, person_id, now) for person_id in portion)
        last = portion[-1]
    return removed


def _next(services: Services, after: PersonId | None, now: datetime) -> tuple[PersonId, ...]:
    with services.database.reading() as session:
        return never_activated(session, now=now, after=after)


def _is_removed(services: Services, person_id: PersonId, now: datetime) -> bool:
    try:
        erase(services, person_id, by=None, cause=ErasureCause.NEVER_ACTIVATED, only_if_unused=True, now=now)
    except (InUse, NeedsManager, NotFound):
        return False
    return True
