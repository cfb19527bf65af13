"""Organisations that need the helpdesk: disputed, without a manager, or of a company that has stopped."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from core.closing.helpdesk_organisation import days_left
from core.organisations.identifiers import OrganisationId
from core.organisations.states import DisputeState
from core.organisations.tables import DisputeRow, OrganisationRow

PAGE = 20
# Word for word that of the index.
_NOT_ACTIVE = text("organisation.status <> 'active'")


class Concern(StrEnum):
    """Why an organisation is on a list of the helpdesk."""

    OWNERLESS = "ownerless"
    DISPUTED = "disputed"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of such a list; `since` is when it began, `days_left` until the tools rest."""

    id: OrganisationId
    name: str
    company_number: str
    since: datetime | None
    days_left: int | None
    mark: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of such a list; `after` begins the next one."""

    shown: tuple[Listed, ...]
    after: str | None


def listing(session: Session, concern: Concern, *, after: str | None = None, now: datetime) -> Listing:
    """Return a page of the organisations that need help for one reason, the oldest case first; one statement."""
    if concern is Concern.DISPUTED:
        return _disputed(session, after, now)
    row = OrganisationRow
    statement = select(
        *(row.id, row.name, row.company_number, row.ownerless_since, row.company_stopped_at, row.updated_at),
    ).where(_NOT_ACTIVE, row.status == concern.value)
    if after is not None:
        statement = statement.where(row.id > after)
    rows = session.execute(statement.order_by(row.id).limit(PAGE + 1)).all()
    shown = tuple(_listed(found, concern, now) for found in rows[:PAGE])
    return Listing(shown, shown[-1].mark if len(rows) > PAGE else None)


def _disputed(session: Session, after: str | None, now: datetime) -> Listing:
    statement = (
        select(OrganisationRow.id, OrganisationRow.name, OrganisationRow.company_number)
        .add_columns(DisputeRow.id.label("dispute"), DisputeRow.opened_at, OrganisationRow.ownerless_since)
        .join(OrganisationRow, OrganisationRow.id == DisputeRow.organisation_id)
        .where(DisputeRow.state == DisputeState.OPEN.value)
    )
    if after is not None:
        statement = statement.where(DisputeRow.id > after)
    rows = session.execute(statement.order_by(DisputeRow.id).limit(PAGE + 1)).all()
    shown = tuple(
        Listed(
            id=OrganisationId(row.id),
            name=row.name,
            company_number=row.company_number,
            since=row.opened_at,
            days_left=days_left(row.ownerless_since, now),
            mark=row.dispute,
        )
        for row in rows[:PAGE]
    )
    return Listing(shown, shown[-1].mark if len(rows) > PAGE else None)


def _listed(row: Row[*tuple[Any, ...]], concern: Concern, now: datetime) -> Listed:
    since = {
        Concern.OWNERLESS: row.ownerless_since,
        Concern.CLOSING: row.company_stopped_at,
        Concern.CLOSED: row.updated_at,
    }
    return Listed(
        id=OrganisationId(row.id),
        name=row.name,
        company_number=row.company_number,
        since=since[concern],
        days_left=days_left(row.ownerless_since, now) if concern is Concern.OWNERLESS else None,
        mark=row.id,
    )
