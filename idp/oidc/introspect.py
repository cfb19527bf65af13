"""Token introspection (RFC 7662): for registered resource servers, about tokens that are for them.

To everybody else, and about everything that is not alive, the answer is the same: not active.
"""

from collections.abc import Mapping

from core.proof.access_token import TYPE
from core.proof.confirmation import Confirmation
from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.oidc import error_response, server
from idp.oidc.clients import known_client
from idp.oidc.errors import InvalidRequest, UnauthorizedClient
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.tokens import refresh_token
from idp.signing import jws
from idp.signing.jws import InvalidJwt
from idp.wiring import Services

_PARAMETERS = frozenset({"token", "token_type_hint"})
_INACTIVE: Mapping[str, object] = {"active": False}


def introspect(ground: Services, request: ProgramRequest) -> Answer:
    """Tell a resource server whether an access token is alive, and what it says."""
    client, found = server.authenticate_client(ground, request, _PARAMETERS)
    if client.is_public or not client.policy.introspection:
        raise UnauthorizedClient("The client is not registered as a resource server.")
    token = found.get("token")
    if token is None:
        raise InvalidRequest("The token is missing.")
    return error_response.json_response(_describe(ground, client, token))


def _describe(ground: Services, client: RegisteredClient, token: str) -> Mapping[str, object]:
    try:
        claims = jws.decode(ground.keyring, token, typ=TYPE)
    except InvalidJwt:
        return _INACTIVE
    if claims["iss"] != ground.settings.issuer or claims["exp"] <= ground.clock.now().timestamp():
        return _INACTIVE
    if not _is_for(client, claims["aud"]):
        return _INACTIVE
    jti = str(claims["jti"])
    if refresh_token.is_revoked(ground.store, jti.partition(".")[0], jti):
        return _INACTIVE
    holder = known_client(ground.database, ground.store, str(claims["client_id"]))
    if holder is None or not holder.enabled:
        return _INACTIVE
    bound_to = Confirmation.of_claim(claims.get("cnf", {}))
    return {"active": True, "token_type": bound_to.token_type, **claims}


def _is_for(client: RegisteredClient, audience: object) -> bool:
    # A resource server's own addresses stand where other clients have those they may ask for.
    own = {client.client_id, *client.policy.resources}
    named = audience if isinstance(audience, list) else [audience]
    return any(entry in own for entry in named)


ENDPOINTS = (Endpoint("/introspect", {"POST": introspect}),)
