"""Token introspection (RFC 7662): for registered resource servers, about tokens that are for them.

To everybody else, and about everything that is not alive, the answer is the same: not active. A
resource server that must be able to prove what it was told gets the answer signed (RFC 9701).
"""

from collections.abc import Mapping

from werkzeug.http import parse_accept_header

from core.proof.access_token import TYPE
from core.proof.confirmation import Confirmation
from core.proof.granted import lineage
from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.oidc import error_response, server
from idp.oidc.clients import known_client
from idp.oidc.error_response import NO_STORE
from idp.oidc.errors import InvalidRequest, UnauthorizedClient
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.tokens import refresh_token
from idp.signing import jws
from idp.signing.jws import InvalidJwt
from idp.wiring import Services

_PARAMETERS = frozenset({"token", "token_type_hint"})
_SIGNED_TYPE = "token-introspection+jwt"
_SIGNED = f"application/{_SIGNED_TYPE}"
_INACTIVE: Mapping[str, object] = {"active": False}


def introspect(ground: Services, request: ProgramRequest) -> Answer:
    """Tell a resource server whether an access token is alive, and what it says."""
    client, found = server.authenticate_client(ground, request, _PARAMETERS)
    if client.is_public or not client.policy.introspection:
        raise UnauthorizedClient("The client is not registered as a resource server.")
    token = found.get("token")
    if token is None:
        raise InvalidRequest("The token is missing.")
    described = _describe(ground, client, token)
    if _wants_signature(request, client):
        return _sign(ground, client, described)
    return error_response.json_response(described)


def _wants_signature(request: ProgramRequest, client: RegisteredClient) -> bool:
    """Tell whether the answer is signed: the request asks for it, or the registration (RFC 9701 sections 4 and 6)."""
    accepted = parse_accept_header(request.header("Accept"))
    asked = any(value.lower() == _SIGNED and quality > 0 for value, quality in accepted)
    return asked or client.introspection_signed_response_alg is not None


def _sign(ground: Services, client: RegisteredClient, described: Mapping[str, object]) -> Answer:
    """Return the answer as a JWT of its own type, which no audience can take for a token (RFC 9701 section 5)."""
    claims = {
        "iss": ground.settings.issuer,
        "aud": client.client_id,
        "iat": int(ground.clock.now().timestamp()),
        "token_introspection": described,
    }
    signer = ground.keyring.signer(client.introspection_signed_response_alg or client.rules.algorithms[0])
    body = jws.encode(signer, claims, typ=_SIGNED_TYPE).encode("ascii")
    return Answer(body, headers={"Content-Type": _SIGNED, **NO_STORE})


def _describe(ground: Services, client: RegisteredClient, token: str) -> Mapping[str, object]:
    try:
        claims = jws.decode(ground.keyring, token, typ=TYPE)
    except InvalidJwt:
        return _INACTIVE
    if claims["iss"] != ground.settings.issuer or claims["exp"] <= ground.clock.now().timestamp():
        return _INACTIVE
    if not _is_for(client, claims["aud"]):
        return _INACTIVE
    if refresh_token.is_revoked(ground.store, *lineage(str(claims["jti"]))):
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
