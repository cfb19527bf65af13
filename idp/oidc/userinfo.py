"""The userinfo endpoint (OpenID Connect Core section 5.3)."""

from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.claims import verified_wish
from idp.claims.assemble import userinfo_claims
from idp.claims.values import Json
from idp.oidc import error_response, protect
from idp.oidc.checks import resource
from idp.oidc.error_response import ANY_ORIGIN, NO_STORE, PREFLIGHT
from idp.oidc.errors import InvalidGrant, InvalidToken
from idp.oidc.protect import Caller
from idp.oidc.tokens import issue
from idp.signing import jws
from idp.wiring import Services


def userinfo(ground: Services, request: ProgramRequest) -> Answer:
    """Tell the bearer of an access token about the person, as JSON or as a JWT signed for the client."""
    issuer = ground.settings.issuer
    token = protect.bearer_token(request)
    caller = protect.require(ground, token, audience=resource.userinfo(issuer), scope="openid")
    claims = _claims(ground, caller)
    algorithm = caller.client.userinfo_signed_response_alg
    if algorithm is None:
        return error_response.json_response(claims)
    signed = {**claims, "iss": issuer, "aud": caller.client.client_id}
    body = jws.encode(ground.keyring.signer(algorithm), signed).encode("ascii")
    return Answer(body, headers={"Content-Type": "application/jwt", **NO_STORE})


def _claims(ground: Services, caller: Caller) -> dict[str, Json]:
    grant = caller.grant
    try:
        context = issue.load_context(ground, caller.client, grant.subject, ground.clock.now())
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
