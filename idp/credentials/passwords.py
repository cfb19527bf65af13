"""Passwords: hashed with argon2id, verified in equal time, hashed again when parameters grow.

RFC 9106 is the algorithm; the parameters are the least that hold against today's hardware and
still let one core answer sixty sign-ins a second.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from core.people.identifiers import PersonId
from idp.credentials import old_hashes
from idp.credentials.tables import PasswordRow

MAXIMUM_LENGTH = 128

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
# What a sign-in of nobody is compared with, so that it costs as much as one of somebody.
_NOBODY = _HASHER.hash("the password of nobody")


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the password was right, and whether its hash should be made anew."""

    is_right: bool
    is_outdated: bool = False


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """A person's password as it is kept, and when they chose it: renewing the hash changes nothing there."""

    hash: str = field(repr=False)
    made_at: datetime


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with a fresh salt; takes about 16 ms."""
    return _HASHER.hash(_normal(password))


def store_password(session: Session, *, person_id: PersonId, hashed: str, now: datetime) -> None:
    """Make this hash the person's password, in place of an earlier one."""
    session.merge(PasswordRow(person_id=person_id, hash=hashed, changed_at=now))


def store_passwords(session: Session, people: Sequence[PersonId], *, hashed: str, now: datetime) -> None:
    """Give many people who have no password yet the same one: for imports and measurements."""
    rows = [{"person_id": person_id, "hash": hashed, "changed_at": now} for person_id in people]
    session.execute(insert(PasswordRow), rows)


def store_hashes(session: Session, hashes: Mapping[PersonId, str], *, now: datetime) -> None:
    """Give people who have no password yet the hash that each brings from an older tool (A9)."""
    rows = [{"person_id": person_id, "hash": hashed, "changed_at": now} for person_id, hashed in hashes.items()]
    if rows:
        session.execute(insert(PasswordRow), rows)


def hash_digest(digest: str) -> str:
    """Return the argon2id hash of a digest that an older tool kept of a password."""
    return _HASHER.hash(digest)


def stored(session: Session, person_id: PersonId) -> StoredPassword | None:
    """Return the person's password, or None where they have none."""
    row = session.get(PasswordRow, person_id)
    return None if row is None else StoredPassword(row.hash, row.changed_at)


def stored_hash(session: Session, person_id: PersonId) -> str | None:
    """Return the hash of the person's password, or None where they have no password."""
    found = stored(session, person_id)
    return None if found is None else found.hash


def verify(hashed: str | None, password: str) -> Verification:
    """Compare a password with a hash; without a hash it takes as long and is wrong.

    A hash from an older tool takes as long as that tool chose, until it is renewed after the first
    sign-in.
    """
    if hashed is not None and not old_hashes.is_ours(hashed):
        is_right = old_hashes.verify(hashed, password, _fits_digest)
        return Verification(is_right, is_outdated=is_right)
    try:
        _HASHER.verify(_NOBODY if hashed is None else hashed, _normal(password))
    except (VerificationError, InvalidHashError):
        return Verification(is_right=False)
    if hashed is None:
        return Verification(is_right=False)
    return Verification(is_right=True, is_outdated=_HASHER.check_needs_rehash(hashed))


def renew_hash(session: Session, *, person_id: PersonId, outdated: str, password: str) -> None:
    """Replace an outdated hash, unless the person changed the password in the meantime."""
    session.execute(
        update(PasswordRow)
        .where(PasswordRow.person_id == person_id, PasswordRow.hash == outdated)
        .values(hash=hash_password(password))
    )


def _fits_digest(hashed: str, digest: str) -> bool:
    try:
        return _HASHER.verify(hashed, digest)
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    # One keyboard sends é as one character, another as two: NIST SP 800-63B section 3.1.1.2.
    return unicodedata.normalize("NFKC", password)
