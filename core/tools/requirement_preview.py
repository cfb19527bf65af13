"""Whom a change of what a usage needs would concern, by the one evaluation: nothing is changed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.queries import held
from core.accreditations.tables import AccreditationRow
from core.organisations.identifiers import OrganisationId
from core.organisations.tables import OrganisationRow
from core.people.assurance import Acr
from core.tools import situations
from core.tools.identifiers import ToolId
from core.tools.requirements import NOTHING, Requirement
from core.tools.rules import evaluate, qualifies
from core.tools.states import AccessStatus, RegistrationStatus
from core.tools.tables import AccessRow, MandateRow, RegistrationRow

_WORKS = RegistrationStatus.ACTIVE
_HOLDS = MandateRow.ended_at.is_(None) & MandateRow.accepted_at.is_not(None)


@dataclass(frozen=True, slots=True)
class AffectedOffice:
    """An organisation whose registration would rest or work again, or whose users could go on no longer, or begin."""

    organisation_id: OrganisationId
    name: str
    is_suspended: bool
    users: int
    is_resumed: bool = False
    opened: int = 0


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

    @property
    def opened(self) -> int:
        """Return how many people could begin who cannot now."""
        return sum(office.opened for office in self.offices)


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
        if row.status == RegistrationStatus.ACTIVE and not carries(carrier, requirement, at)
    }
    resumed = {
        row.id
        for row, _, carrier in found
        if row.status == RegistrationStatus.SUSPENDED and carries(carrier, requirement, at)
    }
    changed = {**dict.fromkeys(suspended, RegistrationStatus.SUSPENDED), **dict.fromkeys(resumed, _WORKS)}
    closed, opened = _moved_users(
        session, [row.id for row, *_ in found], requirement, changed, at=max(at, now), now=now
    )
    terms = requirement.terms
    return Preview(
        registrations=len(found),
        terms_to_accept=sum(
            terms is not None and terms not in (row.terms_version, row.next_terms_version) for row, *_ in found
        ),
        offices=tuple(
            AffectedOffice(
                OrganisationId(row.organisation_id),
                name,
                row.id in suspended,
                closed[row.id],
                row.id in resumed,
                opened[row.id],
            )
            for row, name, _ in found
            if row.id in suspended or row.id in resumed or closed[row.id] or opened[row.id]
        ),
        is_complete=len(found) < most,
    )


def carries(carrier: AccreditationRow | None, requirement: Requirement, at: datetime) -> bool:
    """Tell whether a registration with this accreditation beneath it has what registering asks for."""
    if requirement.register == NOTHING:
        return True
    return carrier is not None and qualifies(requirement, held(carrier), at)


def _moved_users(
    session: Session,
    registrations: Sequence[str],
    requirement: Requirement,
    changed: Mapping[str, RegistrationStatus],
    *,
    at: datetime,
    now: datetime,
) -> tuple[Counter[str], Counter[str]]:
    """Count by registration who can use it now and could not under another requirement, and the other way round.

    `changed` are the registrations whose status it would change. One statement.
    """
    statement = (
        situations.situations()
        .where(RegistrationRow.id.in_(registrations), AccessRow.status == AccessStatus.GRANTED.value)
        .order_by(RegistrationRow.id, AccessRow.membership_id, situations.OWN_ID)
    )
    rows = map(dict, session.execute(statement, {"now": now}).mappings())
    closed: Counter[str] = Counter()
    opened: Counter[str] = Counter()
    for (registration_id, _), group in groupby(rows, key=itemgetter("registration_id", "membership_id")):
        situation = situations.read(tuple(group))
        then = situation._replace(requirement=requirement, terms=(requirement.terms,))
        then = then._replace(registration=changed.get(registration_id, then.registration))
        can_now = evaluate(situation, reachable=Acr.HIGH, now=now).reason is None
        can_then = evaluate(then, reachable=Acr.HIGH, now=at).reason is None
        closed[registration_id] += can_now and not can_then
        opened[registration_id] += can_then and not can_now
    return closed, opened


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
