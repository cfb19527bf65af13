"""The guard of the provider's own resources: who calls, for whom, and may they still (RFC 6750).

A token counts when it is genuine, for this resource, not revoked, of a client that is still
there, and when the store still knows what it was granted for.
"""

from dataclasses import dataclass

import orjson

from core.infra.store.interface import Kind
from core.proof import access_token
from core.proof.access_token import VerifiedAccessToken
from core.proof.jws import InvalidJwt
from core.web.programs import ProgramRequest
from idp.oidc import server
from idp.oidc.clients import known_client
from idp.oidc.codes import CodeGrant
from idp.oidc.error_response import NoToken
from idp.oidc.errors import InsufficientScope, InvalidRequest, InvalidToken
from idp.oidc.registered_client import RegisteredClient
from idp.wiring import Services


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that acts for a person: its token, itself, and what the person granted."""

    token: VerifiedAccessToken
    client: RegisteredClient
    grant: CodeGrant


def bearer_token(request: ProgramRequest) -> str:
    """Return the access token of a request, from the header or from a form body, never from the URL.

    Raises `NoToken` where there is none, `InvalidRequest` where there are several (RFC 6750
    section 2) or one in the URL, where it would end up in logs.
    """
    if "access_token" in request.args:
        raise InvalidRequest("The access token must not be in the URL.")
    header = _from_header(request)
    body = _from_body(request)
    if header is not None and body is not None:
        raise InvalidRequest("The access token was sent twice.")
    found = header or body
    if found is None:
        raise NoToken
    return found


def require(services: Services, token: str, *, audience: str, scope: str) -> Caller:
    """Return who calls with this token; raise `InvalidToken` or `InsufficientScope`."""
    try:
        verified = access_token.verify(
            token,
            keys=services.keyring.verification_keys(),
            issuer=services.settings.issuer,
            audience=audience,
            now=services.clock.now(),
        )
    except InvalidJwt as error:
        raise InvalidToken(details=dict(error.details)) from error
    grant = _require_alive(services, verified)
    client = known_client(services.database, services.store, verified.client_id)
    if client is None or not client.enabled:
        raise InvalidToken(reason="client gone", client_id=verified.client_id)
    if scope not in verified.scope:
        raise InsufficientScope(needed=scope, client_id=verified.client_id)
    return Caller(verified, client, grant)


def _require_alive(services: Services, token: VerifiedAccessToken) -> CodeGrant:
    granted, family_revoked, token_revoked = services.store.get_many(
        (
            (Kind.GRANT, token.family_id),
            (Kind.REVOKED_FAMILY, token.family_id),
            (Kind.REVOKED_FAMILY, token.jti),
        )
    )
    if family_revoked is not None or token_revoked is not None:
        raise InvalidToken(reason="revoked", client_id=token.client_id)
    if granted is None:
        raise InvalidToken(reason="no grant", client_id=token.client_id)
    return CodeGrant.from_json(orjson.loads(granted))


def _from_header(request: ProgramRequest) -> str | None:
    authorization = request.headers.get("Authorization")
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NoToken
    return token.strip()


def _from_body(request: ProgramRequest) -> str | None:
    if request.method != "POST" or request.mimetype != server.FORM:
        return None
    return server.read_form(request, {"access_token"}).get("access_token")
