"""The userinfo endpoint (OpenID Connect Core section 5.3)."""

from flask import Blueprint, Response, request

from idp.claims.assemble import userinfo_claims
from idp.claims.values import Json
from idp.oidc import error_response, protect
from idp.oidc.checks import resource
from idp.oidc.errors import InvalidGrant, InvalidToken
from idp.oidc.protect import Caller
from idp.oidc.tokens import issue
from idp.signing import jws
from idp.wiring import Services, services

bp = Blueprint("userinfo", __name__)
error_response.answer_errors(bp)
error_response.open_to_browsers(bp)


@bp.route("/userinfo", methods=["GET", "POST"])
def userinfo() -> Response:
    """Tell the bearer of an access token about the person, as JSON or as a JWT signed for the client."""
    ground = services()
    issuer = ground.settings.issuer
    token = protect.bearer_token(request)
    caller = protect.require(ground, token, audience=resource.userinfo(issuer), scope="openid")
    claims = _claims(ground, caller)
    algorithm = caller.client.userinfo_signed_response_alg
    if algorithm is None:
        return error_response.json_response(claims)
    signed = {**claims, "iss": issuer, "aud": caller.client.client_id}
    response = Response(jws.encode(ground.keyring.signer(algorithm), signed), content_type="application/jwt")
    error_response.forbid_storing(response)
    return response


def _claims(ground: Services, caller: Caller) -> dict[str, Json]:
    grant = caller.grant
    try:
        context = issue.load_context(ground, caller.client, grant.subject, ground.clock.now())
    except InvalidGrant as error:
        # The person or the context is gone: then the token is worth nothing (RFC 6750 section 3.1).
        raise InvalidToken(reason=error.code, details=dict(error.details)) from error
    return userinfo_claims(
        context,
        scope=caller.token.scope,
        requested=frozenset(claim.name for claim in grant.claims.userinfo),
        allowed_scope=caller.client.policy.scope,
    )
