"""Ending a session for everybody who took part in it: OpenID Connect Back-Channel Logout 1.0.

`end_for_everybody` writes what has to happen in the caller's transaction; `tell` is what is done
with each message of it, by the worker, and before the browser goes on: see `telling_at_once.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.infra import audit, outbox
from core.infra.errors import Unavailable
from core.infra.http import TIMEOUT_SECONDS, OutboundRefused
from core.infra.log import event
from core.infra.outbox import Undeliverable
from core.infra.store.interface import EphemeralStore, Kind
from core.infra.topics import LogoutNotice
from core.people.identifiers import PersonId
from idp.credentials import sign_ins
from idp.oidc import participants
from idp.oidc.clients import find_client
from idp.oidc.subject import subject_identifier
from idp.oidc.tokens.logout_token import logout_token
from idp.oidc.tokens.refresh_token import revoke_session
from idp.session import SsoSession
from idp.wiring import Services

# A client that did not answer is not waited for again so soon, and counts for one that is away.
DOWN_LIFE = timedelta(minutes=5)
# How long a worker leaves such a client alone: whoever hangs costs it seconds at each try, and mails wait behind.
_REST = timedelta(seconds=30)
# Whoever tells at once is not overtaken by a worker, which would not tell them when it is done.
_HEAD_START = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class WrittenNotice:
    """A notice in the outbox, and whom it is for."""

    message_id: str
    client_id: str


def end_for_everybody(
    session: Session, store: EphemeralStore, ended: SsoSession, *, now: datetime
) -> tuple[WrittenNotice, ...]:
    """End what rests on a session, and enqueue a notice for each client that wants to hear of it.

    Refresh tokens bound to the session are revoked. Returns what was written, for `telling_at_once.tell`.
    """
    person_id = ended.person_id
    audit.record(session, action="signed-out", actor_id=person_id, subject_id=person_id, now=now)
    return end_what_rests_on(session, store, sid=ended.sid, now=now)


def end_what_rests_on(session: Session, store: EphemeralStore, *, sid: str, now: datetime) -> tuple[WrittenNotice, ...]:
    """Do the same for a session of which only its name is known, and leave no trace of who ended it."""
    revoke_session(session, store, sid, now)
    sign_ins.mark_ended(session, sid, now=now)
    written = []
    for participant in participants.leave_all(session, sid):
        client = find_client(session, participant.client_id)
        if client is not None and client.backchannel_logout_uri is not None:
            notice = LogoutNotice(participant.client_id, participant.person_id, sid)
            message_id = outbox.enqueue(session, notice, now=now, delay=_HEAD_START)
            written.append(WrittenNotice(message_id, participant.client_id))
    return tuple(written)


def tell(
    services: Services,
    notice: LogoutNotice,
    *,
    now: datetime,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> None:
    """Tell one client that a session is over (section 2.5).

    Raises `Unavailable` where another attempt may succeed, `Undeliverable` where none will.
    """
    with services.database.connection() as connection:
        client = find_client(connection, notice.client_id)
    if client is None or not client.enabled or client.backchannel_logout_uri is None:
        return
    token = logout_token(
        client=client,
        issuer=services.settings.issuer,
        subject_identifier=subject_identifier(PersonId(notice.person_id), client, services.settings.secret),
        sid=notice.sid,
        now=now,
        keyring=services.keyring,
    )
    try:
        status = services.http.post_form(
            client.backchannel_logout_uri, {"logout_token": token}, timeout_seconds=timeout_seconds
        )
    except OutboundRefused as refused:
        raise Undeliverable(client_id=notice.client_id) from refused
    except Unavailable:
        services.store.put(Kind.CLIENT_DOWN, notice.client_id, b"", DOWN_LIFE)
        raise
    services.store.delete(Kind.CLIENT_DOWN, notice.client_id)
    if not 200 <= status < 300:
        raise Unavailable(client_id=notice.client_id, status=status)
    event("client_told_of_logout", client_id=notice.client_id, sid=notice.sid)


def bring(services: Services, notice: LogoutNotice, *, now: datetime) -> None:
    """Tell one client as the worker does; raises as `tell`, also untried for a client that just did not answer."""
    if services.store.get(Kind.CLIENT_RESTS, notice.client_id) is not None:
        raise Unavailable(client_id=notice.client_id, reason="resting")
    try:
        tell(services, notice, now=now)
    except Unavailable:
        if services.store.get(Kind.CLIENT_DOWN, notice.client_id) is not None:
            services.store.put(Kind.CLIENT_RESTS, notice.client_id, b"", _REST)
        raise
