"""Codes of six characters that are mailed to somebody: made, entered once, replaced by newer ones.

A code is short, because people read it from one screen and type it on another. What makes it safe
is around it: few tries, a short life, one code at a time, and a keyed digest where it is stored.
"""

import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from core.infra.db import Database
from core.infra.errors import RuleError
from core.infra.ids import new_id, new_secret
from core.infra.sealing import mac
from core.infra.secret import Secret
from core.people.identifiers import PersonId
from core.people.rules import address_key
from idp.credentials.tables import CodePurpose, MailedCodeRow

# None looks like another, none spells a word with others, and few sound like another when read aloud.
ALPHABET = "23456789FHJKMPRTWXY"
LENGTH = 6
TRIES = 5
LIFE = {
    CodePurpose.ACTIVATION: timedelta(hours=24),
    CodePurpose.EMAIL_CHANGE: timedelta(minutes=30),
    CodePurpose.RECOVERY: timedelta(minutes=30),
}
_PURPOSE = "mailed code"
# What people put between the groups of a code, or copy along with it.
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015._]+")
# Kept a while after its end, so that the page can say that it expired and not that it never was.
_KEPT_FOR = timedelta(days=2)


class WrongCode(RuleError):
    """This is not the code; `tries_left` says how often another may be entered."""

    code = "wrong-code"

    def __init__(self, tries_left: int) -> None:
        self.tries_left = tries_left
        super().__init__(tries_left=tries_left)


class MalformedCode(WrongCode):
    """This cannot be any code of ours, so it cost no try."""


class NoTriesLeft(RuleError):
    """Too many wrong codes were entered: only a new one helps."""

    code = "no-tries-left"


class CodeExpired(RuleError):
    """The code is too old, was replaced by a newer one, or never was: only a new one helps."""

    code = "code-expired"


class CodeSpent(RuleError):
    """The code was right and has been used already."""

    code = "code-spent"


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code that is about to be mailed; its `id` may stand in an address, the code never."""

    id: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailedCode:
    """A code that was entered rightly: for whom it was, and which mailbox it proves."""

    id: str
    person_id: PersonId | None
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SentCode:
    """The newest code of a purpose and person, as a page speaks of it."""

    id: str
    address: str = field(repr=False)
    sent_at: datetime
    expires_at: datetime
    tries_left: int
    is_spent: bool

    def is_open(self, now: datetime) -> bool:
        """Tell whether entering it can still succeed."""
        return not self.is_spent and self.tries_left > 0 and now < self.expires_at


def issue(
    session: Session,
    *,
    secret: Secret,
    purpose: CodePurpose,
    person_id: PersonId | None,
    address: str,
    now: datetime,
    enterable: bool = True,
    replaces: bool = True,
) -> IssuedCode:
    """Make a code and return it for the mail; older ones of the same purpose and person end.

    Without a person, or not `enterable`, it costs the same and fits nothing that can be typed: for an
    address about which the page must not tell more than about any other. One that does not replace the older ones
    is entered by its id only: beside it the newest one of a person says nothing.
    """
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    code_id = new_id("cod")
    # Both are made, whichever is kept: the one way takes no longer than the other.
    nobodys = new_secret()
    fitting = code if enterable and person_id is not None else nobodys
    if replaces:
        session.execute(delete(MailedCodeRow).where(_same(purpose, person_id, address)))
    session.add(
        MailedCodeRow(
            id=code_id,
            purpose=purpose,
            person_id=person_id,
            address=address_key(address),
            mac=_mac(secret, code_id, fitting),
            tries_left=TRIES,
            sent_at=now,
            expires_at=now + LIFE[purpose],
        )
    )
    session.flush()
    return IssuedCode(code_id, code)


def enter(
    database: Database, *, secret: Secret, purpose: CodePurpose, person_id: PersonId, typed: str, now: datetime
) -> MailedCode:
    """Spend the newest code of a person: see `enter_by_id`."""
    return _enter(database, secret, _newest(purpose, person_id), typed, now)


def enter_by_id(
    database: Database, *, secret: Secret, purpose: CodePurpose, code_id: str, typed: str, now: datetime
) -> MailedCode:
    """Spend a code and return what it proves; of concurrent callers exactly one succeeds.

    Opens transactions of its own, so it must not be called inside one: a try counts whatever the
    caller does afterwards, and before anybody learns whether it was right. What the code gives is
    given after it is spent; a crash between the two costs the person a new code and nothing else.

    Raises `WrongCode`, `CodeExpired`, `CodeSpent` or `NoTriesLeft`.
    """
    this = (MailedCodeRow.id == code_id) & (MailedCodeRow.purpose == purpose.value)
    return _enter(database, secret, this, typed, now)


def newest(session: Session, *, purpose: CodePurpose, person_id: PersonId) -> SentCode | None:
    """Return what is known of the newest code of a person, or None when there is none."""
    row = session.scalars(select(MailedCodeRow).where(_newest(purpose, person_id))).one_or_none()
    return None if row is None else _sent(row)


def is_under_way(session: Session, *, purpose: CodePurpose, person_id: PersonId, address: str, now: datetime) -> bool:
    """Tell whether a code that was sent to this address can still be entered by the person."""
    sent = newest(session, purpose=purpose, person_id=person_id)
    return sent is not None and sent.address == address_key(address) and sent.is_open(now)


def purge(session: Session, now: datetime) -> int:
    """Remove codes that ended days ago and return how many."""
    ended = delete(MailedCodeRow).where(MailedCodeRow.expires_at < now - _KEPT_FOR).returning(MailedCodeRow.id)
    return len(session.execute(ended).all())


def normal(typed: str) -> str:
    """Return a code as it was made: the case does not matter, nor what stands between the characters."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", typed)).upper()


def _enter(database: Database, secret: Secret, this: ColumnElement[bool], typed: str, now: datetime) -> MailedCode:
    code = normal(typed)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        with database.reading() as session:
            raise MalformedCode(_open(session, this, now).tries_left)
    with database.transaction() as session:
        row = session.execute(_COUNT_A_TRY.where(this, MailedCodeRow.expires_at > now)).one_or_none()
    if row is None:
        with database.reading() as session:
            # Whatever closed it in between is what is told.
            _open(session, this, now)
        raise CodeExpired
    if not hmac.compare_digest(_mac(secret, row.id, code), row.mac):
        raise WrongCode(row.tries_left)
    with database.transaction() as session:
        spent = session.execute(_SPEND.where(MailedCodeRow.id == row.id).values(spent_at=now)).one_or_none()
    if spent is None:
        raise CodeSpent
    return MailedCode(row.id, None if row.person_id is None else PersonId(row.person_id), row.address)


def _open(session: Session, this: ColumnElement[bool], now: datetime) -> SentCode:
    """Return the code where it can still be entered; raise what is wrong with it otherwise."""
    row = session.scalars(select(MailedCodeRow).where(this)).one_or_none()
    if row is None:
        raise CodeExpired
    sent = _sent(row)
    if sent.is_spent:
        raise CodeSpent
    if sent.tries_left <= 0:
        raise NoTriesLeft
    if not sent.is_open(now):
        raise CodeExpired
    return sent


def _sent(row: MailedCodeRow) -> SentCode:
    return SentCode(row.id, row.address, row.sent_at, row.expires_at, row.tries_left, row.spent_at is not None)


def _same(purpose: CodePurpose, person_id: PersonId | None, address: str) -> ColumnElement[bool]:
    if person_id is not None:
        return (MailedCodeRow.purpose == purpose.value) & (MailedCodeRow.person_id == person_id)
    nobodys = MailedCodeRow.person_id.is_(None) & (MailedCodeRow.address == address_key(address))
    return (MailedCodeRow.purpose == purpose.value) & nobodys


def _newest(purpose: CodePurpose, person_id: PersonId) -> ColumnElement[bool]:
    # Two that were issued at the same moment may both stand: the later one is the one that counts.
    of_person = (MailedCodeRow.purpose == purpose.value) & (MailedCodeRow.person_id == person_id)
    ids = select(MailedCodeRow.id).where(of_person).order_by(MailedCodeRow.sent_at.desc(), MailedCodeRow.id.desc())
    return MailedCodeRow.id == ids.limit(1).scalar_subquery()


def _mac(secret: Secret, code_id: str, code: str) -> str:
    return mac(secret, f"{code_id} {code}", purpose=_PURPOSE)


_COUNT_A_TRY = (
    update(MailedCodeRow)
    .where(MailedCodeRow.spent_at.is_(None), MailedCodeRow.tries_left > 0)
    .values(tries_left=MailedCodeRow.tries_left - 1)
    .returning(
        MailedCodeRow.id, MailedCodeRow.person_id, MailedCodeRow.address, MailedCodeRow.mac, MailedCodeRow.tries_left
    )
    .execution_options(synchronize_session=False)
)
_SPEND = (
    update(MailedCodeRow)
    .where(MailedCodeRow.spent_at.is_(None))
    .returning(MailedCodeRow.id)
    .execution_options(synchronize_session=False)
)
