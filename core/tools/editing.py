"""How a tool is described, changed by operators as versioned data: what it was before is kept (S2).

Whoever edits says which version they saw; with another one nothing is overwritten. What usages need
is changed apart (`publishing.set_requirement`), since it counts from a day on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.people.identifiers import PersonId
from core.staff import roles
from core.staff.approvals import Act, Approved
from core.staff.reasons import Reason
from core.staff.states import StaffRole
from core.tools import publishing
from core.tools.describing import write_parts, write_texts
from core.tools.description import Description, described
from core.tools.errors import CodeTaken, ToolChangedMeanwhile
from core.tools.identifiers import ToolId
from core.tools.requirements import Requirement
from core.tools.tables import RequirementRow, ToolRow, ToolVersionRow

UNPUBLISH = Act("unpublish-tool", StaffRole.OPERATOR)


@dataclass(frozen=True, slots=True)
class EditedTool:
    """A tool as operators see it."""

    id: ToolId
    code: str
    version: int
    retired_at: datetime | None
    description: Description


def edited_tool(session: Session, code: str) -> EditedTool:
    """Return a tool by its code; raise `NotFound`. Four statements."""
    row = session.scalars(select(ToolRow).where(ToolRow.code == code)).one_or_none()
    if row is None:
        raise NotFound(tool=code)
    return EditedTool(ToolId(row.id), row.code, row.version, row.retired_at, described(session, row))


def add(session: Session, code: str, description: Description, *, by: PersonId, why: Reason, now: datetime) -> ToolId:
    """Put a new tool into the catalogue; its usages need nothing until that is set.

    Raises `NotStaff`, `CodeTaken`, `UnknownKind`.
    """
    roles.require(session, by, StaffRole.OPERATOR)
    if session.scalars(select(ToolRow.id).where(ToolRow.code == code)).first() is not None:
        raise CodeTaken(tool=code)
    row = ToolRow(id=new_id("tol"), code=code, created_at=now, version=1)
    write_texts(session, row, description)
    session.add(row)
    session.flush()
    write_parts(session, row, replace(description, roles=(), usages=(), terms=()), description, now)
    details = {"tool": code, **why.details()}
    audit.record(session, action="tool-published", actor_id=by, subject_id=row.id, details=details, now=now)
    return ToolId(row.id)


def change(
    session: Session,
    tool_id: ToolId,
    edit: Callable[[Description], Description],
    *,
    version: int,
    by: PersonId,
    why: Reason,
    now: datetime,
) -> int:
    """Describe a tool anew and return its version; the description before is kept.

    Raises `NotStaff`, `NotFound`, `ToolChangedMeanwhile`, `StillInUse`, `UnknownRole`, `UnknownKind`,
    and whatever `edit` raises.
    """
    roles.require(session, by, StaffRole.OPERATOR)
    row = session.get(ToolRow, tool_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(tool=tool_id)
    if row.version != version:
        raise ToolChangedMeanwhile(tool=row.code, version=row.version)
    before = described(session, row)
    after = edit(before)
    if after == before:
        return row.version
    session.add(
        ToolVersionRow(
            tool_id=tool_id,
            version=row.version,
            content=before.to_json(),
            replaced_at=now,
            replaced_by=by,
            reason=why.word,
            reference=why.reference,
        )
    )
    write_texts(session, row, after)
    write_parts(session, row, before, after, now)
    row.version = version + 1
    session.flush()
    details: dict[str, audit.Detail] = {"tool": row.code, "version": row.version, **why.details()}
    audit.record(session, action="tool-changed", actor_id=by, subject_id=tool_id, details=details, now=now)
    return row.version


def take_back(
    session: Session, tool_id: ToolId, to: int, *, version: int, by: PersonId, why: Reason, now: datetime
) -> int:
    """Set a former description anew, as a new version; raises as `change`, `NotFound` for no such version."""
    kept = session.get(ToolVersionRow, (tool_id, to))
    if kept is None:
        raise NotFound(tool=tool_id, version=to)
    former = Description.from_json(kept.content)
    return change(session, tool_id, lambda _now: former, version=version, by=by, why=why, now=now)


def unpublish(session: Session, approved: Approved) -> None:
    """Let nobody register a tool any more; who has it goes on. Carries out `UNPUBLISH`; raises `NotFound`."""
    row = session.scalars(select(ToolRow).where(ToolRow.code == approved.text("tool")).with_for_update()).one_or_none()
    if row is None or row.retired_at is not None:
        raise NotFound(tool=approved.text("tool"))
    row.retired_at, row.version = approved.now, row.version + 1
    _keep_version(session, row, approved)
    details = {"tool": row.code, **approved.why.details()}
    audit.record(
        session,
        action="tool-unpublished",
        actor_id=approved.asked_by,
        subject_id=row.id,
        details=details,
        now=approved.now,
    )


def publish_again(session: Session, tool_id: ToolId, *, by: PersonId, why: Reason, now: datetime) -> None:
    """Let organisations register a tool again; raises `NotStaff`, `NotFound`."""
    roles.require(session, by, StaffRole.OPERATOR)
    row = session.get(ToolRow, tool_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(tool=tool_id)
    if row.retired_at is None:
        return
    row.retired_at = None
    details = {"tool": row.code, **why.details()}
    audit.record(session, action="tool-published", actor_id=by, subject_id=tool_id, details=details, now=now)


def set_requirement(
    session: Session,
    tool_id: ToolId,
    usage: str,
    requirement: Requirement,
    *,
    last_version: int,
    applies_from: datetime,
    by: PersonId,
    why: Reason,
    now: datetime,
) -> int:
    """Give a usage a new version of what it needs; `last_version` is the last one that was seen.

    Raises `NotStaff`, `ToolChangedMeanwhile` and as `publishing.set_requirement`.
    """
    roles.require(session, by, StaffRole.OPERATOR)
    # Whoever sets another one at this moment waits here.
    session.get(ToolRow, tool_id, with_for_update=True, populate_existing=True)
    if last_requirement(session, tool_id, usage) != last_version:
        raise ToolChangedMeanwhile(tool=tool_id, usage=usage)
    made = publishing.set_requirement(
        session, tool_id, usage, requirement, applies_from=max(applies_from, now), by=by, why=why, now=now
    )
    row = session.get_one(RequirementRow, (tool_id, usage, made))
    row.set_at, row.set_by, row.reason, row.reference = now, by, why.word, why.reference
    return made


def last_requirement(session: Session, tool_id: ToolId, usage: str) -> int:
    """Return the number of the last version of what a usage needs; 0 where there is none."""
    mine = (RequirementRow.tool_id == tool_id) & (RequirementRow.usage == usage)
    versions = select(RequirementRow.version).where(mine).order_by(RequirementRow.version.desc()).limit(1)
    return session.scalars(versions).first() or 0


def _keep_version(session: Session, row: ToolRow, approved: Approved) -> None:
    session.add(
        ToolVersionRow(
            tool_id=row.id,
            version=row.version - 1,
            content=described(session, row).to_json(),
            replaced_at=approved.now,
            replaced_by=approved.asked_by,
            reason=approved.why.word,
            reference=approved.why.reference,
        )
    )
