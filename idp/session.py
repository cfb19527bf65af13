"""The sign-in session of a browser: who signed in, when, by what means, under which `sid`.

It lies in the store under the digest of the cookie. The cookie changes with every sign-in; the
`sid` names the session in tokens and stays while the same person signs in again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from core.infra.ids import digest, new_id, new_secret
from core.infra.store.interface import EphemeralStore, Kind, Writes
from core.people.assurance import SIGN_IN_LIFE, Acr, Authentication
from core.people.identifiers import PersonId

SESSION_LIFE = SIGN_IN_LIFE
# How long a proof of the owner is good for what a stolen session must not do.
PROOF_LIFE = timedelta(minutes=5)
# 2: every session is also recorded where its person can end it (`idp.credentials.sign_ins`).
_FORMAT = 2


@dataclass(frozen=True, slots=True)
class SsoSession:
    """One person signed in, in one browser.

    `is_ending` marks one that is being ended: it is no longer a session to anybody, but says
    which one to go on ending should that have been interrupted.
    """

    sid: str
    person_id: PersonId
    authentication: Authentication
    is_ending: bool = False


def start(
    writes: Writes,
    *,
    person_id: PersonId,
    authentication: Authentication,
    earlier: SsoSession | None,
    earlier_cookie: str | None,
) -> tuple[SsoSession, str]:
    """Begin a session, or renew the same person's, and return it with its cookie.

    The earlier cookie is worth nothing afterwards: a cookie planted before the sign-in
    (session fixation) stays outside.
    """
    is_same = earlier is not None and earlier.person_id == person_id
    sid = earlier.sid if earlier is not None and is_same else new_id("ses")
    session = SsoSession(sid, person_id, authentication)
    cookie = new_secret()
    if earlier_cookie is not None:
        writes.delete(Kind.SSO_SESSION, digest(earlier_cookie))
    writes.put(Kind.SSO_SESSION, digest(cookie), _to_bytes(session), SESSION_LIFE)
    return session, cookie


def find(store: EphemeralStore, cookie: str | None, now: datetime) -> SsoSession | None:
    """Return the session of a cookie, or None when there is none or its life is over."""
    found = store.get(Kind.SSO_SESSION, digest(cookie)) if cookie else None
    session = None if found is None else _from_bytes(found)
    if session is None or session.is_ending:
        return None
    return session if _is_alive(session, now) else None


def present(store: EphemeralStore, cookie_digests: Sequence[str], now: datetime) -> frozenset[str]:
    """Return under which of these digests a session lies whose life is not over.

    One whose end was interrupted is among them: nobody can use it, and its end is still due.
    """
    found = store.get_many([(Kind.SSO_SESSION, name) for name in cookie_digests]) if cookie_digests else ()
    sessions = ((name, _from_bytes(value)) for name, value in zip(cookie_digests, found, strict=True) if value)
    return frozenset(name for name, session in sessions if session is not None and _is_alive(session, now))


def change_cookie(writes: Writes, session: SsoSession, cookie: str, now: datetime) -> str:
    """Give a session another cookie and return it: whoever holds a copy of the former one is outside.

    The session lives no longer by it.
    """
    changed = new_secret()
    left = session.authentication.auth_time + SESSION_LIFE - now
    writes.delete(Kind.SSO_SESSION, digest(cookie))
    writes.put(Kind.SSO_SESSION, digest(changed), _to_bytes(session), left)
    return changed


def begin_to_end(store: EphemeralStore, cookie: str) -> SsoSession | None:
    """Close the session of a cookie to everybody and return it; None when there is none.

    The caller then ends what rests on it and calls `forget`; if that is interrupted, this
    function returns the same session again.
    """
    return begin_to_end_elsewhere(store, digest(cookie))


def begin_to_end_elsewhere(store: EphemeralStore, cookie_digest: str) -> SsoSession | None:
    """Do the same to a session of another browser, known by the digest of its cookie."""
    found = store.get(Kind.SSO_SESSION, cookie_digest)
    session = None if found is None else _from_bytes(found)
    if session is not None and not session.is_ending:
        ending = _to_bytes(replace(session, is_ending=True))
        store.put(Kind.SSO_SESSION, cookie_digest, ending, SESSION_LIFE)
    return session


def forget(store: EphemeralStore, cookie: str) -> None:
    """Remove the session of a cookie."""
    forget_elsewhere(store, digest(cookie))


def forget_elsewhere(store: EphemeralStore, cookie_digest: str) -> None:
    """Remove a session of another browser."""
    store.delete(Kind.SSO_SESSION, cookie_digest)


def _is_alive(session: SsoSession, now: datetime) -> bool:
    return now < session.authentication.auth_time + SESSION_LIFE


def _to_bytes(session: SsoSession) -> bytes:
    authentication = session.authentication
    return orjson.dumps(
        {
            "version": _FORMAT,
            "sid": session.sid,
            "person_id": session.person_id,
            "auth_time": authentication.auth_time.isoformat(),
            "amr": authentication.amr,
            "acr": authentication.acr.value,
            "is_ending": session.is_ending,
        }
    )


def _from_bytes(value: bytes) -> SsoSession | None:
    members = orjson.loads(value)
    # A format of an earlier or later release: the person signs in once more.
    if members["version"] != _FORMAT:
        return None
    authentication = Authentication(
        auth_time=datetime.fromisoformat(members["auth_time"]),
        amr=tuple(members["amr"]),
        acr=Acr(members["acr"]),
    )
    return SsoSession(members["sid"], PersonId(members["person_id"]), authentication, members["is_ending"])
