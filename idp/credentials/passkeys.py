"""The passkeys of a person: added, named, listed and removed (A16)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.db import explain
from core.infra.errors import NotFound
from core.infra.ids import new_id
from core.infra.store.interface import EphemeralStore
from core.people.identifiers import PersonId
from idp.credentials import factors
from idp.credentials.passkey_challenges import KnownPasskey, Purpose, RelyingParty, spend
from idp.credentials.passkey_errors import InvalidPasskeyName, LastWayToSignIn, PasskeyKnown, TooManyPasskeys
from idp.credentials.security_mail import Place, tell_owner
from idp.credentials.tables import PasskeyRow

MOST = 20
MAXIMUM_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner knows it; `is_backed_up` tells that it is on several devices."""

    id: str
    name: str
    is_backed_up: bool
    created_at: datetime
    last_used_at: datetime | None


def passkeys_of(session: Session, person_id: PersonId) -> tuple[Passkey, ...]:
    """Return the person's passkeys, the oldest first."""
    return tuple(_passkey(row) for row in _rows(session, person_id))


def passkey_of(session: Session, person_id: PersonId, passkey_id: str) -> Passkey:
    """Return one of the person's passkeys; raise `NotFound` where it is not theirs."""
    return _passkey(_own(session, person_id, passkey_id))


def known_passkeys(session: Session, person_id: PersonId) -> tuple[KnownPasskey, ...]:
    """Return the person's passkeys as the browser is told of them."""
    return tuple(KnownPasskey(row.credential_id, tuple(row.transports.split())) for row in _rows(session, person_id))


def spend_challenge(store: EphemeralStore, answer: str, *, binding: str) -> bytes:
    """Take back the challenge of a new passkey and return it; raise `PasskeyRefused`."""
    from idp.credentials import passkey_answers  # noqa: PLC0415 - memory, see there

    challenge = passkey_answers.read_challenge_of_new(answer)
    spend(store, challenge, binding=binding, purpose=Purpose.ADD)
    return challenge


def add(
    session: Session,
    person_id: PersonId,
    answer: str,
    *,
    challenge: bytes,
    name: str,
    party: RelyingParty,
    place: Place,
    now: datetime,
) -> str:
    """Give the person the passkey that their device made, tell them by mail, and return its id.

    `challenge` was spent before. Raises `PasskeyRefused`, `InvalidPasskeyName`, `TooManyPasskeys`; at the
    flush `PasskeyKnown`.
    """
    from idp.credentials import passkey_answers  # noqa: PLC0415 - memory, see there

    shown = require_name(name)
    key = passkey_answers.verify_new(answer, challenge, party=party)
    if len(_rows(session, person_id)) >= MOST:
        raise TooManyPasskeys
    row = PasskeyRow(
        id=new_id("pky"),
        person_id=person_id,
        credential_id=key.credential_id,
        public_key=key.public_key,
        sign_count=key.sign_count,
        transports=" ".join(key.transports),
        name=shown,
        is_backed_up=key.is_backed_up,
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, action="passkey-added", actor_id=person_id, subject_id=person_id, now=now)
    tell_owner(session, person_id, "passkey-added", {"passkey": shown}, place=place, now=now)
    return row.id


def rename(session: Session, person_id: PersonId, passkey_id: str, name: str, *, now: datetime) -> None:
    """Give a passkey another name; raises `NotFound` or `InvalidPasskeyName`."""
    row = _own(session, person_id, passkey_id)
    row.name = require_name(name)
    audit.record(session, action="passkey-renamed", actor_id=person_id, subject_id=person_id, now=now)


def remove(session: Session, person_id: PersonId, passkey_id: str, *, place: Place, now: datetime) -> None:
    """Take a passkey away and tell its owner by mail; raises `NotFound` or `LastWayToSignIn`."""
    # Locked: two that are removed at once must not each count the other as the one that stays.
    rows = session.scalars(_OF_PERSON.where(PasskeyRow.person_id == person_id).with_for_update()).all()
    found = next((row for row in rows if row.id == passkey_id), None)
    if found is None:
        raise NotFound(passkey=passkey_id)
    if len(rows) == 1 and factors.summary(session, person_id).needs_passkey:
        raise LastWayToSignIn
    session.delete(found)
    audit.record(session, action="passkey-removed", actor_id=person_id, subject_id=person_id, now=now)
    tell_owner(session, person_id, "passkey-removed", {"passkey": found.name}, place=place, now=now)


def require_name(name: str) -> str:
    """Return the name without surrounding space; raise `InvalidPasskeyName` if it may not be."""
    found = " ".join(name.split())
    if not 0 < len(found) <= MAXIMUM_NAME_LENGTH or not found.isprintable():
        raise InvalidPasskeyName
    return found


_OF_PERSON = select(PasskeyRow).order_by(PasskeyRow.created_at, PasskeyRow.id)


def _rows(session: Session, person_id: PersonId) -> list[PasskeyRow]:
    return list(session.scalars(_OF_PERSON.where(PasskeyRow.person_id == person_id)))


def _own(session: Session, person_id: PersonId, passkey_id: str) -> PasskeyRow:
    wanted = select(PasskeyRow).where(PasskeyRow.id == passkey_id, PasskeyRow.person_id == person_id)
    row = session.scalars(wanted).one_or_none() if passkey_id.isprintable() else None
    if row is None:
        raise NotFound(passkey=passkey_id)
    return row


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(row.id, row.name, row.is_backed_up, row.created_at, row.last_used_at)


explain("uq_passkey_credential_id", PasskeyKnown)
explain("passkey.credential_id", PasskeyKnown)
