"""Reading the audit trail of one person: what they did, and what was done to them. Newest first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core.infra.audit import AuditRow, Detail


@dataclass(frozen=True, slots=True)
class Deed:
    """One row of the trail; `actor_id` is None where the product or the helpdesk acted."""

    id: str
    at: datetime
    action: str
    actor_id: str | None
    subject_id: str | None
    organisation_id: str | None
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some deeds, newest first; `older_from` is the deed before which the next ones come, None at the end."""

    deeds: tuple[Deed, ...]
    older_from: str | None


def trail_of(session: Session, person_id: str, *, before: str | None = None, limit: int) -> Stretch:
    """Return up to `limit` deeds of or about a person that come before another one of theirs.

    An unknown `before` begins with the newest.
    """
    earlier = _before(session, person_id, before)
    # Two statements, each along an index; one with OR would have the database sort all of them.
    own = [_some(session, AuditRow.actor_id == person_id, earlier, limit + 1)]
    own.append(_some(session, AuditRow.subject_id == person_id, earlier, limit + 1))
    rows = {row.id: row for part in own for row in part}
    newest = sorted(rows.values(), key=lambda row: (row.at, row.id), reverse=True)
    deeds = tuple(map(_deed, newest[:limit]))
    return Stretch(deeds, deeds[-1].id if len(newest) > limit else None)


def _before(session: Session, person_id: str, deed_id: str | None) -> ColumnElement[bool] | None:
    theirs = or_(AuditRow.actor_id == person_id, AuditRow.subject_id == person_id)
    # No column takes what is not printable.
    is_possible = deed_id is not None and deed_id.isprintable()
    found = None if not is_possible else session.scalars(select(AuditRow).where(AuditRow.id == deed_id, theirs)).first()
    if found is None:
        return None
    return or_(AuditRow.at < found.at, (AuditRow.at == found.at) & (AuditRow.id < found.id))


def _some(
    session: Session, whose: ColumnElement[bool], earlier: ColumnElement[bool] | None, limit: int
) -> list[AuditRow]:
    statement = select(AuditRow).where(whose).order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit)
    return list(session.scalars(statement if earlier is None else statement.where(earlier)))


def _deed(row: AuditRow) -> Deed:
    return Deed(row.id, row.at, row.action, row.actor_id, row.subject_id, row.organisation_id, row.details)
