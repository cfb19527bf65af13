"""The catalogue of tools, for pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from sqlalchemy import Connection, and_, bindparam, func, select
from sqlalchemy.orm import Session

from core.infra.kept_query import KeptQuery, Row
from core.infra.localised import Localised
from core.infra.statements import Queryable
from core.tools import requirements
from core.tools.identifiers import ToolId
from core.tools.requirements import Requirement
from core.tools.tables import RequirementRow, TermsRow, ToolRow, UsageRow


@dataclass(frozen=True, slots=True)
class UsageFacts:
    """One way of using a tool, and what it needs now; `terms_url` where it has terms."""

    code: str
    name: Localised
    default_role: str
    requirement: Requirement
    terms_version: str | None
    terms_url: str | None


@dataclass(frozen=True, slots=True)
class ToolFacts:
    """What pages say about a tool; nobody can register one that is retired.

    `terms_version` is that of the first usage with terms: the version stands with each usage.
    """

    id: ToolId
    code: str
    name: Localised
    description: Localised
    purpose: Localised
    publisher: str
    support_address: str
    home_url: str | None
    logo_url: str | None
    accreditation_kinds: tuple[str, ...]
    usages: tuple[UsageFacts, ...]
    is_retired: bool = False

    @property
    def terms_version(self) -> str | None:
        """Return the version of the terms that come with the tool, if it has any."""
        return next((usage.terms_version for usage in self.usages if usage.terms_version), None)

    @property
    def terms_url(self) -> str | None:
        """Return where these terms can be read."""
        return next((usage.terms_url for usage in self.usages if usage.terms_version), None)

    def usage(self, code: str) -> UsageFacts | None:
        """Return one usage."""
        return next((usage for usage in self.usages if usage.code == code), None)


def tool_facts(session: Queryable, tool_id: ToolId, *, now: datetime) -> ToolFacts | None:
    """Return a tool with its usages as they are now; None if there is no such tool."""
    rows = _TOOL.rows(session, {"tool_id": tool_id, "now": now})
    if not rows:
        return None
    tool = rows[0]
    terms = {row["terms_version"]: row["terms_url"] for row in rows}
    # Each usage stands beside each version of the terms.
    usages = {row["usage_code"]: row for row in rows if row["requirement"] is not None}
    return ToolFacts(
        id=ToolId(tool["id"]),
        code=tool["code"],
        name=_localised(tool, "name"),
        description=_localised(tool, "description"),
        purpose=_localised(tool, "purpose"),
        publisher=tool["publisher"],
        support_address=tool["support_address"],
        home_url=tool["home_url"],
        logo_url=tool["logo_url"],
        accreditation_kinds=tuple(tool["accreditation_kinds"]),
        usages=tuple(_usage(row, terms) for row in usages.values()),
        is_retired=tool["retired_at"] is not None,
    )


def tool_by_code(session: Session | Connection, code: str) -> ToolId | None:
    """Return the tool with this code, such as `cadastrefinder`."""
    found = session.scalar(select(ToolRow.__table__.c.id).where(ToolRow.__table__.c.code == code))
    return None if found is None else ToolId(found)


def code_of(session: Session, tool_id: str) -> str:
    """Return the code of a tool, empty for one that is not there."""
    return session.scalar(select(ToolRow.code).where(ToolRow.id == tool_id)) or ""


def tool_codes(session: Session | Connection) -> frozenset[str]:
    """Return the codes of all tools of the catalogue."""
    return frozenset(session.execute(select(ToolRow.code)).scalars())


def listed_tools(session: Session | Connection) -> tuple[tuple[str, Localised], ...]:
    """Return code and name of all tools of the catalogue, by code."""
    rows = session.execute(select(ToolRow.code, ToolRow.name_nl, ToolRow.name_fr, ToolRow.name_en))
    found = ((row.code, Localised(row.name_nl, row.name_fr, row.name_en)) for row in rows)
    return tuple(sorted(found, key=itemgetter(0)))


def usage_requirements(
    session: Session | Connection, tool_id: ToolId, usage: str, *, now: datetime
) -> Requirement | None:
    """Return what a usage needs at a moment; None if there is no such usage."""
    rows = session.execute(_USAGES, {"tool_id": tool_id, "now": now}).mappings()
    return next((requirements.parse(row["requirement"]) for row in rows if row["code"] == usage), None)


def _localised(row: Row, name: str) -> Localised:
    return Localised(row[f"{name}_nl"], row[f"{name}_fr"], row[f"{name}_en"])


def _usage(row: Row, terms: Mapping[str, str]) -> UsageFacts:
    requirement = requirements.parse(row["requirement"])
    return UsageFacts(
        code=row["usage_code"],
        name=_localised(row, "usage_name"),
        default_role=row["default_role"],
        requirement=requirement,
        terms_version=requirement.terms,
        terms_url=None if requirement.terms is None else terms[requirement.terms],
    )


_tool = ToolRow.__table__
_usages = UsageRow.__table__
_terms = TermsRow.__table__
_requirements = RequirementRow.__table__
_version = _requirements.alias("version")
_in_force = (
    select(func.max(_version.c.version))
    .where(
        _version.c.tool_id == _usages.c.tool_id,
        _version.c.usage == _usages.c.code,
        _version.c.applies_from <= bindparam("now", type_=_version.c.applies_from.type),
    )
    .correlate(_usages)
    .scalar_subquery()
)
_current = and_(
    _requirements.c.tool_id == _usages.c.tool_id,
    _requirements.c.usage == _usages.c.code,
    _requirements.c.version == _in_force,
)
_TOOL = KeptQuery(
    select(
        *(column for column in _tool.c if column.name not in ("created_at", "version")),
        _usages.c.code.label("usage_code"),
        *(_usages.c[f"name_{language}"].label(f"usage_name_{language}") for language in ("nl", "fr", "en")),
        *(_usages.c.default_role, _requirements.c.requirement),
        *(_terms.c.version.label("terms_version"), _terms.c.url.label("terms_url")),
    )
    .select_from(
        _tool.outerjoin(_usages, _usages.c.tool_id == _tool.c.id)
        .outerjoin(_requirements, _current)
        .outerjoin(_terms, _terms.c.tool_id == _tool.c.id)
    )
    .where(_tool.c.id == bindparam("tool_id"))
    .order_by(_usages.c.position)
)
_USAGES = (
    select(_usages, _requirements.c.requirement)
    .select_from(_usages.join(_requirements, _current))
    .where(_usages.c.tool_id == bindparam("tool_id"))
    .order_by(_usages.c.position)
)
