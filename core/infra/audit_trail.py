"""Reading the audit trail, newest first: of one person, who did or to whom was done; of one organisation."""

from collections.abc import Collection, Mapping, Sequence
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
    theirs = or_(AuditRow.actor_id == person_id, AuditRow.subject_id == person_id)
    earlier = _before(session, theirs, before)
    # Two statements, each along an index; one with OR would have the database sort all of them.
    own = [_some(session, AuditRow.actor_id == person_id, earlier, limit + 1)]
    own.append(_some(session, AuditRow.subject_id == person_id, earlier, limit + 1))
    rows = {row.id: row for part in own for row in part}
    return _stretch(sorted(rows.values(), key=lambda row: (row.at, row.id), reverse=True), limit)


def trail_of_organisation(
    session: Session,
    organisation_id: str,
    *,
    only: Collection[str] | None = None,
    but: Collection[str] = (),
    people: Collection[str] | None = None,
    before: str | None = None,
    limit: int,
) -> Stretch:
    """Return up to `limit` deeds that concern an organisation and come before another one of its own.

    `only` and `but` choose among actions, `people` those whom a deed must be of or about. An unknown
    `before` begins with the newest. One statement, and one for `before`.
    """
    its = AuditRow.organisation_id == organisation_id
    chosen = its & AuditRow.action.not_in(sorted(but))
    if only is not None:
        chosen &= AuditRow.action.in_(sorted(only))
    if people is not None:
        wanted = sorted(people)
        chosen &= or_(AuditRow.actor_id.in_(wanted), AuditRow.subject_id.in_(wanted))
    return _stretch(_some(session, chosen, _before(session, its, before), limit + 1), limit)


def _stretch(newest: Sequence[AuditRow], limit: int) -> Stretch:
    deeds = tuple(map(_deed, newest[:limit]))
    return Stretch(deeds, deeds[-1].id if len(newest) > limit else None)


def _before(session: Session, theirs: ColumnElement[bool], deed_id: str | None) -> ColumnElement[bool] | None:
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
