"""Recovery codes: each stands in, once, for an authenticator that is lost (A16).

Ten letters and digits of an alphabet without look-alikes: some fifty random bits, so that a keyed
digest is all that is stored. Look-up secrets in the words of NIST SP 800-63B section 3.1.2.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import RuleError
from core.infra.ids import new_id
from core.infra.sealing import mac
from core.infra.secret import Secret
from core.people.identifiers import PersonId
from idp.credentials.security_mail import Place, tell_owner
from idp.credentials.tables import RecoveryCodeRow

HOW_MANY = 10
# From so many on pages say that new ones should be made.
FEW = 3
# Read aloud on the telephone and copied from paper: no 0 and O, no 1, I and L, no U beside V.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
_PURPOSE = "recovery code"


class WrongRecoveryCode(RuleError):
    """The person has no such code, or has used it already."""

    code = "wrong-recovery-code"


@dataclass(frozen=True, slots=True)
class CodesLeft:
    """How many codes can still be used, and when they were made; None: there are none."""

    number: int
    made_at: datetime | None

    @property
    def are_few(self) -> bool:
        """Tell whether it is time to make new ones."""
        return self.number <= FEW


def make(session: Session, person_id: PersonId, *, secret: Secret, now: datetime) -> tuple[str, ...]:
    """Give the person ten new codes and return them, for the only time; the old ones are void."""
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.person_id == person_id))
    codes = tuple("".join(secrets.choice(_ALPHABET) for _ in range(LENGTH)) for _ in range(HOW_MANY))
    for code in codes:
        row = RecoveryCodeRow(id=new_id("rec"), person_id=person_id, mac=_mac(secret, person_id, code), created_at=now)
        session.add(row)
    audit.record(session, action="recovery-codes-made", actor_id=person_id, subject_id=person_id, now=now)
    return tuple(f"{code[:5]}-{code[5:]}" for code in codes)


def renew(session: Session, person_id: PersonId, *, secret: Secret, place: Place, now: datetime) -> tuple[str, ...]:
    """Give the person ten new codes as they wished, and tell them by mail; see `make`."""
    codes = make(session, person_id, secret=secret, now=now)
    tell_owner(session, person_id, "recovery-codes-renewed", place=place, now=now)
    return codes


def use(session: Session, person_id: PersonId, typed: str, *, secret: Secret, place: Place, now: datetime) -> int:
    """Spend a code, tell its owner by mail, and return how many are left.

    Of several who type the same code at once exactly one succeeds. Raises `WrongRecoveryCode`.
    """
    typed_mac = _mac(secret, person_id, normal(typed))
    spent = (
        update(RecoveryCodeRow)
        .where(RecoveryCodeRow.person_id == person_id, RecoveryCodeRow.mac == typed_mac)
        .where(RecoveryCodeRow.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCodeRow.id)
    )
    if len(session.execute(spent).all()) != 1:
        raise WrongRecoveryCode
    number = left(session, person_id).number
    details: dict[str, audit.Detail] = {"left": number}
    audit.record(
        session, action="recovery-code-used", actor_id=person_id, subject_id=person_id, details=details, now=now
    )
    tell_owner(session, person_id, "recovery-code-used", {"left": str(number)}, place=place, now=now)
    return number


def left(session: Session, person_id: PersonId) -> CodesLeft:
    """Return what is left of the person's codes."""
    unused = select(func.count(), func.max(RecoveryCodeRow.created_at)).where(
        RecoveryCodeRow.person_id == person_id, RecoveryCodeRow.used_at.is_(None)
    )
    number, made_at = session.execute(unused).one()
    return CodesLeft(number, made_at)


def void(session: Session, person_id: PersonId) -> None:
    """Take the person's codes away: what they stood in for is gone."""
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.person_id == person_id))


def normal(typed: str) -> str:
    """Return a typed code as it was made: case, spaces and dashes do not matter."""
    return "".join(character for character in typed.upper() if character in _ALPHABET)


def _mac(secret: Secret, person_id: PersonId, code: str) -> str:
    return mac(secret, f"{person_id} {code}", purpose=_PURPOSE)
