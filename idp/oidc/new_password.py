"""Giving a person a new password: what rested on the old one ends with it (A12, A13).

Changing it happens in the person's own session, which alone stays, under a new cookie: a copy of the
former one is worth nothing. Recovering it needs the mailbox of the account and leaves no session. In
both cases the owner is told, and a second factor stays what it was.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import RuleError
from core.infra.ids import digest
from core.people import email_addresses
from core.people.identifiers import PersonId
from idp import session as sso
from idp.credentials import passwords, recovery, sign_ins
from idp.credentials.recovery import RecoveryProof
from idp.credentials.security_mail import Place, tell_owner
from idp.oidc import ending
from idp.oidc.ending import Ended
from idp.session import SsoSession
from idp.wiring import Services


class SignedOutMeanwhile(RuleError):
    """The session in which something was asked for was ended, or renewed, before it was done."""

    code = "signed-out-meanwhile"


@dataclass(frozen=True, slots=True)
class InSession:
    """The session in which a password is changed, by its cookie, and from where."""

    session: SsoSession
    cookie: str
    place: Place


def change(services: Services, asked_in: InSession, *, password: str, now: datetime) -> str:
    """Give the person of a session a new password and return the session's new cookie.

    All their other sign-ins end. That the person knows the old password, or proved it otherwise, is
    for the caller to see to. Raises `SignedOutMeanwhile` where the session was ended by then.
    """
    hashed, person_id = passwords.hash_password(password), asked_in.session.person_id
    with services.database.transaction() as session:
        _store(session, person_id, hashed, now)
        cookie = _change_cookie(services, session, asked_in, now)
        ended = ending.end_all(session, services.store, person_id=person_id, but=asked_in.session.sid, now=now)
        _tell(session, person_id, "password-changed", asked_in.place, now)
    ending.settle(services, ended, now=now)
    return cookie


def recover(services: Services, name: str, *, password: str, place: Place, now: datetime) -> PersonId:
    """Give the person whose mailbox was proven a new password, and return who it is.

    `name` is that under which the proof is kept; it is good once. All sign-ins of the person end. An
    address that waited for its code becomes current, because its mailbox is proven. Raises
    `RecoveryOver`, or `EmailTaken` where another account has that address by now.
    """
    proof = recovery.take(services.store, name)
    hashed = passwords.hash_password(password)
    with services.database.transaction() as session:
        recovery.require_current(session, proof)
        _store(session, proof.person_id, hashed, now)
        ended = _end_everything(services, session, proof, now)
        _tell(session, proof.person_id, "password-recovered", place, now)
    ending.settle(services, ended, now=now)
    return proof.person_id


def _store(session: Session, person_id: PersonId, hashed: str, now: datetime) -> None:
    # Before sign-ins are looked at: one that begins at this moment waits, or is found.
    passwords.store_password(session, person_id=person_id, hashed=hashed, now=now)
    session.flush()
    recovery.void(session, person_id)


def _end_everything(services: Services, session: Session, proof: RecoveryProof, now: datetime) -> Ended:
    if email_addresses.activated_at(session, proof.person_id) is None:
        email_addresses.adopt(session, proof.person_id, proof.address, now=now)
    return ending.end_all(session, services.store, person_id=proof.person_id, now=now)


def _change_cookie(services: Services, session: Session, asked_in: InSession, now: datetime) -> str:
    own, former = asked_in.session, digest(asked_in.cookie)
    held = sign_ins.hold(session, own.person_id, sid=own.sid)
    if [found.cookie_digest for found in held] != [former]:
        raise SignedOutMeanwhile(sid=own.sid)
    with services.store.pipeline() as writes:
        cookie = sso.change_cookie(writes, own, asked_in.cookie, now)
    sign_ins.move(session, own.sid, cookie_digest=digest(cookie))
    return cookie


def _tell(session: Session, person_id: PersonId, action: str, place: Place, now: datetime) -> None:
    audit.record(session, action=action, actor_id=person_id, subject_id=person_id, now=now)
    tell_owner(session, person_id, "password-changed", place=place, now=now)
