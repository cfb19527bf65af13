"""How one member stands to every registration of their organisation, for the pages about employees (O6, T3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.infra.kept_query import KeptQuery, Row
from core.infra.localised import Localised
from core.infra.statements import Queryable
from core.organisations.identifiers import MembershipId
from core.organisations.tables import MembershipRow
from core.tools import situations
from core.tools.access_states import Decided, JudgedAccess, judge
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.states import RegistrationStatus
from core.tools.tables import RegistrationRow, RoleRow, ToolRow


@dataclass(frozen=True, slots=True)
class ToolRole:
    """A role that can be given in a tool."""

    code: str
    name: Localised


@dataclass(frozen=True, slots=True)
class EmployeeAccess:
    """One registration as one member stands to it; `decided` is what a form has to carry as seen.

    `is_suspended`: the registration rests for everybody.
    """

    registration_id: RegistrationId
    tool_id: ToolId
    tool_code: str
    tool_name: Localised
    logo_url: str | None
    home_url: str | None
    usage: str
    usage_name: Localised
    default_role: str
    is_suspended: bool
    decided: Decided
    judged: JudgedAccess
    role_name: Localised | None
    roles: tuple[ToolRole, ...]


def employee_access(session: Session, membership_id: MembershipId, *, now: datetime) -> tuple[EmployeeAccess, ...]:
    """Return how a member stands to each registration, by tool and usage; two statements.

    Also for somebody who waits for confirmation, so that a manager sees beforehand what they lack.
    """
    roles = roles_by_tool(session, _tools_of(membership_id))
    return tuple(sorted(_all(session, membership_id, roles, now), key=_order))


def judged_registrations(
    session: Queryable, membership_id: MembershipId, *, now: datetime
) -> Mapping[RegistrationId, JudgedAccess]:
    """Return how a member stands to each registration of their organisation; one statement."""
    return {
        RegistrationId(rows[0]["registration_id"]): judge(situations.read(rows), now=now)
        for rows in _by_registration(session, membership_id, now)
    }


def roles_by_tool(session: Session, tools: Any) -> Mapping[str, tuple[ToolRole, ...]]:
    """Return the roles of the tools selected by identifier, in their order; one statement."""
    of_tools = select(RoleRow).where(RoleRow.tool_id.in_(tools))
    rows = session.scalars(of_tools.order_by(RoleRow.tool_id, RoleRow.position))
    return {
        tool: tuple(ToolRole(row.code, Localised(row.name_nl, row.name_fr, row.name_en)) for row in group)
        for tool, group in groupby(rows, key=lambda row: row.tool_id)
    }


def roles_of(session: Session, tool_id: ToolId) -> tuple[ToolRole, ...]:
    """Return the roles of one tool, in their order; one statement."""
    return roles_by_tool(session, (tool_id,)).get(tool_id, ())


def _tools_of(membership_id: MembershipId) -> Any:
    organisation = select(MembershipRow.organisation_id).where(MembershipRow.id == membership_id).scalar_subquery()
    return select(RegistrationRow.tool_id).where(
        RegistrationRow.organisation_id == organisation, RegistrationRow.status != RegistrationStatus.ENDED.value
    )


def _all(
    session: Queryable, membership_id: MembershipId, roles: Mapping[str, tuple[ToolRole, ...]], now: datetime
) -> Iterator[EmployeeAccess]:
    for rows in _by_registration(session, membership_id, now):
        row, situation = rows[0], situations.read(rows)
        role = row["role"]
        yield EmployeeAccess(
            registration_id=RegistrationId(row["registration_id"]),
            tool_id=ToolId(row["tool_id"]),
            tool_code=row["tool_code"],
            tool_name=Localised(row["tool_nl"], row["tool_fr"], row["tool_en"]),
            logo_url=row["logo_url"],
            home_url=row["home_url"],
            usage=row["usage"],
            usage_name=Localised(row["usage_nl"], row["usage_fr"], row["usage_en"]),
            default_role=row["default_role"],
            is_suspended=situation.registration is RegistrationStatus.SUSPENDED,
            decided=Decided.of(row["access"], row["role"]),
            judged=judge(situation, now=now),
            role_name=None if role is None else Localised(row["role_nl"], row["role_fr"], row["role_en"]),
            roles=roles.get(row["tool_id"], ()),
        )


def _by_registration(session: Queryable, membership_id: MembershipId, now: datetime) -> Iterator[tuple[Row, ...]]:
    rows = _OF_A_MEMBER.rows(session, {"membership_id": membership_id, "now": now})
    for _, found in groupby(rows, key=lambda row: str(row["registration_id"])):
        yield tuple(found)


def _order(found: EmployeeAccess) -> tuple[str, str, str]:
    return (found.tool_name.en.casefold(), found.tool_id, found.usage)


_tool = ToolRow.__table__.c
_OF_A_MEMBER = KeptQuery(
    situations.situations(
        *(_tool[f"name_{language}"].label(f"tool_{language}") for language in ("nl", "fr", "en")),
        *(_tool.logo_url, _tool.home_url),
        situations.DEFAULT_ROLE,
    )
    .where(
        MembershipRow.__table__.c.id == bindparam("membership_id"),
        RegistrationRow.__table__.c.status != RegistrationStatus.ENDED.value,
    )
    .order_by(RegistrationRow.__table__.c.id, situations.OWN_ID)
)
