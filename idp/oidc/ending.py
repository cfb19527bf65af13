"""Ending sign-ins from outside their browser: one device, or all but the one that asks (A17).

In the order of a sign-out: the session is closed to everybody, then what rests on it ends in the
caller's transaction, and after that `settle` removes what is left. Who is interrupted before the
transaction ends finds the same sign-ins again, closed, and ends them anew.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.log import event
from core.infra.store.interface import EphemeralStore
from core.people.identifiers import PersonId
from idp import session as sso
from idp.credentials import sign_ins
from idp.credentials.sign_ins import SignIn
from idp.oidc import backchannel, telling_at_once
from idp.oidc.backchannel import WrittenNotice
from idp.wiring import Services


@dataclass(frozen=True, slots=True)
class Ended:
    """What was ended: the digests under which the sessions lie, and the notices that were written."""

    cookie_digests: tuple[str, ...] = ()
    notices: tuple[WrittenNotice, ...] = ()


def end(session: Session, store: EphemeralStore, *, person_id: PersonId, sid: str, now: datetime) -> Ended:
    """End one sign-in of a person; nothing is ended where it is not theirs or already over."""
    return _end(session, store, sign_ins.hold(session, person_id, sid=sid), now)


def end_all(
    session: Session, store: EphemeralStore, *, person_id: PersonId, but: str | None = None, now: datetime
) -> Ended:
    """End all sign-ins of a person, except the one that is named."""
    held = sign_ins.hold(session, person_id)
    return _end(session, store, tuple(found for found in held if found.sid != but), now)


def end_signed_in_by(
    session: Session, store: EphemeralStore, *, person_id: PersonId, means: str, now: datetime
) -> Ended:
    """End all sign-ins of a person in which a method of RFC 8176 had a part."""
    held = sign_ins.hold(session, person_id)
    return _end(session, store, tuple(found for found in held if means in found.means), now)


def settle(services: Services, ended: Ended, *, now: datetime) -> None:
    """Remove the sessions that were ended and tell the tools, once the transaction is over."""
    for cookie_digest in ended.cookie_digests:
        sso.forget_elsewhere(services.store, cookie_digest)
    telling_at_once.tell(services, ended.notices, now=now)


def _end(session: Session, store: EphemeralStore, held: tuple[SignIn, ...], now: datetime) -> Ended:
    notices: list[WrittenNotice] = []
    for found in held:
        sso.begin_to_end_elsewhere(store, found.cookie_digest)
        notices += backchannel.end_what_rests_on(session, store, sid=found.sid, now=now)
        audit.record(session, action="device-signed-out", actor_id=found.person_id, subject_id=found.person_id, now=now)
        event("signed_out_elsewhere", person_id=found.person_id, sid=found.sid)
    return Ended(tuple(found.cookie_digest for found in held), tuple(notices))
