"""Putting a tool into the catalogue, and changing what a usage needs (S2)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.accreditations.holders import canonical_kinds
from core.infra import audit
from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.infra.localised import Localised
from core.people.identifiers import PersonId
from core.staff.reasons import Reason
from core.tools import requirements
from core.tools.errors import InvalidRequirement, UnknownRole
from core.tools.identifiers import ToolId
from core.tools.requirements import AccreditationNeeded, AllOf, AnyOf, MandateNeeded, Need, Requirement
from core.tools.tables import RequirementRow, RoleRow, TermsRow, ToolRow, UsageRow


@dataclass(frozen=True, slots=True)
class NewRole:
    """A role of a tool and the permissions it stands for."""

    code: str
    name: Localised
    entitlements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewUsage:
    """A way of using a tool; `default_role` goes to whoever registers it."""

    code: str
    name: Localised
    requirement: Requirement
    default_role: str


@dataclass(frozen=True, slots=True)
class NewTerms:
    """A version of a tool's terms and where it can be read."""

    version: str
    url: str


@dataclass(frozen=True, slots=True)
class NewTool:
    """A tool as its publisher describes it; the kinds are those its tokens may speak of."""

    code: str
    name: Localised
    description: Localised
    purpose: Localised
    publisher: str
    support_address: str
    home_url: str | None
    logo_url: str | None = None
    accreditation_kinds: tuple[str, ...] = ()
    roles: tuple[NewRole, ...] = ()
    usages: tuple[NewUsage, ...] = ()
    terms: tuple[NewTerms, ...] = ()


def publish(session: Session, tool: NewTool, *, by: PersonId | None, now: datetime) -> ToolId:
    """Add a tool with its roles, usages and terms.

    Raises `UnknownKind`, `InvalidRequirement` for a requirement that names terms the tool has not
    or a kind it did not declare, and `UnknownRole` for a default role it has not.
    """
    tool_id = ToolId(new_id("tol"))
    kinds = canonical_kinds(session, tool.accreditation_kinds)
    session.add(_tool_row(tool_id, tool, kinds, now))
    session.flush()
    session.add_all(
        TermsRow(tool_id=tool_id, version=terms.version, url=terms.url, published_at=now) for terms in tool.terms
    )
    session.add_all(_role_row(tool_id, position, role) for position, role in enumerate(tool.roles))
    session.flush()
    for position, usage in enumerate(tool.usages):
        if usage.default_role not in {role.code for role in tool.roles}:
            raise UnknownRole(tool=tool.code, role=usage.default_role)
        session.add(_usage_row(tool_id, position, usage))
        session.flush()
        set_requirement(session, tool_id, usage.code, usage.requirement, applies_from=now, by=by, now=now)
    audit.record(session, action="tool-published", actor_id=by, subject_id=tool_id, now=now)
    return tool_id


def set_requirement(
    session: Session,
    tool_id: ToolId,
    usage: str,
    requirement: Requirement,
    *,
    applies_from: datetime,
    by: PersonId | None,
    why: Reason | None = None,
    now: datetime,
) -> int:
    """Give a usage a new version of what it needs, from a moment on, and return its number.

    `why` is there where somebody of the staff does it. Raises `NotFound`, `UnknownKind`, `InvalidRequirement`.
    """
    if session.get(UsageRow, (tool_id, usage)) is None:
        raise NotFound(tool=tool_id, usage=usage)
    tool = session.get_one(ToolRow, tool_id)
    stored = _with_canonical_kinds(session, requirement)
    if undeclared := stored.kinds() - set(tool.accreditation_kinds):
        raise InvalidRequirement(problem="kinds not declared", kinds=" ".join(sorted(undeclared)))
    if stored.terms is not None and session.get(TermsRow, (tool_id, stored.terms)) is None:
        raise InvalidRequirement(problem="no such terms", terms=stored.terms)
    mine = (RequirementRow.tool_id == tool_id) & (RequirementRow.usage == usage)
    version = 1 + (session.scalar(select(func.max(RequirementRow.version)).where(mine)) or 0)
    text = requirements.to_text(stored)
    session.add(
        RequirementRow(
            tool_id=tool_id,
            usage=usage,
            version=version,
            requirement=text,
            applies_from=applies_from,
            # Nobody has registered what is new: there is nobody to tell and nothing to judge.
            announced_at=now if version == 1 else None,
            applied_at=now if version == 1 else None,
        )
    )
    session.flush()
    audit.record(
        session,
        action="tool-requirement-set",
        actor_id=by,
        subject_id=tool_id,
        details={"usage": usage, "version": version, **({} if why is None else why.details())},
        now=now,
    )
    return version


def begin_requirement(session: Session, tool_id: ToolId, usage: str, *, now: datetime) -> None:
    """Let a new usage need nothing until somebody says what; nobody can have registered it before."""
    session.add(
        RequirementRow(
            tool_id=tool_id,
            usage=usage,
            version=1,
            requirement=requirements.to_text(Requirement()),
            applies_from=now,
            announced_at=now,
            applied_at=now,
        )
    )
    session.flush()


def move_home(session: Session, tool_id: ToolId, home_url: str | None, *, terms: Iterable[NewTerms] = ()) -> None:
    """Change the address at which a tool, and its terms, are found; raises `NotFound`."""
    tool = session.get(ToolRow, tool_id)
    if tool is None:
        raise NotFound(tool=tool_id)
    tool.home_url = home_url
    for known in terms:
        row = session.get(TermsRow, (tool_id, known.version))
        if row is None:
            raise NotFound(tool=tool_id, terms=known.version)
        row.url = known.url


def _with_canonical_kinds(session: Session, requirement: Requirement) -> Requirement:
    codes = sorted(requirement.kinds())
    known = {code: canonical_kinds(session, (code,))[0] for code in codes}

    def renamed(need: Need) -> Need:
        match need:
            case AccreditationNeeded(kind, lists, columns):
                return AccreditationNeeded(known[kind], lists, columns)
            case AllOf(parts):
                return AllOf(tuple(renamed(part) for part in parts))
            case AnyOf(parts):
                return AnyOf(tuple(renamed(part) for part in parts))
            case MandateNeeded():
                return need

    return replace(requirement, register=renamed(requirement.register), use=renamed(requirement.use))


def _tool_row(tool_id: ToolId, tool: NewTool, kinds: Iterable[str], now: datetime) -> ToolRow:
    return ToolRow(
        id=tool_id,
        code=tool.code,
        **_columns("name", tool.name),
        **_columns("description", tool.description),
        **_columns("purpose", tool.purpose),
        publisher=tool.publisher,
        support_address=tool.support_address,
        home_url=tool.home_url,
        logo_url=tool.logo_url,
        accreditation_kinds=list(kinds),
        created_at=now,
    )


def _role_row(tool_id: ToolId, position: int, role: NewRole) -> RoleRow:
    return RoleRow(
        tool_id=tool_id,
        code=role.code,
        **_columns("name", role.name),
        entitlements=list(role.entitlements),
        position=position,
    )


def _usage_row(tool_id: ToolId, position: int, usage: NewUsage) -> UsageRow:
    return UsageRow(
        tool_id=tool_id,
        code=usage.code,
        **_columns("name", usage.name),
        default_role=usage.default_role,
        position=position,
    )


def _columns(name: str, text: Localised) -> dict[str, str]:
    return {f"{name}_nl": text.nl, f"{name}_fr": text.fr, f"{name}_en": text.en}
