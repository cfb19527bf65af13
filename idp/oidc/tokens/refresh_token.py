"""Refresh tokens: families of them, their rotation and their revocation (RFC 9700 section 4.14).

The policy: public clients get a new token at each use, clients that authenticate keep theirs. Of
several uses of a rotating token one wins; the others fail, and so does a spent token that comes
again within ten seconds, because that is what a lost answer looks like. One that comes later was
copied: its whole family ends. Families lie in the database; revoking one also leaves a tombstone
in the store, by which its access tokens are known until they are over by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Table, bindparam, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from core.infra.db import Database
from core.infra.ids import digest, new_secret
from core.infra.kept_query import KeptChange, KeptPair, KeptQuery, Row, rows_of
from core.infra.statements import Finish, Queryable, Statements
from core.infra.store.interface import EphemeralStore, Kind
from core.people.identifiers import PersonId
from core.tools.access import named_person_in_context
from core.tools.context import ChosenContext
from core.tools.identifiers import RegistrationId
from idp.oidc.codes import CodeGrant
from idp.oidc.errors import InvalidGrant, RefreshTokenReused
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.subject import Subject
from idp.oidc.tables import RefreshFamilyRow, RefreshTokenRow
from idp.session import SESSION_LIFE

OFFLINE_LIFE = timedelta(days=30)
REPEAT_GRACE = timedelta(seconds=10)
# Longer than any access token lives, whatever the clocks say.
TOMBSTONE_LIFE = timedelta(minutes=12)

_family = cast("Table", RefreshFamilyRow.__table__)
_token = cast("Table", RefreshTokenRow.__table__)


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """A refresh token that exists, the grant of its family, and whom that is about, where it has a context."""

    digest: str
    client_id: str
    grant: CodeGrant
    expires_at: datetime
    revoked_at: datetime | None
    spent_at: datetime | None
    person_in_context: Sequence[Row] = ()

    def is_of(self, client: RegisteredClient) -> bool:
        """Tell whether it was given to this client."""
        return client.client_id == self.client_id


def start_family(connection: Session | Statements, grant: CodeGrant, *, may_refresh: bool, now: datetime) -> str | None:
    """Record what descends from a code and return its first refresh token, if it gets one.

    Every family has its row, so that the end of a session or context finds its access tokens too.
    With offline access it outlives the session; otherwise it ends with it.
    """
    family = _new_family(grant, may_refresh=may_refresh, now=now)
    if not may_refresh:
        _ADD_FAMILY.make(connection, family)
        return None
    token = new_secret()
    _ADD_FAMILY_AND_TOKEN.make(connection, {**family, "digest": digest(token)})
    return token


def begin_family(
    connection: Statements, grant: CodeGrant, *, may_refresh: bool, now: datetime
) -> tuple[str | None, Finish]:
    """Do as `start_family` does, for who has something else to do until the database is done."""
    family = _new_family(grant, may_refresh=may_refresh, now=now)
    if not may_refresh:
        return None, _ADD_FAMILY.begin(connection, family)
    token = new_secret()
    return token, _ADD_FAMILY_AND_TOKEN.begin(connection, {**family, "digest": digest(token)})


def _new_family(grant: CodeGrant, *, may_refresh: bool, now: datetime) -> dict[str, object]:
    subject = grant.subject
    is_offline = may_refresh and "offline_access" in grant.scope
    return {
        "id": grant.family_id,
        "client_id": grant.client_id,
        "person_id": subject.person_id,
        "sid": subject.sid,
        "grant": grant.to_json(),
        "registration_id": subject.context and subject.context.registration_id,
        "outlives_session": is_offline,
        "created_at": now,
        "expires_at": _end(subject, now, may_refresh=may_refresh, is_offline=is_offline),
        "revoked_at": None,
    }


def _end(subject: Subject, now: datetime, *, may_refresh: bool, is_offline: bool) -> datetime:
    if is_offline:
        return now + OFFLINE_LIFE
    if may_refresh:
        return subject.authentication.auth_time + SESSION_LIFE
    return now + TOMBSTONE_LIFE


def find(connection: Queryable, token: str) -> PresentedToken | None:
    """Return what a refresh token stands for, whatever its state; None when there is none."""
    return _presented(_FIND.rows(connection, {"wanted": digest(token)}), ())


def find_with_person(connection: Statements, token: str, now: datetime) -> PresentedToken | None:
    """Return the same with its person and context as they are now: with one wait for all of it."""
    found, person = rows_of(connection, (_FIND, _PERSON), {"wanted": digest(token), "now": now})
    return _presented(found, person)


def _presented(found: Sequence[Row], person: Sequence[Row]) -> PresentedToken | None:
    if not found:
        return None
    return PresentedToken(**{**found[0], "grant": CodeGrant.from_json(found[0]["grant"])}, person_in_context=person)


def require_usable(presented: PresentedToken, *, database: Database, store: EphemeralStore, now: datetime) -> None:
    """Raise `InvalidGrant` unless the token may be used now.

    A spent token raises `RefreshTokenReused`; after the grace its family is revoked first.
    """
    if presented.revoked_at is not None:
        raise InvalidGrant("The refresh token was revoked.")
    if presented.expires_at <= now:
        raise InvalidGrant("The refresh token has expired.")
    if presented.spent_at is None:
        return
    if now - presented.spent_at > REPEAT_GRACE:
        with database.transaction() as session:
            revoke_family(session, store, presented.grant.family_id, now)
    raise RefreshTokenReused(family_id=presented.grant.family_id)


def rotate(connection: Session | Statements, presented: PresentedToken, now: datetime) -> str:
    """Spend the token and return its successor; of concurrent callers exactly one gets one.

    The others get `RefreshTokenReused`, as does everybody once the family is revoked.
    """
    family_id = presented.grant.family_id
    token = new_secret()
    change = {"presented": presented.digest, "family": family_id, "now": now, "digest": digest(token)}
    if not _SPEND_AND_ADD.make(connection, change):
        raise RefreshTokenReused(family_id=family_id)
    return token


def revoke_family(session: Session, store: EphemeralStore, family_id: str, now: datetime) -> None:
    """End everything that descends from one authorization, access tokens included."""
    store.put(Kind.REVOKED_FAMILY, family_id, b"1", TOMBSTONE_LIFE)
    _revoke(session, store, _family.c.id == family_id, now)


def revoke_session(session: Session, store: EphemeralStore, sid: str, now: datetime) -> None:
    """End what is bound to a sign-in session that is over; offline access goes on.

    A code of that session that is still on its way is worth nothing any more.
    """
    store.put(Kind.REVOKED_FAMILY, sid, b"1", TOMBSTONE_LIFE)
    _revoke(session, store, (_family.c.sid == sid) & _family.c.outlives_session.is_(False), now)


def revoke_context(
    session: Session,
    store: EphemeralStore,
    person_id: PersonId,
    registration_id: RegistrationId | None,
    now: datetime,
) -> None:
    """End what a person holds under a registration that closed to them; None: under any."""
    concerned = _family.c.person_id == person_id
    if registration_id is not None:
        concerned &= _family.c.registration_id == registration_id
    _revoke(session, store, concerned, now)


def contexts_of(session: Session, person_id: PersonId, now: datetime) -> frozenset[ChosenContext]:
    """Return the contexts under which a person's families that are not over were given."""
    alive = _family.c.revoked_at.is_(None) & (_family.c.expires_at > now)
    statement = select(_family.c.grant).where(_family.c.person_id == person_id, alive)
    found = (CodeGrant.from_json(grant).subject.context for grant in session.scalars(statement))
    return frozenset(context for context in found if context is not None)


def revoke_client(session: Session, store: EphemeralStore, client_id: str, now: datetime) -> None:
    """End everything that a client holds, also what it got for itself, until `let_client_in`."""
    _revoke(session, store, _family.c.client_id == client_id, now)
    store.put(Kind.REVOKED_FAMILY, client_id, b"1", TOMBSTONE_LIFE)


def let_client_in(store: EphemeralStore, client_id: str) -> None:
    """Let the tokens count that a client gets from now on; what was ended stays so, but for its own of minutes ago."""
    store.delete(Kind.REVOKED_FAMILY, client_id)


def revoke_access_token(store: EphemeralStore, jti: str) -> None:
    """End one access token; what descends from the same authorization goes on."""
    store.put(Kind.REVOKED_FAMILY, jti, b"1", TOMBSTONE_LIFE)


def is_revoked(store: EphemeralStore, *names: str) -> bool:
    """Tell whether any of these was revoked: a family, an access token by its jti, a session by its sid."""
    return any(store.get_many([(Kind.REVOKED_FAMILY, name) for name in names]))


def purge(session: Session, now: datetime) -> int:
    """Drop families that are over, with their tokens, and return how many; run now and then."""
    over = delete(_family).where(_family.c.expires_at < now - TOMBSTONE_LIFE)
    return len(session.scalars(over.returning(_family.c.id)).all())


def _revoke(session: Session, store: EphemeralStore, concerned: ColumnElement[bool], now: datetime) -> None:
    statement = (
        update(_family).where(concerned, _family.c.revoked_at.is_(None)).values(revoked_at=now).returning(_family.c.id)
    )
    families = session.scalars(statement).all()
    with store.pipeline() as pipeline:
        for family_id in families:
            pipeline.put(Kind.REVOKED_FAMILY, family_id, b"1", TOMBSTONE_LIFE)


_ADD_FAMILY_ROW = insert(_family).values({column.name: bindparam(column.name) for column in _family.columns})
_ADD_FAMILY = KeptChange(_ADD_FAMILY_ROW)
_ADD_FAMILY_AND_TOKEN = KeptPair(
    _ADD_FAMILY_ROW, _token, {"digest": "digest", "family_id": "id", "created_at": "created_at"}
)
_FIND = KeptQuery(
    select(
        _token.c.digest,
        _token.c.spent_at,
        _family.c.client_id,
        _family.c.grant,
        _family.c.expires_at,
        _family.c.revoked_at,
    )
    .join_from(_token, _family, _family.c.id == _token.c.family_id)
    .where(_token.c.digest == bindparam("wanted"))
)
_OF_THE_FAMILY = (
    select(_family.c.person_id)
    .join_from(_token, _family, _family.c.id == _token.c.family_id)
    .where(_token.c.digest == bindparam("wanted"))
)
_PERSON = named_person_in_context(
    _OF_THE_FAMILY.scalar_subquery(), _OF_THE_FAMILY.with_only_columns(_family.c.registration_id).scalar_subquery()
)
_SPEND_AND_ADD = KeptPair(
    update(_token)
    .where(
        _token.c.digest == bindparam("presented"),
        _token.c.spent_at.is_(None),
        exists().where(_family.c.id == bindparam("family"), _family.c.revoked_at.is_(None)),
    )
    .values(spent_at=bindparam("now")),
    _token,
    {"digest": "digest", "family_id": "family", "created_at": "now"},
)
