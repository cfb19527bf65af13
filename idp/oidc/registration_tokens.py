"""Initial access tokens (RFC 7591 section 3): who may register clients, how many, and in which profile.

An operator makes one for a person, who owns what is registered with it. The token is told once and
stored as a digest. A use is counted in the transaction that stores the client: a registration that
fails costs none, and of parallel ones no more succeed than there are uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.ids import digest, new_id, new_secret
from core.people.identifiers import PersonId
from idp.oidc.errors import InvalidToken
from idp.oidc.profiles import Profile
from idp.oidc.tables import ClientRow, RegistrationTokenRow

# As long as it takes until nobody asks any more who could register with it.
_KEPT_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was made just now; nobody learns its value again."""

    id: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Permission:
    """What a token allows: whose clients, held to which profile."""

    owner_id: PersonId
    profile: Profile


@dataclass(frozen=True, slots=True)
class ListedToken:
    """A token as an operator sees it."""

    id: str
    owner_id: PersonId
    profile: Profile
    uses_left: int
    expires_at: datetime
    is_usable: bool


def make(
    session: Session, owner_id: PersonId, *, profile: Profile, uses: int, life: timedelta, now: datetime
) -> NewToken:
    """Make a token for a person with which so many clients can be registered, and return it."""
    made = NewToken(new_id("rgt"), new_secret())
    row = RegistrationTokenRow(
        id=made.id,
        digest=digest(made.value),
        person_id=owner_id,
        profile=profile.value,
        uses_left=uses,
        created_at=now,
        expires_at=now + life,
    )
    session.add(row)
    session.flush()
    _record(session, "registration-token-made", made.id, owner_id, now, {"profile": profile.value, "uses": uses})
    return made


def permission(session: Session, token: str, *, now: datetime) -> Permission:
    """Return what a token allows and spend nothing; raise `InvalidToken` where it allows nothing."""
    row = session.scalar(select(RegistrationTokenRow).where(_is_usable(token, now)))
    return _permission(row)


def spend(session: Session, token: str, *, now: datetime) -> Permission:
    """Count a use of a token in the caller's transaction; raise `InvalidToken` where none is left."""
    one_less = (
        update(RegistrationTokenRow)
        .where(_is_usable(token, now))
        .values(uses_left=RegistrationTokenRow.uses_left - 1)
        .returning(RegistrationTokenRow)
    )
    return _permission(session.scalar(one_less))


def revoke(session: Session, token_id: str, *, now: datetime) -> bool:
    """End a token before its time; False where there is none, or it was ended before."""
    ended = (
        update(RegistrationTokenRow)
        .where(RegistrationTokenRow.id == token_id, RegistrationTokenRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(RegistrationTokenRow.person_id)
    )
    owner_id = session.scalar(ended)
    if owner_id is None:
        return False
    _record(session, "registration-token-revoked", token_id, PersonId(owner_id), now, {})
    return True


def listed(session: Session, *, now: datetime) -> tuple[ListedToken, ...]:
    """Return every token that is kept, the oldest first."""
    rows = session.scalars(select(RegistrationTokenRow).order_by(RegistrationTokenRow.id)).all()
    return tuple(
        ListedToken(
            id=row.id,
            owner_id=PersonId(row.person_id),
            profile=Profile(row.profile),
            uses_left=row.uses_left,
            expires_at=row.expires_at,
            is_usable=row.uses_left > 0 and row.revoked_at is None and row.expires_at > now,
        )
        for row in rows
    )


def take_over(session: Session, *, kept: PersonId, given_up: PersonId) -> None:
    """Give the clients and tokens of one account to the other (A20)."""
    session.execute(update(ClientRow).where(ClientRow.owner_id == given_up).values(owner_id=kept))
    theirs = RegistrationTokenRow.person_id == given_up
    session.execute(update(RegistrationTokenRow).where(theirs).values(person_id=kept))


def leave_ownerless(session: Session, person_id: PersonId) -> None:
    """Let the clients of somebody who goes be nobody's: their tools go on (A15)."""
    session.execute(update(ClientRow).where(ClientRow.owner_id == person_id).values(owner_id=None))


def purge(session: Session, now: datetime) -> None:
    """Drop tokens that ended long ago; run now and then."""
    session.execute(delete(RegistrationTokenRow).where(RegistrationTokenRow.expires_at < now - _KEPT_AFTER))


def _is_usable(token: str, now: datetime) -> ColumnElement[bool]:
    row = RegistrationTokenRow
    is_running = row.revoked_at.is_(None) & (row.expires_at > now)
    return (RegistrationTokenRow.digest == digest(token)) & (row.uses_left > 0) & is_running


def _permission(row: RegistrationTokenRow | None) -> Permission:
    if row is None:
        raise InvalidToken("The initial access token is not valid, or has no use left.")
    return Permission(PersonId(row.person_id), Profile(row.profile))


def _record(
    session: Session, action: str, token_id: str, owner_id: PersonId, now: datetime, details: Mapping[str, str | int]
) -> None:
    about = {"token_id": token_id, **details}
    audit.record(session, action=action, actor_id=None, subject_id=owner_id, details=about, now=now)
