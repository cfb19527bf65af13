"""Signing in with a passkey: instead of the password, or beside it (A16, docs/adr/0010).

Alone it must have verified its user, and then is two factors: the device and what unlocks it.
Beside the password the device itself is the second factor.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.db import Database
from core.infra.store.interface import EphemeralStore
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.people.profiles import chosen_language
from idp.credentials.passkey_challenges import Purpose, RelyingParty, spend
from idp.credentials.passkey_errors import (
    InvalidPasskeyAnswer,
    OtherPersonsPasskey,
    PasskeyCopied,
    UnknownPasskey,
    UserNotVerified,
)
from idp.credentials.security_mail import Place, tell_owner
from idp.credentials.tables import PasskeyRow


@dataclass(frozen=True, slots=True)
class PasskeyUse:
    """Who it is, and what the passkey proved."""

    person_id: PersonId
    authentication: Authentication


@dataclass(frozen=True, slots=True)
class PasskeySignIn:
    """What checking a passkey needs: accounts, challenges, who it must be for, and where it is used."""

    database: Database
    store: EphemeralStore
    party: RelyingParty
    place: Place

    def alone(self, answer: str, *, binding: str, now: datetime) -> PasskeyUse:
        """Return who the person is; raise `PasskeyRefused`."""
        return self._use(answer, None, binding=binding, now=now)

    def beside_password(self, answer: str, person_id: PersonId, *, binding: str, now: datetime) -> PasskeyUse:
        """Return what password and passkey prove together; raise `PasskeyRefused`."""
        return self._use(answer, person_id, binding=binding, now=now)

    def _use(self, answer: str, expected: PersonId | None, *, binding: str, now: datetime) -> PasskeyUse:
        from idp.credentials import passkey_answers  # noqa: PLC0415 - memory, see there

        claimed = passkey_answers.read_use(answer)
        purpose = Purpose.SIGN_IN if expected is None else Purpose.SECOND_FACTOR
        spend(self.store, claimed.challenge, binding=binding, purpose=purpose)
        with self.database.reading() as session:
            row = _find(session, claimed.credential_id)
        person_id = PersonId(row.person_id)
        _require_owner(person_id, expected, claimed.user_handle)
        use = passkey_answers.verify_use(answer, claimed, party=self.party, public_key=row.public_key)
        if expected is None and not use.is_user_verified:
            raise UserNotVerified
        with self.database.transaction() as session:
            is_original = _count_up(session, row.id, use.sign_count, is_backed_up=use.is_backed_up, now=now)
            if not is_original:
                _report_copy(session, row.id, place=self.place, now=now)
        if not is_original:
            raise PasskeyCopied
        # RFC 8176: a key that may be copied to other devices is no hardware's.
        key = "swk" if use.is_syncable else "hwk"
        amr = (*(() if expected is None else ("pwd",)), key, "user", "mfa")
        return PasskeyUse(person_id, Authentication(auth_time=now, amr=amr, acr=Acr.MFA))


def _find(session: Session, credential_id: bytes) -> PasskeyRow:
    row = session.scalars(select(PasskeyRow).where(PasskeyRow.credential_id == credential_id)).one_or_none()
    # Nobody signs in to an account whose person was anonymised.
    if row is None or chosen_language(session, PersonId(row.person_id)) is None:
        raise UnknownPasskey
    return row


def _require_owner(owner: PersonId, expected: PersonId | None, user_handle: bytes | None) -> None:
    """Section 7.2, step 6: who is meant was known before, or the passkey says so itself."""
    if expected is not None and owner != expected:
        raise OtherPersonsPasskey
    if user_handle is None and expected is not None:
        return
    if user_handle != owner.encode():
        raise InvalidPasskeyAnswer(reason="user-handle")


def _count_up(session: Session, passkey_id: str, sign_count: int, *, is_backed_up: bool, now: datetime) -> bool:
    """Write down the use; tell whether the counter went up, as that of an original does (section 6.1.1).

    Devices that do not count say 0 each time.
    """
    went_up = PasskeyRow.sign_count < sign_count if sign_count else PasskeyRow.sign_count == 0
    used = (
        update(PasskeyRow)
        .where(PasskeyRow.id == passkey_id, went_up)
        .values(sign_count=sign_count, is_backed_up=is_backed_up, last_used_at=now)
        .returning(PasskeyRow.id)
    )
    return len(session.execute(used).all()) == 1


def _report_copy(session: Session, passkey_id: str, *, place: Place, now: datetime) -> None:
    row = session.get(PasskeyRow, passkey_id)
    if row is None:
        raise UnknownPasskey  # removed a moment ago
    person_id = PersonId(row.person_id)
    audit.record(session, action="passkey-copy-refused", actor_id=None, subject_id=person_id, now=now)
    tell_owner(session, person_id, "passkey-copied", {"passkey": row.name}, place=place, now=now)
