"""Asking the managers for a role in a tool that the organisation has registered already (T1).

A request stands until a manager decides about the member's access, whatever the decision.
"""

import math
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.errors import NotFound, RateLimited
from core.infra.localised import Localised
from core.organisations import letters, records
from core.organisations.errors import NotMember
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rules import Membership
from core.organisations.states import MembershipStatus
from core.organisations.waiting import Wait
from core.people.identifiers import PersonId
from core.people.receivers import ValuesIn, name_of
from core.tools.errors import AccessBlocked, HasAccess
from core.tools.identifiers import RegistrationId, ToolId
from core.tools.states import AccessStatus, RegistrationStatus
from core.tools.tables import AccessRequestRow, AccessRow, RegistrationRow, ToolRow, UsageRow


def ask(session: Session, registration_id: RegistrationId, *, by: PersonId, now: datetime) -> None:
    """Ask the managers for a role; they are mailed.

    Raises `NotFound` for a registration that has ended, `NotMember` unless the person is an active
    member, `HasAccess`, `AccessBlocked`; at the flush `AlreadyAsked`.
    """
    registration, member = _registration_and_member(session, registration_id, by)
    access = session.get(AccessRow, (registration_id, member.id))
    if access is not None:
        raise AccessBlocked if access.status == AccessStatus.BLOCKED else HasAccess
    session.add(
        AccessRequestRow(
            registration_id=registration_id,
            membership_id=member.id,
            organisation_id=registration.organisation_id,
            tool_id=registration.tool_id,
            asked_at=now,
        )
    )
    session.flush()
    _tell_managers(session, registration, "tool-access-requested", by, now)
    _record(session, "tool-access-requested", registration, member, now)


def remind(session: Session, registration_id: RegistrationId, *, by: PersonId, now: datetime) -> None:
    """Remind the managers of one's own request, once a day at most.

    Raises `NotFound` where there is no such request (any more), `NotMember`, `RateLimited`.
    """
    registration, member = _registration_and_member(session, registration_id, by)
    row = session.scalars(
        select(AccessRequestRow)
        .where(AccessRequestRow.registration_id == registration_id, AccessRequestRow.membership_id == member.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(registration=registration_id)
    again_from = Wait(row.asked_at, row.reminded_at).may_be_reminded_from
    if now < again_from:
        raise RateLimited(math.ceil((again_from - now).total_seconds()), limit="tool-access-reminder")
    row.reminded_at = now
    session.flush()
    _tell_managers(session, registration, "tool-access-reminder", by, now, asked_at=row.asked_at)
    _record(session, "tool-access-reminded", registration, member, now)


def close(session: Session, registration_id: RegistrationId, membership_id: MembershipId) -> bool:
    """Take away a member's request, because a manager decided; tell whether there was one."""
    closed = session.execute(
        delete(AccessRequestRow)
        .where(AccessRequestRow.registration_id == registration_id, AccessRequestRow.membership_id == membership_id)
        .returning(AccessRequestRow.asked_at)
    )
    return closed.first() is not None


def close_all(session: Session, registration_id: str) -> None:
    """Take away what anybody asked for a registration, because it ends."""
    session.execute(delete(AccessRequestRow).where(AccessRequestRow.registration_id == registration_id))


def waiting_requests(
    session: Session | Connection, person_id: PersonId, tool_id: ToolId
) -> Mapping[RegistrationId, Wait]:
    """Return what a person asked for at a tool and since when, by registration; one statement."""
    member = records.live_ids(person_id)
    rows = session.execute(
        select(AccessRequestRow.registration_id, AccessRequestRow.asked_at, AccessRequestRow.reminded_at).where(
            AccessRequestRow.membership_id.in_(member), AccessRequestRow.tool_id == tool_id
        )
    )
    return {RegistrationId(row.registration_id): Wait(row.asked_at, row.reminded_at) for row in rows}


def names(session: Session, registration: RegistrationRow) -> ValuesIn:
    """Return how a mail names the tool and the usage of a registration, and its page in the portal."""
    tool = session.get_one(ToolRow, registration.tool_id)
    usage = session.get_one(UsageRow, (registration.tool_id, registration.usage))
    tool_name = Localised(tool.name_nl, tool.name_fr, tool.name_en)
    usage_name = Localised(usage.name_nl, usage.name_fr, usage.name_en)
    page = f"organisations/{registration.organisation_id}/tools/{tool.code}/{usage.code}"
    return lambda language: {"tool": tool_name.text(language), "usage": usage_name.text(language), "page": page}


def _registration_and_member(
    session: Session, registration_id: RegistrationId, by: PersonId
) -> tuple[RegistrationRow, Membership]:
    registration = session.get(RegistrationRow, registration_id)
    if registration is None or registration.status == RegistrationStatus.ENDED:
        raise NotFound(registration=registration_id)
    member = records.live_of(session, by, OrganisationId(registration.organisation_id))
    if member is None or member.status is not MembershipStatus.ACTIVE:
        raise NotMember(organisation=registration.organisation_id)
    return registration, member


def _tell_managers(
    session: Session,
    registration: RegistrationRow,
    template: str,
    by: PersonId,
    now: datetime,
    *,
    asked_at: datetime | None = None,
) -> None:
    name, of_registration, asked_on = name_of(session, by), names(session, registration), belgian_date(asked_at or now)
    letters.tell_managers(
        session,
        OrganisationId(registration.organisation_id),
        template,
        lambda language: {**of_registration(language), "person": name, "since": date_in_words(asked_on, language)},
        but=by,
        now=now,
    )


def _record(session: Session, action: str, registration: RegistrationRow, member: Membership, now: datetime) -> None:
    audit.record(
        session,
        action=action,
        actor_id=member.person_id,
        subject_id=member.person_id,
        organisation_id=registration.organisation_id,
        details={"registration": registration.id, "membership": member.id},
        now=now,
    )
