"""What a usage needs changes: whom that will concern, telling them beforehand, carrying it out on its day.

`publishing.set_requirement` writes the new version. From then on `carry_out` does the rest, run
regularly: the managers hear of it in time; at its moment every registration is judged anew, and the
contexts that it no longer carries close (T6). How far it came is noted per registration.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.queries import held
from core.accreditations.tables import AccreditationRow
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.db import Database
from core.organisations import letters
from core.organisations.identifiers import OrganisationId
from core.organisations.tables import OrganisationRow
from core.people.assurance import Acr
from core.people.receivers import ValuesIn
from core.tools import access_requests, announcements, mandate_endings, requirements, situations
from core.tools.identifiers import ToolId
from core.tools.requirements import NOTHING, Requirement
from core.tools.rules import evaluate, qualifies
from core.tools.states import AccessStatus, RegistrationStatus
from core.tools.tables import AccessRow, MandateRow, RegistrationRow, RequirementRow

REQUIREMENT_CHANGED = "requirement-changed"
_BATCH = 200
_HOLDS = MandateRow.ended_at.is_(None) & MandateRow.accepted_at.is_not(None)


@dataclass(frozen=True, slots=True)
class AffectedOffice:
    """An organisation whose registration would rest, or some of whose users could go on no longer."""

    organisation_id: OrganisationId
    name: str
    is_suspended: bool
    users: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a requirement would concern on its day, as things stand.

    `registrations` are all of the usage that were looked at, `terms_to_accept` those of them that have
    not accepted its terms. `is_complete` is False where there are more than were looked at.
    """

    registrations: int
    terms_to_accept: int
    offices: tuple[AffectedOffice, ...]
    is_complete: bool

    @property
    def users(self) -> int:
        """Return how many people could go on no longer, besides for want of terms."""
        return sum(office.users for office in self.offices)


def preview(
    session: Session, tool_id: ToolId, usage: str, requirement: Requirement, *, at: datetime, now: datetime, most: int
) -> Preview:
    """Return whom a requirement would concern from a moment on, among the first `most` registrations.

    Nothing is changed. Terms are counted apart: accepting them is enough. Two statements.
    """
    found = _registrations(session, tool_id, usage, most)
    suspended = {
        row.id
        for row, _, carrier in found
        if row.status == RegistrationStatus.ACTIVE and not _carries(carrier, requirement, at)
    }
    closed = _closed_users(session, [row.id for row, *_ in found], requirement, suspended, at=max(at, now), now=now)
    terms = requirement.terms
    return Preview(
        registrations=len(found),
        terms_to_accept=sum(
            terms is not None and terms not in (row.terms_version, row.next_terms_version) for row, *_ in found
        ),
        offices=tuple(
            AffectedOffice(OrganisationId(row.organisation_id), name, row.id in suspended, closed[row.id])
            for row, name, _ in found
            if row.id in suspended or closed[row.id]
        ),
        is_complete=len(found) < most,
    )


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
    announcements.tell_users(session, [row], reason=REQUIREMENT_CHANGED, now=now)


def _rest_or_work(session: Session, row: RegistrationRow, requirement: Requirement, now: datetime) -> None:
    """Suspend a registration that nothing carries any more, or let one work that the change had stopped."""
    carrier = session.scalars(
        select(AccreditationRow)
        .join(MandateRow, MandateRow.accreditation_id == AccreditationRow.id)
        .where(MandateRow.registration_id == row.id, _HOLDS)
    ).one_or_none()
    is_carried = _carries(carrier, requirement, now)
    if row.status == RegistrationStatus.ACTIVE and not is_carried:
        mandate_endings.set_status(session, row, RegistrationStatus.SUSPENDED, REQUIREMENT_CHANGED, now)
        _tell(session, row, "registration-suspended-requirement", lambda _language: {}, now)
    elif row.status == RegistrationStatus.SUSPENDED and is_carried:
        mandate_endings.set_status(session, row, RegistrationStatus.ACTIVE, None, now)
        _tell(session, row, "registration-resumed-requirement", lambda _language: {}, now)


def _carries(carrier: AccreditationRow | None, requirement: Requirement, at: datetime) -> bool:
    """Tell whether a registration with this accreditation beneath it has what registering asks for."""
    if requirement.register == NOTHING:
        return True
    return carrier is not None and qualifies(requirement, held(carrier), at)


def _closed_users(
    session: Session,
    registrations: Sequence[str],
    requirement: Requirement,
    suspended: Collection[str],
    *,
    at: datetime,
    now: datetime,
) -> Counter[str]:
    """Count by registration those who can use it now, and could not under another requirement; one statement."""
    statement = (
        situations.situations()
        .where(RegistrationRow.id.in_(registrations), AccessRow.status == AccessStatus.GRANTED.value)
        .order_by(RegistrationRow.id, AccessRow.membership_id, situations.OWN_ID)
    )
    rows = map(dict, session.execute(statement, {"now": now}).mappings())
    closed: Counter[str] = Counter()
    for (registration_id, _), group in groupby(rows, key=itemgetter("registration_id", "membership_id")):
        situation = situations.read(tuple(group))
        then = situation._replace(requirement=requirement, terms=(requirement.terms,))
        if registration_id in suspended:
            then = then._replace(registration=RegistrationStatus.SUSPENDED)
        can_now = evaluate(situation, reachable=Acr.HIGH, now=now).reason is None
        closed[registration_id] += can_now and evaluate(then, reachable=Acr.HIGH, now=at).reason is not None
    return closed


def _registrations(
    session: Session, tool_id: ToolId, usage: str, most: int
) -> Sequence[tuple[RegistrationRow, str, AccreditationRow | None]]:
    """Return registrations with the names of their organisations and what they rest on; one statement."""
    rows = session.execute(
        select(RegistrationRow, OrganisationRow.name, AccreditationRow)
        .join(OrganisationRow, OrganisationRow.id == RegistrationRow.organisation_id)
        .outerjoin(MandateRow, (MandateRow.registration_id == RegistrationRow.id) & _HOLDS)
        .outerjoin(AccreditationRow, AccreditationRow.id == MandateRow.accreditation_id)
        .where(
            RegistrationRow.tool_id == tool_id,
            RegistrationRow.usage == usage,
            RegistrationRow.status != RegistrationStatus.ENDED.value,
        )
        .order_by(OrganisationRow.name, RegistrationRow.id)
        .limit(most)
    )
    return [(row, name, carrier) for row, name, carrier in rows]


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
