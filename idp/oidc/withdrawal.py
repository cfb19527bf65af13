"""A tool loses what it has of a person: one tool because they withdraw, all because they go (A15, A18)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from core.infra import audit, outbox
from core.infra.store.interface import EphemeralStore
from core.infra.topics import LogoutNotice
from core.people.identifiers import PersonId
from idp.oidc import participants, registration_tokens
from idp.oidc.tables import ConsentRow, ParticipantRow, RefreshFamilyRow
from idp.oidc.tokens import refresh_token


def forget(
    session: Session, store: EphemeralStore, person_id: PersonId, *, sids: Collection[str], now: datetime
) -> int:
    """End all that tools have of a person, tell them, and remove it; return how many are told.

    `sids` are the person's sessions: a code of theirs that is still on its way is worth nothing
    any more. Clients that they registered go on without an owner. Doing it again is harmless.
    """
    for sid in {*sids, *_sessions(session, person_id)}:
        refresh_token.revoke_session(session, store, sid, now)
    refresh_token.revoke_context(session, store, person_id, None, now)
    left = participants.leave_person(session, person_id)
    _tell(session, left, now)
    for table in (RefreshFamilyRow, ConsentRow):
        session.execute(delete(table).where(table.person_id == person_id))
    registration_tokens.leave_ownerless(session, person_id)
    return len(left)


def withdraw(session: Session, store: EphemeralStore, person_id: PersonId, client_id: str, *, now: datetime) -> bool:
    """End what one client has of a person, tell it, and forget the consent (A18).

    Its next login asks again. False where it had nothing.
    """
    if not client_id.isprintable():
        return False  # no column takes it, and it is nobody's
    families = select(RefreshFamilyRow.id).where(
        RefreshFamilyRow.person_id == person_id, RefreshFamilyRow.client_id == client_id, _is_running(now)
    )
    ended = session.scalars(families).all()
    for family_id in ended:
        refresh_token.revoke_family(session, store, family_id, now)
    left = participants.leave_client(session, person_id=person_id, client_id=client_id)
    _tell(session, left, now)
    mine = (ConsentRow.person_id == person_id) & (ConsentRow.client_id == client_id)
    removed = session.scalars(delete(ConsentRow).where(mine).returning(ConsentRow.client_id)).all()
    if not (ended or left or removed):
        return False
    audit.record(
        session,
        action="consent-withdrawn",
        actor_id=person_id,
        subject_id=person_id,
        details={"client_id": client_id},
        now=now,
    )
    return True


def _is_running(now: datetime) -> ColumnElement[bool]:
    return RefreshFamilyRow.revoked_at.is_(None) & (RefreshFamilyRow.expires_at > now)


def _sessions(session: Session, person_id: PersonId) -> set[str]:
    joined = select(ParticipantRow.sid).where(ParticipantRow.person_id == person_id)
    granted = select(RefreshFamilyRow.sid).where(RefreshFamilyRow.person_id == person_id)
    return {*session.scalars(joined), *session.scalars(granted)}


def _tell(session: Session, left: Collection[participants.Participant], now: datetime) -> None:
    for gone in left:
        outbox.enqueue(session, LogoutNotice(gone.client_id, gone.person_id, gone.sid), now=now)
