"""Signing out at a tool's wish, without its pages: OpenID Connect RP-Initiated Logout 1.0.

`parse` says what is asked and refuses what cannot be trusted; `must_ask` says whether the person
has to be asked first. A way back exists only where a client of ours registered it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import orjson

from core.infra.ids import digest, new_secret
from core.infra.secret import Secret
from core.infra.store.interface import EphemeralStore, Kind
from core.proof.jws import InvalidJwt
from idp import session as sso
from idp.oidc import backchannel, telling_at_once
from idp.oidc.authorize import FindClient, require_client
from idp.oidc.checks.parameters import Parameters
from idp.oidc.errors import InvalidRequest
from idp.oidc.id_token_hint import IdTokenHint, read_hint
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.subject import subject_identifier
from idp.session import SsoSession
from idp.signing.keyring import Keyring
from idp.wiring import Services

_PARKED_FOR = timedelta(minutes=30)


class HintInvalid(InvalidRequest):
    """The id_token_hint is not an ID token of ours, or not one of this client's."""

    description = "The id_token_hint is not an ID token of this issuer for this client."


class ForeignReturn(InvalidRequest):
    """The post_logout_redirect_uri is not registered for the client (section 3)."""

    description = "The post_logout_redirect_uri is not registered for the client."


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A wish to sign out, judged: from which client, about whom, and where to go afterwards.

    `subject` and `sid` come from a verified hint. `return_to` is registered, exactly as it stands.
    """

    client_id: str | None = None
    subject: str | None = None
    sid: str | None = None
    return_to: str | None = None
    state: str | None = None
    ui_locales: tuple[str, ...] = ()

    @property
    def has_hint(self) -> bool:
        """Tell whether an ID token of ours came with it."""
        return self.subject is not None

    def location(self) -> str | None:
        """Return where to go afterwards, with the state if there was one, and nothing else."""
        if self.return_to is None or self.state is None:
            return self.return_to
        separator = "&" if "?" in self.return_to else "?"
        return f"{self.return_to}{separator}state={quote(self.state, safe='')}"


def parse(parameters: Parameters, find_client: FindClient, *, keyring: Keyring, issuer: str) -> LogoutRequest:
    """Judge a logout request; raise `InvalidRequest` or `Unanswerable`, always shown as a page."""
    parameters.require_faultless()
    hint = _hint(parameters.get("id_token_hint"), keyring, issuer)
    client = _client(parameters.get("client_id"), hint, find_client)
    wanted = parameters.get("post_logout_redirect_uri")
    # Without client nobody vouches for the address: signing out goes on, the way back does not.
    return_to = wanted if client is not None else None
    if client is not None and wanted is not None and wanted not in client.post_logout_redirect_uris:
        raise ForeignReturn(client_id=client.client_id)
    return LogoutRequest(
        client_id=None if client is None else client.client_id,
        subject=None if hint is None else hint.subject,
        sid=None if hint is None else hint.sid,
        return_to=return_to,
        state=parameters.get("state"),
        ui_locales=tuple((parameters.get("ui_locales") or "").split()),
    )


def must_ask(request: LogoutRequest, session: SsoSession, client: RegisteredClient | None, secret: Secret) -> bool:
    """Tell whether the person has to confirm: unless a hint shows that it is about them (section 2)."""
    if not request.has_hint or client is None:
        return True
    if request.sid == session.sid:
        return False
    return request.subject != subject_identifier(session.person_id, client, secret)


def end(services: Services, cookie: str, *, now: datetime) -> SsoSession | None:
    """End the session of a cookie, for this browser and for every client that took part.

    A session that began to end before a crash is ended now. Returns it, or None where there is
    none. Takes a moment longer where a client to be told is slow.
    """
    session = sso.begin_to_end(services.store, cookie)
    if session is None:
        return None
    with services.database.transaction() as transaction:
        told = backchannel.end_for_everybody(transaction, services.store, session, now=now)
    sso.forget(services.store, cookie)
    telling_at_once.tell(services, told, now=now)
    return session


def park(store: EphemeralStore, request: LogoutRequest) -> str:
    """Keep a request until its person answered, and return the secret part of its address."""
    uid = new_secret()
    members = {
        "client_id": request.client_id,
        "subject": request.subject,
        "sid": request.sid,
        "return_to": request.return_to,
        "state": request.state,
        "ui_locales": request.ui_locales,
    }
    store.put(Kind.LOGOUT, digest(uid), orjson.dumps(members), _PARKED_FOR)
    return uid


def find(store: EphemeralStore, uid: str) -> LogoutRequest | None:
    """Return a parked request, or None when it is unknown or its time is over."""
    found = store.get(Kind.LOGOUT, digest(uid))
    if found is None:
        return None
    members = orjson.loads(found)
    return LogoutRequest(**{**members, "ui_locales": tuple(members["ui_locales"])})


def _hint(token: str | None, keyring: Keyring, issuer: str) -> IdTokenHint | None:
    if token is None:
        return None
    try:
        return read_hint(keyring, token, issuer=issuer)
    except InvalidJwt:
        raise HintInvalid from None


def _client(client_id: str | None, hint: IdTokenHint | None, find_client: FindClient) -> RegisteredClient | None:
    if hint is not None and client_id is not None and client_id not in hint.audience:
        raise HintInvalid
    if client_id is not None:
        return require_client(client_id, find_client)
    # A client that has gone since is no reason to keep its user signed in.
    client = find_client(hint.audience[0]) if hint is not None and hint.audience else None
    return client if client is not None and client.enabled else None
