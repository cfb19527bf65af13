"""Two accounts of one person become one (A20), as far as `core` keeps them.

Both were proven by whoever asks: see `idp.account.merging`, which ends what the other account could
sign in with, and then erases what is left of it, in the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.accreditations.tables import AccreditationRow
from core.infra import audit
from core.infra.errors import NotFound, RuleError
from core.organisations import departures
from core.organisations import merging as organisations
from core.people import departures as people_departures
from core.people import merging as people
from core.people.identifiers import PersonId
from core.tools import merging as tools
from core.wallet.control import choices as wallets


class SameAccount(RuleError):
    """Both are one and the same account."""

    code = "same-account"


@dataclass(frozen=True, slots=True)
class Gained:
    """What the account that stays will get: organisations by name."""

    organisations: tuple[str, ...]


def gained(session: Session, *, given_up: PersonId) -> Gained:
    """Return what would come with an account; nothing is changed."""
    return Gained(tuple(found.organisation_name for found in departures.departures(session, given_up)))


def take_over(session: Session, *, kept: PersonId, given_up: PersonId, now: datetime) -> None:
    """Give everything of one account to the other; nothing is left that its erasure could end.

    Raises `SameAccount`, `NotFound` where one of them is gone, `BothIdentified`, `BlockedInOne`.
    """
    if kept == given_up:
        raise SameAccount
    # Always in the same order, so that two merges the other way round wait and do not deadlock.
    for person_id in sorted((kept, given_up)):
        departures.locked(session, person_id)
    for person_id in sorted((kept, given_up)):
        if people_departures.locked(session, person_id) is None:
            raise NotFound(person=person_id)
    people.take_over(session, kept=kept, given_up=given_up, now=now)
    session.execute(update(AccreditationRow).where(AccreditationRow.person_id == given_up).values(person_id=kept))
    joined = organisations.take_over(session, kept=kept, given_up=given_up, now=now)
    tools.take_over(session, kept=kept, given_up=given_up, joined=joined, now=now)
    wallets.take_over(session, kept=kept, given_up=given_up, now=now)
    audit.record(
        session, action="accounts-merged", actor_id=kept, subject_id=kept, details={"account": given_up}, now=now
    )
