"""Token revocation (RFC 7009): a client gives back what it holds.

A refresh token ends everything of its authorization; an access token ends by itself.
"""

from core.infra import log
from core.proof.access_token import TYPE
from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.oidc import server
from idp.oidc.error_response import ANY_ORIGIN, NO_STORE, PREFLIGHT
from idp.oidc.errors import InvalidGrant, InvalidRequest, UnsupportedTokenType
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.tokens import refresh_token
from idp.signing import jws
from idp.signing.jws import InvalidJwt
from idp.wiring import Services

# The hint is optional and only a hint: what a token is shows in itself (RFC 7009 section 2.1).
_PARAMETERS = frozenset({"token", "token_type_hint"})


def revoke(ground: Services, request: ProgramRequest) -> Answer:
    """End a token of the client that calls; a token that is not known counts as ended."""
    client, found = server.authenticate_client(ground, request, _PARAMETERS)
    token = found.get("token")
    if token is None:
        raise InvalidRequest("The token is missing.")
    if token.count(".") == 2:
        _revoke_signed(ground, client, token)
    else:
        _revoke_family(ground, client, token)
    return Answer(headers=NO_STORE)


def _revoke_signed(ground: Services, client: RegisteredClient, token: str) -> None:
    try:
        claims = jws.decode(ground.keyring, token, typ=TYPE)
    except InvalidJwt:
        _refuse_other_types(ground, token)
        return
    if claims["client_id"] != client.client_id:
        raise InvalidGrant("The token was issued to another client.", client_id=client.client_id)
    refresh_token.revoke_access_token(ground.store, str(claims["jti"]))
    log.event("access_token_revoked", client_id=client.client_id)


def _refuse_other_types(ground: Services, token: str) -> None:
    try:
        jws.decode(ground.keyring, token, typ=None)
    except InvalidJwt:
        return
    raise UnsupportedTokenType("An ID token cannot be revoked.")


def _revoke_family(ground: Services, client: RegisteredClient, token: str) -> None:
    with ground.database.transaction() as session:
        presented = refresh_token.find(session, token)
        if presented is None:
            return
        if not presented.is_of(client):
            raise InvalidGrant("The token was issued to another client.", client_id=client.client_id)
        refresh_token.revoke_family(session, ground.store, presented.grant.family_id, ground.clock.now())
    log.event("refresh_family_revoked", client_id=client.client_id)


ENDPOINTS = (Endpoint("/revoke", {"POST": revoke}, headers=ANY_ORIGIN, preflight=PREFLIGHT),)
