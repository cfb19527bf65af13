"""Asking for one's account to go, and thinking better of it (A15): fourteen days lie between."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import NotFound, RuleError
from core.people.identifiers import PersonId
from core.people.rules import PersonStatus
from core.people.tables import PersonRow

WAITING = timedelta(days=14)
# What could not be done when it was due is tried again, and the person is reminded once a week.
TRIED_AGAIN_AFTER = timedelta(days=1)
_REMINDED_EVERY_DAYS = 7

_LIVING = PersonRow.status != PersonStatus.ANONYMISED.value


class NotDue(RuleError):
    """The person undid their request, or its time has not come."""

    code = "erasure-not-due"


@dataclass(frozen=True, slots=True)
class Leaving:
    """When the person asked, and when the account goes unless they undo that."""

    requested_at: datetime
    due_at: datetime

    @property
    def is_held_up(self) -> bool:
        """Tell whether it was due already and could not be done."""
        return self.due_at > self.requested_at + WAITING

    def is_to_be_told(self, now: datetime) -> bool:
        """Tell whether today the person is told that it cannot be done yet: at first, then weekly."""
        return (now - self.requested_at - WAITING).days % _REMINDED_EVERY_DAYS == 0


def standing(session: Session | Connection, person_id: PersonId) -> Leaving | None:
    """Return what the person asked for; None where they did not, or undid it."""
    asked = select(PersonRow.erasure_requested_at, PersonRow.erasure_due_at).where(PersonRow.id == person_id)
    row = session.execute(asked).one_or_none()
    return None if row is None or row[0] is None or row[1] is None else Leaving(row[0], row[1])


def request(session: Session, person_id: PersonId, *, by: PersonId | None = None, now: datetime) -> Leaving | None:
    """Note that the account is to go, and return when; None where that was asked before.

    `by` is who does it for the person, where they do not do it themselves. Raises `NotFound`.
    """
    row = _locked(session, person_id)
    if row.erasure_requested_at is not None:
        return None
    asked = Leaving(now, now + WAITING)
    row.erasure_requested_at, row.erasure_due_at = asked.requested_at, asked.due_at
    audit.record(session, action="erasure-requested", actor_id=by or person_id, subject_id=person_id, now=now)
    return asked


def undo(session: Session, person_id: PersonId, *, by: PersonId | None = None, now: datetime) -> bool:
    """Let the account stay; False where nobody asked for anything else. `by` as above; raises `NotFound`."""
    row = _locked(session, person_id)
    if row.erasure_requested_at is None:
        return False
    row.erasure_requested_at, row.erasure_due_at = None, None
    audit.record(session, action="erasure-undone", actor_id=by or person_id, subject_id=person_id, now=now)
    return True


def due(session: Session | Connection, *, now: datetime) -> tuple[PersonId, ...]:
    """Return whose account is to go now, those first who waited longest."""
    waiting = select(PersonRow.id).where(_LIVING, PersonRow.erasure_due_at <= now)
    return tuple(PersonId(found) for (found,) in session.execute(waiting.order_by(PersonRow.erasure_due_at)))


def require_due(session: Session, person_id: PersonId, *, now: datetime) -> None:
    """Raise `NotDue` unless the account is to go now; to be asked once its row is locked."""
    asked = standing(session, person_id)
    if asked is None or asked.due_at > now:
        raise NotDue(person=person_id)


def hold_living(session: Session, person_id: PersonId) -> bool:
    """Tell whether the account is there, and keep it from going before the caller's transaction ends."""
    living = select(PersonRow.id).where(PersonRow.id == person_id, _LIVING)
    return session.scalars(living.with_for_update(read=True, key_share=True)).first() is not None


def try_again_later(session: Session, person_id: PersonId, *, now: datetime) -> None:
    """Put off what could not be done; nothing where the person undid it meanwhile."""
    row = _locked(session, person_id)
    if row.erasure_requested_at is not None:
        row.erasure_due_at = now + TRIED_AGAIN_AFTER


def _locked(session: Session, person_id: PersonId) -> PersonRow:
    row = session.scalars(
        select(PersonRow)
        .where(PersonRow.id == person_id, _LIVING)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(person=person_id)
    return row
