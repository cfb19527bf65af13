"""Beginning a session: the one way in, whatever proved the person.

What the sign-in ends is ended first, what it gives is given last; a process that dies between two
writes leaves somebody who starts again, never somebody who is half signed in.
"""

from dataclasses import replace
from datetime import datetime

from flask import request
from werkzeug.wrappers import Response

from core.closing import accreditations
from core.infra import audit
from core.infra.db import Session
from core.infra.ids import digest
from core.infra.store.interface import Kind
from core.people.assurance import Authentication
from core.people.identifiers import PersonId
from core.people.profiles import remember_language
from idp import session as sso
from idp.credentials import sign_ins
from idp.credentials.devices import proven_device, with_proof
from idp.credentials.sign_ins import PasswordChangedMeanwhile, PersonGone
from idp.interaction.access import Interaction
from idp.oidc import backchannel, pending
from idp.oidc.request import LocalRequest, Progress
from idp.session import PROOF_LIFE, SsoSession
from idp.web import browser
from idp.web.doors import remember_door


def enter(
    opened: Interaction,
    *,
    person_id: PersonId,
    authentication: Authentication,
    password_made_at: datetime | None = None,
) -> Response:
    """Begin the session of somebody who has proved who they are, and go on to what is due.

    A session of somebody else in this browser ends with all that rests on it. The same person's is
    renewed: its `sid` stays, and what they chose in this interaction stands. Where the password was
    changed since it was proven (`password_made_at` says which one it was), or the account went, they
    sign in again.
    """
    try:
        cookie = _begin(opened, person_id, authentication, password_made_at or _of_first_factor(opened, authentication))
    except (PasswordChangedMeanwhile, PersonGone):
        opened.keep(Progress())
        return opened.back()
    # What a register says counts at once: for the contexts offered next, and in the claims (E5).
    accreditations.refresh(opened.services.database, opened.services.registers, person_id, now=opened.now)
    response = opened.back()
    browser.set_session(response, cookie)
    device = with_proof(opened.services.settings.secret, browser.device_cookie(), person_id)
    browser.set_device(response, device)
    remember_door(response, authentication)
    return response


def _begin(
    opened: Interaction, person_id: PersonId, authentication: Authentication, password_made_at: datetime | None
) -> str:
    """Write all that a sign-in changes and return the cookie of the session.

    The session is in the store before the record of it lasts: whoever ends all sessions of a
    person finds each by its record.
    """
    found = opened.services
    _end_what_it_ends(opened, person_id)
    with found.database.transaction() as transaction:
        if opened.pending.language is not None:
            remember_language(transaction, person_id, opened.pending.language)
        with found.store.pipeline() as writes:
            session, cookie = sso.start(
                writes,
                person_id=person_id,
                authentication=authentication,
                earlier=opened.session,
                earlier_cookie=browser.session_cookie(),
            )
            _record(transaction, opened, session, cookie, password_made_at)
            pending.save(writes, opened.pending.with_progress(_progress(opened, session)))
            if isinstance(opened.pending.request, LocalRequest) and opened.pending.request.wants_proof:
                writes.put(Kind.PROOF, digest(session.sid), b"", PROOF_LIFE)
    return cookie


def _end_what_it_ends(opened: Interaction, person_id: PersonId) -> None:
    """End a session of somebody else in this browser, for good before the new one begins.

    Also one whose end was interrupted, by a crash in here or in a sign-out.
    """
    cookie, running = browser.session_cookie(), opened.session
    if cookie is None or (running is not None and running.person_id == person_id):
        return
    ending = sso.begin_to_end(opened.services.store, cookie)
    if ending is not None:
        with opened.services.database.transaction() as transaction:
            backchannel.end_for_everybody(transaction, opened.services.store, ending, now=opened.now)


def _record(
    transaction: Session, opened: Interaction, session: SsoSession, cookie: str, password_made_at: datetime | None
) -> None:
    person_id, authentication = session.person_id, session.authentication
    known_device = proven_device(opened.services.settings.secret, browser.device_cookie(), person_id)
    recorded = sign_ins.record(
        transaction,
        sid=session.sid,
        person_id=person_id,
        cookie_digest=digest(cookie),
        agent=request.user_agent.string,
        address=request.remote_addr or "",
        means=authentication.amr,
        password_made_at=password_made_at,
        now=opened.now,
    )
    sign_ins.tell_of_new_device(transaction, recorded, is_known_device=known_device is not None, now=opened.now)
    audit.record(
        transaction,
        action="signed-in",
        actor_id=person_id,
        subject_id=person_id,
        details={"client_id": opened.client_id, "acr": authentication.acr.value},
        now=opened.now,
    )


def _of_first_factor(opened: Interaction, authentication: Authentication) -> datetime | None:
    first = opened.gathered.progress.first_factor
    return None if first is None or "pwd" not in authentication.amr else first.password_made_at


def _progress(opened: Interaction, session: SsoSession) -> Progress:
    """Return what stands after the sign-in: nothing of anybody else's."""
    progress = Progress(
        person_id=session.person_id,
        authentication=session.authentication,
        sid=session.sid,
        signed_in_at=opened.now,
    )
    before = opened.gathered.progress
    if (before.sid, before.person_id) != (session.sid, session.person_id):
        return progress
    progress = replace(
        progress,
        wish=before.wish,
        wished_organisation_id=before.wished_organisation_id,
        wished_usage=before.wished_usage,
    )
    if before.context is None:
        return progress
    return replace(
        progress,
        context=before.context,
        consented_scope=before.consented_scope,
        skipped=before.skipped,
        stepped_up=True,
    )
