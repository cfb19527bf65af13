"""The userinfo endpoint (OpenID Connect Core section 5.3)."""

import re
from dataclasses import replace

from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.claims import verified_wish
from idp.claims.assemble import userinfo_claims
from idp.claims.values import Json
from idp.oidc import error_response, protect
from idp.oidc.checks import resource
from idp.oidc.error_response import ANY_ORIGIN, NO_STORE, PREFLIGHT
from idp.oidc.errors import InvalidGrant, InvalidToken, ProtocolError
from idp.oidc.protect import Caller
from idp.oidc.tokens import issue
from idp.signing import jws
from idp.wiring import Services

_INTERACTION = "x-fapi-interaction-id"
# As WSGI names it: looked for in each request, and most have none.
_INTERACTION_VARIABLE = "HTTP_X_FAPI_INTERACTION_ID"
_INTERACTION_NAME = re.compile(r"[0-9A-Za-z-]{1,64}")


def userinfo(ground: Services, request: ProgramRequest) -> Answer:
    """Tell the holder of an access token about the person, as JSON or as a JWT signed for the client."""
    further = _interaction(request)
    try:
        caller = protect.require(ground, request, audience=resource.userinfo(ground.settings.issuer), scope="openid")
        answer = _tell(ground, caller)
        further |= caller.headers
    except ProtocolError as error:
        if not further:
            raise
        answer = error_response.refuse(error)
    return replace(answer, headers={**answer.headers, **further}) if further else answer


def _tell(ground: Services, caller: Caller) -> Answer:
    claims = _claims(ground, caller)
    algorithm = caller.client.userinfo_signed_response_alg
    if algorithm is None:
        return error_response.json_response(claims)
    signed = {**claims, "iss": ground.settings.issuer, "aud": caller.client.client_id}
    body = jws.encode(ground.keyring.signer(algorithm), signed).encode("ascii")
    return Answer(body, headers={"Content-Type": "application/jwt", **NO_STORE})


def _interaction(request: ProgramRequest) -> dict[str, str]:
    """Return the name that the client gave the exchange, as FAPI wants it back, if it could be one."""
    name = request.environ.get(_INTERACTION_VARIABLE)
    return {_INTERACTION: name} if name is not None and _INTERACTION_NAME.fullmatch(name) is not None else {}


def _claims(ground: Services, caller: Caller) -> dict[str, Json]:
    grant = caller.grant
    try:
        context = issue.load_context(ground, caller.client, grant.subject, ground.clock.now(), scope=())
    except InvalidGrant as error:
        # The person or the context is gone: then the token is worth nothing (RFC 6750 section 3.1).
        raise InvalidToken(reason=error.code, details=dict(error.details)) from error
    claims = userinfo_claims(
        context,
        scope=caller.token.scope,
        requested=frozenset(claim.name for claim in grant.claims.userinfo),
        allowed_scope=caller.client.policy.scope,
    )
    return verified_wish.narrow(claims, grant.claims.wishes(verified_wish.NAME, of_userinfo=True))


ENDPOINTS = (Endpoint("/userinfo", {"GET": userinfo, "POST": userinfo}, headers=ANY_ORIGIN, preflight=PREFLIGHT),)
