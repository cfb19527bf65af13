"""Accepting newer terms of a tool for an organisation that has registered it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import NotFound
from core.organisations import records
from core.organisations.errors import NotManager
from core.organisations.identifiers import OrganisationId
from core.people.identifiers import PersonId
from core.tools import announcements
from core.tools.catalogue import usage_requirements
from core.tools.errors import TermsNotAccepted
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.states import RegistrationStatus
from core.tools.tables import RegistrationRow
from core.tools.upcoming import upcoming_requirements


def accept(session: Session, registration_id: RegistrationId, version: str, *, by: PersonId, now: datetime) -> None:
    """Accept a version of the terms: the one that counts now, or the one that will from a day on.

    What was closed for want of it can be used again. Raises `NotFound`, `NotManager`, and
    `TermsNotAccepted` for any other version: the terms changed meanwhile.
    """
    row = session.scalars(
        select(RegistrationRow)
        .where(RegistrationRow.id == registration_id, RegistrationRow.status != RegistrationStatus.ENDED.value)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(registration=registration_id)
    organisation_id, tool_id = OrganisationId(row.organisation_id), ToolId(row.tool_id)
    member = records.live_of(session, by, organisation_id)
    if member is None or not member.is_manager_of(organisation_id):
        raise NotManager(organisation=organisation_id)
    if version in (row.terms_version, row.next_terms_version):
        return
    needed = usage_requirements(session, tool_id, row.usage, now=now)
    upcoming = upcoming_requirements(session, tool_id, now=now).get(row.usage)
    if needed is not None and needed.terms == version:
        row.terms_version = version
    elif upcoming is not None and upcoming.terms == version:
        row.next_terms_version = version
    else:
        raise TermsNotAccepted(terms=None if needed is None else needed.terms)
    row.changed_at = now
    session.flush()
    announcements.tell_users(session, [row], reason="tool-terms-accepted", now=now)
    audit.record(
        session,
        action="tool-terms-accepted",
        actor_id=by,
        subject_id=row.id,
        organisation_id=organisation_id,
        details={"tool": row.tool_id, "usage": row.usage, "version": version},
        now=now,
    )
