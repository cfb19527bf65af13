"""The clients that took part in a sign-in session, and the context chosen for each.

They are told when the session ends (OpenID Connect Back-Channel Logout), and silent requests
find the context here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.organisations.identifiers import OrganisationId
from core.people.identifiers import PersonId
from core.tools.context import ChosenContext
from core.tools.identifiers import RegistrationId
from idp.oidc.tables import ParticipantRow

# Far longer than any browser keeps one session by signing in again and again.
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Participant:
    """A client in somebody's session."""

    client_id: str
    person_id: PersonId
    sid: str


def join(
    session: Session,
    *,
    sid: str,
    client_id: str,
    person_id: PersonId,
    context: ChosenContext | None,
    now: datetime,
) -> None:
    """Record that a client takes part in the session under this context, in place of another."""
    try:
        with session.begin_nested():
            _write(session, sid, client_id, person_id, context, now)
    except IntegrityError:
        # A second tab joined the same client at the same moment: the later choice stands.
        _write(session, sid, client_id, person_id, context, now)


def _write(
    session: Session,
    sid: str,
    client_id: str,
    person_id: PersonId,
    context: ChosenContext | None,
    now: datetime,
) -> None:
    row = session.get(ParticipantRow, (sid, client_id), populate_existing=True)
    registration_id = None if context is None else context.registration_id
    if row is None:
        row = ParticipantRow(sid=sid, client_id=client_id, joined_at=now)
        session.add(row)
    elif row.registration_id != registration_id:
        # What was chosen last is what the name menu shows.
        row.joined_at = now
    row.person_id = person_id
    row.organisation_id = None if context is None else context.organisation_id
    row.registration_id = registration_id
    row.usage = None if context is None else context.usage
    row.role = None if context is None else context.role
    session.flush()


def leave_all(session: Session, sid: str) -> tuple[Participant, ...]:
    """Remove everybody from a session and return who took part; of concurrent callers one gets them."""
    return _leave(session, ParticipantRow.sid == sid)


def leave_context(session: Session, *, person_id: PersonId, registration_id: RegistrationId) -> tuple[Participant, ...]:
    """Remove a person's participations under one registration, in all their sessions."""
    is_theirs = ParticipantRow.person_id == person_id
    return _leave(session, is_theirs & (ParticipantRow.registration_id == registration_id))


def leave_client(session: Session, *, person_id: PersonId, client_id: str) -> tuple[Participant, ...]:
    """Remove a client from all sessions of a person."""
    return _leave(session, (ParticipantRow.person_id == person_id) & (ParticipantRow.client_id == client_id))


def leave_person(session: Session, person_id: PersonId) -> tuple[Participant, ...]:
    """Remove every client from all sessions of a person."""
    return _leave(session, ParticipantRow.person_id == person_id)


def latest_context(session: Session | Connection, sid: str) -> ChosenContext | None:
    """Return the context that was chosen last in a session; None where none was."""
    columns = ParticipantRow.__table__.columns
    chosen = (ParticipantRow.sid == sid) & ParticipantRow.registration_id.is_not(None)
    statement = select(*columns).where(chosen).order_by(ParticipantRow.joined_at.desc(), ParticipantRow.client_id)
    found = session.execute(statement.limit(1)).mappings().first()
    return None if found is None else chosen_context(dict(found))


def contexts_of(session: Session, person_id: PersonId) -> frozenset[ChosenContext]:
    """Return the contexts under which clients take part in the sessions of a person."""
    columns = ParticipantRow.__table__.columns
    statement = select(*columns).where(ParticipantRow.person_id == person_id)
    found = (chosen_context(dict(row)) for row in session.execute(statement).mappings())
    return frozenset(context for context in found if context is not None)


def purge(session: Session, now: datetime) -> int:
    """Drop who joined so long ago that the session must be over, and return how many.

    Most sessions end with nobody signing out.
    """
    return len(_leave(session, ParticipantRow.joined_at < now - KEPT))


def _leave(session: Session, concerned: ColumnElement[bool]) -> tuple[Participant, ...]:
    statement = (
        delete(ParticipantRow)
        .where(concerned)
        .returning(ParticipantRow.client_id, ParticipantRow.person_id, ParticipantRow.sid)
    )
    rows = session.execute(statement).all()
    return tuple(Participant(row.client_id, PersonId(row.person_id), row.sid) for row in rows)


def chosen_context(row: Mapping[str, Any]) -> ChosenContext | None:
    """Return the context in the columns of a participant; None where there is none."""
    if row["registration_id"] is None:
        return None
    return ChosenContext(
        OrganisationId(row["organisation_id"]),
        RegistrationId(row["registration_id"]),
        row["usage"],
        row["role"],
    )
