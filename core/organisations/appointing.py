"""The helpdesk makes somebody a manager: after a dispute, or where an organisation has none left."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import outbox
from core.infra.clock import belgian_date
from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.infra.topics import AccessChanged
from core.organisations import records, rules
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rules import MemberDetails, Membership
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId

_LIVE = [status.value for status in MembershipStatus if status.is_live]
_GONE = OrganisationStatus.CLOSED


def appoint(
    session: Session, organisation_id: OrganisationId, person_id: PersonId, *, reason: str, now: datetime
) -> Membership:
    """Make a person a manager, as a new member where nothing binds them yet, and return the membership.

    An organisation without a manager is active again. Raises `NotFound` where it is closed. The
    caller has asked who may decide this, and writes the audit trail.
    """
    organisation, before = _locked(session, organisation_id, person_id)
    after = rules.appoint(before or _new(organisation_id, person_id), today=belgian_date(now))
    if before is None or not before.is_manager:
        organisation.manager_count += 1
    if organisation.status == OrganisationStatus.OWNERLESS:
        organisation.status, organisation.ownerless_since = OrganisationStatus.ACTIVE, None
    organisation.updated_at = now
    _store(session, before, after, now=now)
    outbox.enqueue(session, AccessChanged(person_id, None, organisation_id, reason), now=now)
    return after


def _locked(
    session: Session, organisation_id: OrganisationId, person_id: PersonId
) -> tuple[OrganisationRow, Membership | None]:
    # Membership before organisation: the order in which everybody locks them.
    own = session.scalars(
        select(MembershipRow)
        .where(
            MembershipRow.organisation_id == organisation_id,
            MembershipRow.person_id == person_id,
            MembershipRow.status.in_(_LIVE),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    organisation = session.get(OrganisationRow, organisation_id, with_for_update=True, populate_existing=True)
    if organisation is None or organisation.status == _GONE:
        raise NotFound(organisation=organisation_id)
    return organisation, None if own is None else records.membership(own)


def _new(organisation_id: OrganisationId, person_id: PersonId) -> Membership:
    membership_id = MembershipId(new_id("mem"))
    return rules.request(membership_id, organisation_id, person_id, details=MemberDetails())


def _store(session: Session, before: Membership | None, after: Membership, *, now: datetime) -> None:
    if before is None:
        records.add(session, after, now=now)
        return
    records.write(session.get_one(MembershipRow, after.id), after, now=now)
    session.flush()
