"""Writing the description of a tool into its tables: what is new, what changed, what goes."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.accreditations.holders import canonical_kinds
from core.infra.localised import Localised
from core.tools import publishing, requirements
from core.tools.description import Description
from core.tools.errors import StillInUse, UnknownRole
from core.tools.identifiers import ToolId
from core.tools.tables import AccessRow, RegistrationRow, RequirementRow, RoleRow, TermsRow, ToolRow, UsageRow


def write_texts(session: Session, row: ToolRow, described: Description) -> None:
    """Write the texts of a tool into its row; raise `UnknownKind`."""
    for name in ("name", "description", "purpose"):
        _write_localised(row, name, getattr(described, name))
    row.publisher, row.support_address = described.publisher, described.support_address
    row.home_url, row.logo_url = described.home_url, described.logo_url
    row.accreditation_kinds = list(canonical_kinds(session, described.accreditation_kinds))


def write_parts(session: Session, row: ToolRow, before: Description, after: Description, now: datetime) -> None:
    """Write roles, terms and usages, in the order in which they need each other.

    Raises `UnknownRole`, and `StillInUse` for one to be removed that somebody has or needs.
    """
    codes = {role.code for role in after.roles}
    for usage in after.usages:
        if usage.default_role not in codes:
            raise UnknownRole(tool=row.code, role=usage.default_role)
    _require_unused(session, row, before, after)
    for position, role in enumerate(after.roles):
        found = session.get(RoleRow, (row.id, role.code)) or RoleRow(tool_id=row.id, code=role.code)
        _write_localised(found, "name", role.name)
        found.entitlements, found.position = list(role.entitlements), position
        session.add(found)
    for terms in after.terms:
        one = session.get(TermsRow, (row.id, terms.version))
        if one is None:
            session.add(TermsRow(tool_id=row.id, version=terms.version, url=terms.url, published_at=now))
        else:
            one.url = terms.url
    session.flush()
    for position, usage in enumerate(after.usages):
        is_new = session.get(UsageRow, (row.id, usage.code)) is None
        kept = session.get(UsageRow, (row.id, usage.code)) or UsageRow(tool_id=row.id, code=usage.code)
        _write_localised(kept, "name", usage.name)
        kept.default_role, kept.position = usage.default_role, position
        session.add(kept)
        session.flush()
        if is_new:
            publishing.begin_requirement(session, ToolId(row.id), usage.code, now=now)
    _remove(session, row, before, after)


def _remove(session: Session, row: ToolRow, before: Description, after: Description) -> None:
    for usage in set(_usage_codes(before)) - set(_usage_codes(after)):
        mine = (RequirementRow.tool_id == row.id) & (RequirementRow.usage == usage)
        for needed in session.scalars(select(RequirementRow).where(mine)).all():
            session.delete(needed)
        session.flush()
        session.delete(session.get_one(UsageRow, (row.id, usage)))
        session.flush()
    for role in {one.code for one in before.roles} - {one.code for one in after.roles}:
        session.delete(session.get_one(RoleRow, (row.id, role)))
    for version in {one.version for one in before.terms} - {one.version for one in after.terms}:
        session.delete(session.get_one(TermsRow, (row.id, version)))
    session.flush()


def _require_unused(session: Session, row: ToolRow, before: Description, after: Description) -> None:
    removed_roles = {one.code for one in before.roles} - {one.code for one in after.roles}
    removed_usages = set(_usage_codes(before)) - set(_usage_codes(after))
    removed_terms = {one.version for one in before.terms} - {one.version for one in after.terms}
    needed = [
        requirements.parse(text)
        for usage, text in session.execute(
            select(RequirementRow.usage, RequirementRow.requirement).where(RequirementRow.tool_id == row.id)
        )
        if usage not in removed_usages
    ]
    used = {role for role in removed_roles if _is_role_held(session, row.id, role)}
    used |= {role for one in needed for role, _ in one.role_min_acr if role in removed_roles}
    used |= {one.terms for one in needed if one.terms is not None and one.terms in removed_terms}
    used |= {version for version in removed_terms if _is_accepted(session, row.id, version)}
    used |= {usage for usage in removed_usages if _is_registered(session, row.id, usage)}
    kinds = set(before.accreditation_kinds) - set(after.accreditation_kinds)
    used |= {kind for one in needed for kind in one.kinds() if kind in kinds}
    if used:
        raise StillInUse(codes=" ".join(sorted(used)))


def _is_role_held(session: Session, tool_id: str, role: str) -> bool:
    held = exists().where(AccessRow.tool_id == tool_id, AccessRow.role == role)
    return bool(session.scalar(select(held)))


def _is_accepted(session: Session, tool_id: str, version: str) -> bool:
    row = RegistrationRow
    accepted = exists().where(
        row.tool_id == tool_id, (row.terms_version == version) | (row.next_terms_version == version)
    )
    return bool(session.scalar(select(accepted)))


def _is_registered(session: Session, tool_id: str, usage: str) -> bool:
    # Also one that has ended: the history of an organisation names it.
    found = exists().where(RegistrationRow.tool_id == tool_id, RegistrationRow.usage == usage)
    return bool(session.scalar(select(found)))


def _usage_codes(described: Description) -> tuple[str, ...]:
    return tuple(usage.code for usage in described.usages)


def _write_localised(row: ToolRow | RoleRow | UsageRow, name: str, text: Localised) -> None:
    for language in ("nl", "fr", "en"):
        setattr(row, f"{name}_{language}", text.text(language))
