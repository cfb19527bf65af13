"""What a usage needs changes: whom that will concern, telling them beforehand, carrying it out on its day.

`publishing.set_requirement` writes the new version. From then on `carry_out` does the rest, run
regularly: the managers hear of it in time; at its moment every registration is judged anew, and the
contexts that it no longer carries close (T6). How far it came is noted per registration.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.tables import AccreditationRow
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.db import Database
from core.organisations import letters
from core.organisations.identifiers import OrganisationId
from core.people.receivers import ValuesIn
from core.tools import access_requests, announcements, mandate_endings, requirements
from core.tools.identifiers import ToolId
from core.tools.requirement_preview import carries
from core.tools.requirements import Requirement
from core.tools.states import RegistrationStatus
from core.tools.tables import MandateRow, RegistrationRow, RequirementRow

_BATCH = 200
_HOLDS = MandateRow.ended_at.is_(None) & MandateRow.accepted_at.is_not(None)


def carry_out(database: Database, *, now: datetime, limit: int = _BATCH) -> int:
    """Tell managers of what is set, judge what is due, a batch at a time; return how many registrations it were.

    What is left follows the next time.
    """
    done = 0
    for version in _unfinished(database, now):
        is_due = version.applies_from <= now
        waiting = _behind(database, version, is_due=is_due, limit=limit - done)
        for registration_id in waiting:
            with database.transaction() as session:
                (_apply if is_due else _announce)(session, registration_id, version, now)
        done += len(waiting)
        if done >= limit:
            return done
        with database.transaction() as session:
            row = session.get_one(RequirementRow, (version.tool_id, version.usage, version.version))
            row.announced_at = row.announced_at or now
            row.applied_at = now if is_due else None
    return done


@dataclass(frozen=True, slots=True)
class _Version:
    """A version of what a usage needs, about which something is left to do."""

    tool_id: ToolId
    usage: str
    version: int
    applies_from: datetime
    requirement: Requirement


def _unfinished(database: Database, now: datetime) -> Sequence[_Version]:
    row = RequirementRow
    is_due = row.applied_at.is_(None) & (row.applies_from <= now)
    with database.reading() as session:
        rows = session.scalars(
            select(row)
            .where(is_due | (row.announced_at.is_(None) & (row.applies_from > now)))
            .order_by(row.applies_from, row.tool_id, row.usage, row.version)
        ).all()
        return tuple(
            _Version(ToolId(one.tool_id), one.usage, one.version, one.applies_from, requirements.parse(one.requirement))
            for one in rows
        )


def _behind(database: Database, version: _Version, *, is_due: bool, limit: int) -> Sequence[str]:
    reached = RegistrationRow.applied_requirement if is_due else RegistrationRow.announced_requirement
    with database.reading() as session:
        return session.scalars(
            select(RegistrationRow.id)
            .where(
                RegistrationRow.tool_id == version.tool_id,
                RegistrationRow.usage == version.usage,
                RegistrationRow.status != RegistrationStatus.ENDED.value,
                reached < version.version,
            )
            .order_by(RegistrationRow.id)
            .limit(limit)
        ).all()


def _announce(session: Session, registration_id: str, version: _Version, now: datetime) -> None:
    row = _locked(session, registration_id)
    if row is None or row.announced_requirement >= version.version:
        return
    row.announced_requirement = version.version
    day = belgian_date(version.applies_from)
    terms = version.requirement.terms
    is_of_terms = terms is not None and terms not in (row.terms_version, row.next_terms_version)
    _tell(
        session,
        row,
        "tool-terms-announced" if is_of_terms else "requirement-announced",
        lambda language: {"day": date_in_words(day, language), **({"version": terms} if terms else {})},
        now,
    )


def _apply(session: Session, registration_id: str, version: _Version, now: datetime) -> None:
    row = _locked(session, registration_id)
    if row is None or row.applied_requirement >= version.version:
        return
    row.applied_requirement = version.version
    terms = version.requirement.terms
    if terms is not None and row.next_terms_version == terms:
        row.terms_version, row.next_terms_version = terms, None
    session.flush()
    _rest_or_work(session, row, version.requirement, now)
    if terms is not None and row.terms_version != terms:
        _tell(session, row, "tool-terms-due", lambda _language: {"version": terms}, now)
    announcements.tell_users(session, [row], reason=mandate_endings.REQUIREMENT_CHANGED, now=now)


def _rest_or_work(session: Session, row: RegistrationRow, requirement: Requirement, now: datetime) -> None:
    """Suspend a registration that nothing carries any more, or let one work that the change had stopped."""
    carrier = session.scalars(
        select(AccreditationRow)
        .join(MandateRow, MandateRow.accreditation_id == AccreditationRow.id)
        .where(MandateRow.registration_id == row.id, _HOLDS)
    ).one_or_none()
    is_carried = carries(carrier, requirement, now)
    if row.status == RegistrationStatus.ACTIVE and not is_carried:
        mandate_endings.set_status(session, row, RegistrationStatus.SUSPENDED, mandate_endings.REQUIREMENT_CHANGED, now)
        _tell(session, row, "registration-suspended-requirement", lambda _language: {}, now)
    elif is_carried and mandate_endings.resume(session, row, now=now):
        _tell(session, row, "registration-resumed-requirement", lambda _language: {}, now)


def _locked(session: Session, registration_id: str) -> RegistrationRow | None:
    return session.scalars(
        select(RegistrationRow)
        .where(RegistrationRow.id == registration_id, RegistrationRow.status != RegistrationStatus.ENDED.value)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _tell(session: Session, row: RegistrationRow, template: str, values: ValuesIn, now: datetime) -> None:
    of_registration = access_requests.names(session, row)
    letters.tell_managers(
        session,
        OrganisationId(row.organisation_id),
        template,
        lambda language: {**of_registration(language), **values(language)},
        now=now,
    )
