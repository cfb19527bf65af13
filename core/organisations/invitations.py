"""Inviting somebody by mail, whether they have an account or not (O8): sent, sent again, withdrawn, over by itself.

Nothing here looks up whether an account has the address, so nobody can find that out by inviting.
Whoever holds the secret of the mail may answer, once: accepting is in `invitation_answers.py`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.orm import Session

from core.infra import audit, outbox
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.errors import NotFound, RateLimited
from core.infra.ids import digest, new_id, new_secret
from core.infra.mail import seal_values
from core.infra.secret import Secret
from core.infra.topics import MailRequested
from core.organisations import records
from core.organisations.errors import InvitationOver, NotManager
from core.organisations.identifiers import InvitationId, OrganisationId
from core.organisations.rules import MemberDetails
from core.organisations.states import InvitationState, MembershipType, OrganisationStatus
from core.organisations.tables import InvitationRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.receivers import name_of
from core.people.rules import address_key

LIFE = timedelta(days=14)
SENT_AGAIN_AFTER = timedelta(hours=1)
# The name of that limit, in what it raises.
SENT_AGAIN = "invitation-again"
PAGE = 50
# One run of the job does so many at most; the next one goes on.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wished:
    """Whom a manager invites, in which language, as what, with which role in which registration."""

    address: str
    language: str
    details: MemberDetails
    roles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that waits for an answer."""

    id: InvitationId
    address: str
    details: MemberDetails
    roles: int
    sent_at: datetime
    expires_at: datetime

    @property
    def may_be_sent_again_from(self) -> datetime:
        """Return the moment from which it may be sent once more."""
        return self.sent_at + SENT_AGAIN_AFTER


@dataclass(frozen=True, slots=True)
class OpenInvitations:
    """A page of them, the newest first; `older_from` leads to the next, `total` counts all."""

    invitations: tuple[OpenInvitation, ...]
    older_from: InvitationId | None
    total: int


def invite(
    session: Session, organisation_id: OrganisationId, wished: Wished, *, by: PersonId, secret: Secret, now: datetime
) -> InvitationId:
    """Write to an address that somebody may join; `secret` closes the link in the waiting mail.

    Raises `NotManager`, `NotFound` for an organisation that stops, and at the flush `AlreadyInvited`.
    """
    _require_manager(session, organisation_id, by)
    organisation = session.get_one(OrganisationRow, organisation_id)
    if organisation.status in (OrganisationStatus.CLOSING, OrganisationStatus.CLOSED):
        raise NotFound(organisation=organisation_id)
    link = new_secret()
    row = InvitationRow(
        id=new_id("inv"),
        organisation_id=organisation_id,
        address=wished.address,
        address_key=address_key(wished.address),
        language=wished.language,
        type=wished.details.type,
        function=wished.details.function,
        phone_number=wished.details.phone_number,
        roles=dict(wished.roles),
        digest=digest(link),
        state=InvitationState.OPEN,
        invited_by=by,
        created_at=now,
        sent_at=now,
        expires_at=now + LIFE,
    )
    session.add(row)
    session.flush()
    _send(session, row, link, by=by, secret=secret, now=now)
    record(session, "invitation-sent", row, by=by, now=now)
    return InvitationId(row.id)


def send_again(
    session: Session,
    organisation_id: OrganisationId,
    invitation_id: InvitationId,
    *,
    by: PersonId,
    secret: Secret,
    now: datetime,
) -> None:
    """Write once more, with a link that replaces the one before and is good for as long again.

    Raises `NotManager`, `NotFound`, `InvitationOver`, and `RateLimited` within an hour of the last mail.
    """
    row = _locked(session, organisation_id, invitation_id, by)
    again_from = row.sent_at + SENT_AGAIN_AFTER
    if now < again_from:
        raise RateLimited(math.ceil((again_from - now).total_seconds()), limit=SENT_AGAIN)
    link = new_secret()
    row.digest, row.sent_at, row.expires_at = digest(link), now, now + LIFE
    session.flush()
    _send(session, row, link, by=by, secret=secret, now=now)
    record(session, "invitation-sent-again", row, by=by, now=now)


def withdraw(
    session: Session, organisation_id: OrganisationId, invitation_id: InvitationId, *, by: PersonId, now: datetime
) -> None:
    """Take an invitation back; its link is good for nothing any more.

    Raises `NotManager`, `NotFound`, `InvitationOver`.
    """
    row = _locked(session, organisation_id, invitation_id, by)
    close(row, InvitationState.WITHDRAWN, now=now)
    session.flush()
    record(session, "invitation-withdrawn", row, by=by, now=now)


def end_expired(session: Session, *, now: datetime) -> int:
    """End the invitations whose time is over and return how many; several workers may do so at once."""
    rows = session.scalars(
        select(InvitationRow)
        .where(InvitationRow.state == InvitationState.OPEN.value, InvitationRow.expires_at <= now)
        .order_by(InvitationRow.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        close(row, InvitationState.EXPIRED, now=now)
        record(session, "invitation-expired", row, by=None, now=now)
    session.flush()
    return len(rows)


def open_invitations(
    session: Session | Connection,
    organisation_id: OrganisationId,
    *,
    before: InvitationId | None = None,
    limit: int = PAGE,
    now: datetime,
) -> OpenInvitations:
    """Return the invitations that wait for an answer, the newest first; two statements."""
    table = InvitationRow.__table__.c
    is_open = (
        (table.organisation_id == organisation_id)
        & (table.state == InvitationState.OPEN.value)
        & (table.expires_at > now)
    )
    total = session.execute(select(func.count()).select_from(InvitationRow.__table__).where(is_open)).scalar_one()
    wanted = select(InvitationRow.__table__).where(is_open)
    if before is not None:
        wanted = wanted.where(table.id < before)
    rows = session.execute(wanted.order_by(table.id.desc()).limit(limit + 1)).all()
    found = tuple(
        OpenInvitation(
            id=InvitationId(row.id),
            address=row.address,
            details=details_of(row),
            roles=len(row.roles),
            sent_at=row.sent_at,
            expires_at=row.expires_at,
        )
        for row in rows[:limit]
    )
    return OpenInvitations(found, found[-1].id if len(rows) > limit else None, total)


def details_of(row: InvitationRow | Row[Any]) -> MemberDetails:
    """Return the employee data that whoever accepts will have; the address is where the mail went."""
    type_ = None if row.type is None else MembershipType(row.type)
    return MemberDetails(type_, row.function, row.address, row.phone_number)


def close(row: InvitationRow, state: InvitationState, *, now: datetime, membership_id: str | None = None) -> None:
    """Bring an open invitation to its end, and forget whom it was for."""
    row.state, row.decided_at, row.membership_id = state, now, membership_id
    row.address = row.address_key = row.function = row.phone_number = None
    row.roles = {}


def record(session: Session, action: str, row: InvitationRow, *, by: PersonId | None, now: datetime) -> None:
    """Write what happened to an invitation into the audit trail, which never holds its address."""
    audit.record(
        session,
        action=action,
        actor_id=by,
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details={"invitation": row.id},
        now=now,
    )


def _require_manager(session: Session, organisation_id: OrganisationId, by: PersonId) -> None:
    manager = records.live_of(session, by, organisation_id)
    if manager is None or not manager.is_manager_of(organisation_id):
        raise NotManager(organisation=organisation_id)


def _locked(
    session: Session, organisation_id: OrganisationId, invitation_id: InvitationId, by: PersonId
) -> InvitationRow:
    _require_manager(session, organisation_id, by)
    row = session.scalars(
        select(InvitationRow)
        .where(InvitationRow.id == invitation_id, InvitationRow.organisation_id == organisation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(invitation=invitation_id)
    if row.state != InvitationState.OPEN:
        raise InvitationOver(state=row.state)
    return row


def _send(session: Session, row: InvitationRow, link: str, *, by: PersonId, secret: Secret, now: datetime) -> None:
    organisation = session.get_one(OrganisationRow, row.organisation_id)
    mail = MailRequested(
        template="organisation-invitation",
        recipient_person_id=None,
        address=row.address or "",
        language=row.language,
        values={
            "organisation": organisation.name,
            "person": name_of(session, by),
            "until": date_in_words(belgian_date(row.expires_at), row.language),
            "language": row.language,
        },
        sealed=seal_values(secret, {"secret": link}),
    )
    outbox.enqueue(session, mail, now=now)
