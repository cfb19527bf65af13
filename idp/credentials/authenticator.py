"""Codes of an authenticator app: time-based one-time passwords (RFC 6238), each good once.

Six digits, thirty seconds and SHA-1 are what every app expects (RFC 6238 section 1.2, Key URI
format); the strength lies in the 160 bits of the shared secret. A clock may be a step off.
"""

from datetime import datetime

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import ColumnElement, delete, or_, update
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import RuleError
from core.infra.sealing import seal, unseal
from core.infra.secret import Secret
from core.people.identifiers import PersonId
from idp.credentials import recovery_codes
from idp.credentials.security_mail import Place, tell_owner
from idp.credentials.tables import AuthenticatorRow

# As the app lists it.
ISSUER_NAME = "Immo-Connect"
_STEPS_OFF = 1
_DIGITS = 6


class WrongAuthenticatorCode(RuleError):
    """This is not the code that the app shows now."""

    code = "wrong-authenticator-code"


class AuthenticatorCodeUsed(RuleError):
    """This code was used already; the app shows the next one within half a minute."""

    code = "authenticator-code-used"


def new_shared_secret() -> str:
    """Return 160 random bits in base 32, as an app takes them (RFC 4226 section 4, R6)."""
    return pyotp.random_base32(32)


def key_uri(shared_secret: str, username: str) -> str:
    """Return what the QR code holds: the secret, and under which name the app shows it."""
    return pyotp.TOTP(shared_secret).provisioning_uri(name=username, issuer_name=ISSUER_NAME)


def confirm(
    session: Session,
    person_id: PersonId,
    shared_secret: str,
    typed: str,
    *,
    secret: Secret,
    place: Place,
    now: datetime,
) -> tuple[str, ...] | None:
    """Make this the person's authenticator, in place of an earlier one, and tell them by mail.

    The code proves that the app has the secret; it cannot be used again to sign in. Returns
    recovery codes where the person had none. Raises `WrongAuthenticatorCode`.
    """
    step = _matching_step(shared_secret, typed, now)
    row = AuthenticatorRow(
        person_id=person_id,
        sealed_secret=seal(secret, shared_secret, purpose=_purpose(person_id)),
        confirmed_at=now,
        last_step=step,
    )
    session.merge(row)
    audit.record(session, action="authenticator-added", actor_id=person_id, subject_id=person_id, now=now)
    tell_owner(session, person_id, "authenticator-added", place=place, now=now)
    if recovery_codes.left(session, person_id).number:
        return None
    return recovery_codes.make(session, person_id, secret=secret, now=now)


def check(session: Session, person_id: PersonId, typed: str, *, secret: Secret, now: datetime) -> None:
    """Return where the code is right, and spend it.

    Of several who type the same code at once exactly one succeeds (RFC 6238 section 5.2). Raises
    `WrongAuthenticatorCode` or `AuthenticatorCodeUsed`.
    """
    row = session.get(AuthenticatorRow, person_id)
    if row is None or row.confirmed_at is None:
        raise WrongAuthenticatorCode
    step = _matching_step(unseal(secret, row.sealed_secret, purpose=_purpose(person_id)), typed, now)
    spent = update(AuthenticatorRow).where(
        AuthenticatorRow.person_id == person_id,
        # Replaced in the meantime: then the code is another app's.
        AuthenticatorRow.sealed_secret == row.sealed_secret,
        _is_unspent(step),
    )
    changed = session.execute(spent.values(last_step=step).returning(AuthenticatorRow.person_id)).all()
    if len(changed) != 1:
        raise AuthenticatorCodeUsed


def confirmed_at(session: Session, person_id: PersonId) -> datetime | None:
    """Return since when the person has an authenticator, None where they have none."""
    row = session.get(AuthenticatorRow, person_id)
    return None if row is None else row.confirmed_at


def remove(session: Session, person_id: PersonId, *, place: Place, now: datetime) -> None:
    """Take the person's authenticator away, and the recovery codes that stood in for it."""
    gone = delete(AuthenticatorRow).where(AuthenticatorRow.person_id == person_id)
    if not session.execute(gone.returning(AuthenticatorRow.person_id)).all():
        return
    recovery_codes.void(session, person_id)
    audit.record(session, action="authenticator-removed", actor_id=person_id, subject_id=person_id, now=now)
    tell_owner(session, person_id, "authenticator-removed", place=place, now=now)


def normal(typed: str) -> str:
    """Return a typed code without the spaces that apps show in it."""
    return "".join(typed.split())


def _matching_step(shared_secret: str, typed: str, now: datetime) -> int:
    digits = normal(typed)
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdecimal()):
        raise WrongAuthenticatorCode
    try:
        return pyotp.TOTP(shared_secret).verify_and_get_timecode(digits, for_time=now, valid_window=_STEPS_OFF)
    except OTPVerificationError:
        raise WrongAuthenticatorCode from None


def _is_unspent(step: int) -> ColumnElement[bool]:
    return or_(AuthenticatorRow.last_step.is_(None), AuthenticatorRow.last_step < step)


def _purpose(person_id: PersonId) -> str:
    # Sealed for its owner: copied to another account it opens nothing there.
    return f"authenticator of {person_id}"
