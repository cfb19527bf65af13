"""Whether the provider's session still lives: asked of the provider, so that no lost notice keeps ours alive.

The provider tells when a session ends (back-channel logout). It may tell in vain: while the portal is
down or cannot be reached. So each session holds a refresh token that ends with the provider's session
(RFC 6749 section 6); it is used when the last confirmation is a minute old, or older than this process,
which may have been down when a notice came.
"""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from flask import current_app
from requests import RequestException

from core.infra import log, sealing
from core.infra.errors import ImmoError
from core.infra.secret import Secret
from core.infra.store.interface import Kind
from core.people.identifiers import PersonId
from core.staff.roles import roles_of
from core.staff.states import StaffRole
from portal import session
from portal.session import SignedIn
from portal.wiring import Services, services

ASK_AFTER = timedelta(minutes=1)
# A provider that does not answer is left alone so long, and whoever was confirmed lately goes on meanwhile.
_REST = timedelta(seconds=15)
_TIMEOUT_SECONDS = 3
_PURPOSE = "portal session"
_RESTING = "portal provider rests"


class SessionUnconfirmed(ImmoError):
    """The provider does not answer, and it is too long ago that it said that the session lives."""

    code = "session-unconfirmed"


def seal(secret: Secret, refresh_token: str) -> str:
    """Return the refresh token of a session as the store may hold it."""
    return sealing.seal(secret, refresh_token, purpose=_PURPOSE)


def confirmed(signed_in: SignedIn) -> SignedIn | None:
    """Return the sign-in where the session at the provider goes on, by what it said last or says now.

    Raises `SessionUnconfirmed` where the provider does not answer for so long that nobody can tell.
    """
    found = services()
    if _is_recent(found, signed_in, ASK_AFTER):
        return signed_in
    lives = None if _rests(found) else _asked(found, signed_in)
    if lives is None:
        if _is_recent(found, signed_in, session.GOOD_FOR):
            return signed_in
        raise SessionUnconfirmed
    if not lives:
        log.event("portal_session_over", person_id=signed_in.person_id)
        return None
    held = staff_roles(found, signed_in.person_id)
    return session.confirm(found.store, signed_in, staff_roles=held, now=found.clock.now())


def staff_roles(found: Services, person_id: PersonId) -> frozenset[StaffRole]:
    """Return the roles of staff that a person holds now, for the menus of the next minute."""
    with found.database.reading() as reading:
        return frozenset(roles_of(reading, person_id))


def _is_recent(found: Services, signed_in: SignedIn, within: timedelta) -> bool:
    at = signed_in.confirmed_at
    return at is not None and at >= found.started_at and found.clock.now() < at + within


def _rests(found: Services) -> bool:
    silent_at = found.store.get(Kind.SID, _RESTING)
    return silent_at is not None and found.clock.now() < datetime.fromisoformat(silent_at.decode()) + _REST


def _asked(found: Services, signed_in: SignedIn) -> bool | None:
    """Return what the provider says; None where it does not answer, or not to the question."""
    try:
        token = sealing.unseal(found.settings.secret, signed_in.refresh_token, purpose=_PURPOSE)
        status, error = _refreshed(token)
    except sealing.Unreadable:
        # Of another secret, which was replaced meanwhile: nobody can ask for it any more.
        return False
    except (RequestException, ValueError) as failure:
        status, error = 0, type(failure).__name__
    if status == HTTPStatus.OK:
        return True
    if error == "invalid_grant":
        return False
    log.event("session_unconfirmed", log.WARNING, status=status, error_code=error)
    found.store.put(Kind.SID, _RESTING, found.clock.now().isoformat().encode(), _REST)
    return None


def _refreshed(token: str) -> tuple[int, str | None]:
    provider: Any = current_app.extensions["provider"]
    metadata = provider.load_server_metadata()
    with provider._get_oauth_client(**metadata) as client:  # noqa: SLF001 - Authlib's own way in
        answer = client.post(
            metadata["token_endpoint"],
            data={"grant_type": "refresh_token", "refresh_token": token, "scope": "openid"},
            auth=client.client_auth("private_key_jwt"),
            timeout=_TIMEOUT_SECONDS,
        )
    error = answer.json().get("error") if answer.status_code in {400, 401} else None
    return answer.status_code, error
