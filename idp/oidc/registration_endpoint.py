"""The registration endpoint and the clients' own configuration endpoints (RFC 7591, RFC 7592)."""

from typing import Any

import orjson
from werkzeug.exceptions import RequestEntityTooLarge

from core.infra import log
from core.infra.settings import Registration as RegistrationMode
from core.infra.settings import Settings
from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.oidc import error_response, protect, registration, registration_tokens
from idp.oidc.clients import announce_change, metadata_of
from idp.oidc.error_response import NO_STORE, NoToken
from idp.oidc.errors import AccessDenied, InvalidRequest
from idp.oidc.profiles import Profile
from idp.oidc.registration import Registration
from idp.wiring import Services

_LARGEST_BODY = 64 * 1024
# What we add to an answer: it must not come back as metadata (RFC 7592 section 2.2).
_OURS = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)


def register(ground: Services, request: ProgramRequest) -> Answer:
    """Register a client, where registration is open, or for the owner of an initial access token."""
    token = _initial_access_token(ground.settings, request)
    client = registration.judge(
        _read_members(request),
        profile=_profile(ground, token),
        settings=ground.settings,
        http=ground.http,
    )
    now = ground.clock.now()
    with ground.database.transaction() as session:
        owner_id = None if token is None else registration_tokens.spend(session, token, now=now).owner_id
        made = registration.register(session, client, owner_id=owner_id, now=now)
    log.event("client_registered", client_id=client.client_id, owner_id=owner_id)
    return _answer(ground.settings.issuer, made, status=201)


def read(ground: Services, request: ProgramRequest) -> Answer:
    """Show a client to itself."""
    with ground.database.reading() as session:
        found = registration.read(session, request.path_name, protect.bearer_token(request))
    return _answer(ground.settings.issuer, found)


def update(ground: Services, request: ProgramRequest) -> Answer:
    """Put new metadata in the place of a client's old ones."""
    client_id = request.path_name
    token = protect.bearer_token(request)
    with ground.database.reading() as session:
        earlier = registration.read(session, client_id, token)
    members = _read_members(request)
    _require_own(members, earlier)
    # Judged outside the transaction: it may fetch.
    client = registration.judge(
        members,
        client_id=client_id,
        profile=earlier.client.policy.profile,
        settings=ground.settings,
        http=ground.http,
    )
    with ground.database.transaction() as session:
        earlier = registration.read(session, client_id, token)
        changed = registration.update(session, earlier, client, now=ground.clock.now())
    announce_change(ground.database, ground.store)
    return _answer(ground.settings.issuer, changed)


def delete(ground: Services, request: ProgramRequest) -> Answer:
    """Remove a client at its own wish."""
    client_id = request.path_name
    token = protect.bearer_token(request)
    with ground.database.transaction() as session:
        earlier = registration.read(session, client_id, token)
        registration.remove(session, ground.store, earlier, now=ground.clock.now())
    announce_change(ground.database, ground.store)
    log.event("client_deleted", client_id=client_id)
    return Answer(status=204, headers=NO_STORE)


def _initial_access_token(settings: Settings, request: ProgramRequest) -> str | None:
    """Return what was sent; None where nothing was and registration is open to everybody."""
    if settings.registration is RegistrationMode.CLOSED:
        raise AccessDenied("Registration is closed; ask the operator to register the client.")
    try:
        return protect.bearer_token(request)
    except NoToken:
        if settings.registration is RegistrationMode.OPEN:
            return None
        raise


def _profile(ground: Services, token: str | None) -> Profile:
    if token is None:
        return Profile.OIDC
    # Before anything is fetched on behalf of whoever asks; the use itself is counted at the end.
    with ground.database.reading() as session:
        return registration_tokens.permission(session, token, now=ground.clock.now()).profile


def _read_members(request: ProgramRequest) -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise InvalidRequest("The content type must be application/json.")
    try:
        members = orjson.loads(request.body(_LARGEST_BODY))
    except RequestEntityTooLarge:
        raise InvalidRequest("The request is too large.") from None
    except orjson.JSONDecodeError:
        raise InvalidRequest("The request is not JSON.") from None
    if not isinstance(members, dict):
        raise InvalidRequest("The request is not a JSON object.")
    return members


def _require_own(members: dict[str, Any], earlier: Registration) -> None:
    if any(name in members for name in _OURS):
        raise InvalidRequest("The request holds members that only the server sets.")
    if members.get("client_id") != earlier.client.client_id:
        raise InvalidRequest("The client_id is missing or another one.")
    if "client_secret" in members and not registration.is_secret_of(earlier.client, members["client_secret"]):
        raise InvalidRequest("The client_secret is not the present one.")


def _answer(issuer: str, made: Registration, status: int = 200) -> Answer:
    client = made.client
    members = metadata_of(client)
    members.pop("sector_identifier", None)
    members |= {
        "client_id": client.client_id,
        "client_id_issued_at": int(made.issued_at.timestamp()),
        "scope": " ".join(client.policy.scope),
        "registration_client_uri": f"{issuer}/register/{client.client_id}",
        "registration_access_token": made.registration_access_token,
    }
    if made.secret is not None:
        members |= {"client_secret": made.secret, "client_secret_expires_at": 0}
    return error_response.json_response(members, status)


ENDPOINTS = (
    Endpoint("/register", {"POST": register}),
    Endpoint("/register/*", {"GET": read, "PUT": update, "DELETE": delete}),
)
