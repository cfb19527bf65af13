"""The browsers in which people are signed in (A17): recorded, recognised, told about.

The session itself lies in the store; a row here says what its owner recognises it by, and under
which digest it is found, so that they can end it from elsewhere (`idp.oidc.ending`).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, exists, select, update
from sqlalchemy.orm import Session

from core.infra.addresses import network_of
from core.infra.db import Database
from core.infra.errors import RuleError
from core.infra.store.interface import EphemeralStore, Kind
from core.people.email_addresses import activated_at
from core.people.identifiers import PersonId
from core.people.leaving import hold_living
from idp.credentials import user_agents
from idp.credentials.security_mail import Place, tell_owner
from idp.credentials.tables import PasswordRow, SignInRow

# How exactly last use is known; each touch in between costs one question to the store.
TOUCH_EVERY = timedelta(minutes=5)
# Long enough to recognise a device that was used now and then; what stands here tells of movements.
KEPT = timedelta(days=90)
# Whoever activates an account enters it at once: that sign-in is no news to them.
_JUST_REGISTERED = timedelta(hours=1)


class PasswordChangedMeanwhile(RuleError):
    """The password that was proven is no longer the person's."""

    code = "password-changed-meanwhile"


class PersonGone(RuleError):
    """The account went while its person proved to be its owner."""

    code = "person-gone"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One browser of a person. `browser`, `system` and `network` are empty where unknown.

    `means` are the methods of RFC 8176 by which the person signed in, `network` is an IPv4 address or
    the first half of an IPv6 address.
    """

    sid: str
    person_id: PersonId
    cookie_digest: str = field(repr=False)
    browser: str
    system: str
    network: str
    means: tuple[str, ...]
    started_at: datetime
    last_used_at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """A sign-in that was just written down; `is_first` tells that no earlier one of the person is known."""

    sign_in: SignIn
    is_first: bool
    is_renewal: bool


def record(
    session: Session,
    *,
    sid: str,
    person_id: PersonId,
    cookie_digest: str,
    agent: str | None,
    address: str,
    means: tuple[str, ...],
    password_made_at: datetime | None = None,
    now: datetime,
) -> Recorded:
    """Write down that a person signed in, in place of the same session's earlier sign-in.

    Waits for a change of the person's password that is under way: such a change ends the sign-ins
    that it finds, and so finds this one, or is over before it. The session must therefore be in the
    store before the transaction of this call ends. `password_made_at` says with which password it
    was: raises `PasswordChangedMeanwhile` where that is no longer the person's, and `PersonGone`
    where the account went; one that goes later finds this sign-in.
    """
    # The person before the password: an erasure locks them in this order, too.
    if not hold_living(session, person_id):
        raise PersonGone(person_id=person_id)
    changed_at = session.scalar(_PASSWORD_CHANGED_AT.where(PasswordRow.person_id == person_id))
    if password_made_at not in {None, changed_at}:
        raise PasswordChangedMeanwhile(person_id=person_id)
    known = user_agents.read(agent)
    row = session.get(SignInRow, sid, populate_existing=True)
    is_renewal = row is not None
    if row is None:
        row = SignInRow(sid=sid, person_id=person_id, started_at=now)
        session.add(row)
    others = select(exists().where(SignInRow.person_id == person_id, SignInRow.sid != sid))
    row.cookie_digest, row.means = cookie_digest, " ".join(means)
    row.browser, row.system, row.network = known.browser, known.system, network_of(address)
    row.last_used_at, row.ended_at = now, None
    session.flush()
    return Recorded(_sign_in(row), is_first=not session.scalar(others), is_renewal=is_renewal)


def tell_of_new_device(session: Session, recorded: Recorded, *, is_known_device: bool, now: datetime) -> bool:
    """Enqueue a mail about a sign-in on a device that never proved itself; tell whether there was cause.

    `is_known_device` is what the device cookie proves. Not told of are a renewed sign-in, and the
    first one of an account that was activated this very hour.
    """
    if is_known_device or recorded.is_renewal:
        return False
    found = recorded.sign_in
    if recorded.is_first and _is_new(session, found.person_id, now):
        return False
    place = Place(found.browser, found.system, found.network)
    tell_owner(session, found.person_id, "new-device", place=place, now=now)
    return True


def touch(database: Database, store: EphemeralStore, sid: str, *, now: datetime) -> None:
    """Note that a session is in use, every few minutes at most: for pages, never for silent requests."""
    if not store.add(Kind.SEEN, sid, b"1", TOUCH_EVERY):
        return
    used = update(SignInRow).where(SignInRow.sid == sid, SignInRow.ended_at.is_(None), SignInRow.last_used_at < now)
    with database.transaction() as session:
        session.execute(used.values(last_used_at=now))


def list_for(session: Session, person_id: PersonId) -> tuple[SignIn, ...]:
    """Return the sign-ins of a person that nobody ended, the last used first.

    Their sessions may be over by themselves, or have gone from the store.
    """
    statement = _open_of(person_id).order_by(SignInRow.last_used_at.desc(), SignInRow.sid.desc())
    return tuple(map(_sign_in, session.scalars(statement)))


def hold(session: Session, person_id: PersonId, *, sid: str | None = None) -> tuple[SignIn, ...]:
    """Return the sign-ins of a person that nobody ended, one or all, and keep them from changing meanwhile."""
    if sid is not None and not sid.isprintable():
        return ()  # no column takes it, and it is nobody's
    statement = _open_of(person_id) if sid is None else _open_of(person_id).where(SignInRow.sid == sid)
    # In one order, so that two who hold several never wait for each other.
    locked = statement.order_by(SignInRow.sid).with_for_update().execution_options(populate_existing=True)
    return tuple(map(_sign_in, session.scalars(locked)))


def move(session: Session, sid: str, *, cookie_digest: str) -> None:
    """Note that a session has a new cookie."""
    session.execute(update(SignInRow).where(SignInRow.sid == sid).values(cookie_digest=cookie_digest))


def mark_ended(session: Session, sid: str, *, now: datetime) -> None:
    """Note that a session is over; a second time changes nothing."""
    session.execute(update(SignInRow).where(SignInRow.sid == sid, SignInRow.ended_at.is_(None)).values(ended_at=now))


def mark_expired(session: Session, *, unused_since: datetime, now: datetime) -> int:
    """Note which sessions must be over because nobody used them since, and return how many."""
    over = update(SignInRow).where(SignInRow.ended_at.is_(None), SignInRow.last_used_at <= unused_since)
    return len(session.scalars(over.values(ended_at=now).returning(SignInRow.sid)).all())


def purge(session: Session, now: datetime) -> int:
    """Remove sign-ins that ended months ago and return how many."""
    ended = delete(SignInRow).where(SignInRow.ended_at < now - KEPT).returning(SignInRow.sid)
    return len(session.scalars(ended).all())


def _is_new(session: Session, person_id: PersonId, now: datetime) -> bool:
    since = activated_at(session, person_id)
    return since is not None and now - since <= _JUST_REGISTERED


def _open_of(person_id: PersonId) -> Select[SignInRow]:
    return select(SignInRow).where(SignInRow.person_id == person_id, SignInRow.ended_at.is_(None))


def _sign_in(row: SignInRow) -> SignIn:
    return SignIn(
        sid=row.sid,
        person_id=PersonId(row.person_id),
        cookie_digest=row.cookie_digest,
        browser=row.browser,
        system=row.system,
        network=row.network,
        means=tuple(row.means.split()),
        started_at=row.started_at,
        last_used_at=row.last_used_at,
    )


_PASSWORD_CHANGED_AT = select(PasswordRow.changed_at).with_for_update(read=True)
