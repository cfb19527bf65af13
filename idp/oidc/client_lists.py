"""Clients as operators and their own developers list them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from core.people.identifiers import PersonId
from idp.oidc.tables import ClientRow

PAGE = 50


@dataclass(frozen=True, slots=True)
class ListedClient:
    """A client in a list; `owner_id` is None where an operator registered it."""

    client_id: str
    name: str
    profile: str
    tool_id: str | None
    owner_id: PersonId | None
    enabled: bool
    version: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which clients: by a part of name or identifier, by owner, enabled or not; None: any. Pages begin with 1."""

    search: str | None = None
    owner_id: PersonId | None = None
    enabled: bool | None = None
    page: int = 1


def listed(session: Session, wanted: Wanted) -> tuple[tuple[ListedClient, ...], int]:
    """Return one page of the wanted clients by identifier, and how many there are in all."""
    conditions = _conditions(wanted)
    name = ClientRow.metadata_["client_name"].as_string()
    rows = session.execute(
        select(ClientRow, name.label("name"))
        .where(*conditions)
        .order_by(ClientRow.client_id)
        .limit(PAGE)
        .offset((wanted.page - 1) * PAGE)
    ).all()
    count = session.execute(select(func.count()).select_from(ClientRow).where(*conditions)).scalar_one()
    return tuple(_listed(row.ClientRow, row.name) for row in rows), count


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.search:
        name = ClientRow.metadata_["client_name"].as_string()
        found.append(
            or_(
                ClientRow.client_id.icontains(wanted.search, autoescape=True),
                name.icontains(wanted.search, autoescape=True),
            )
        )
    if wanted.owner_id is not None:
        found.append(ClientRow.owner_id == wanted.owner_id)
    if wanted.enabled is not None:
        found.append(ClientRow.enabled.is_(wanted.enabled))
    return found


def _listed(row: ClientRow, name: str | None) -> ListedClient:
    return ListedClient(
        client_id=row.client_id,
        name=name or row.client_id,
        profile=str(row.policy.get("profile", "oidc")),
        tool_id=row.tool_id,
        owner_id=None if row.owner_id is None else PersonId(row.owner_id),
        enabled=row.enabled,
        version=row.version,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
