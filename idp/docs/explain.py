"""`/docs/claims/explain`: a token asks where each claim of its grant stands, or why it is missing (C6).

Any access token for userinfo may ask, so that the developer of a tool can try it with a token of the
tool itself. It tells its holder nothing that they could not get with it elsewhere.
"""

from collections.abc import Iterable

import orjson

from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.claims.explanation import EXPLANATIONS, Explained, Wish, explain
from idp.claims.values import Json
from idp.docs.claims_document import in_order
from idp.oidc import protect
from idp.oidc.checks import resource
from idp.oidc.error_response import ANY_ORIGIN, NO_STORE, PREFLIGHT
from idp.oidc.errors import InvalidGrant, InvalidToken
from idp.oidc.protect import Caller
from idp.oidc.tokens import issue
from idp.wiring import Services

PATH = "/docs/claims/explain"


def explain_token(ground: Services, request: ProgramRequest) -> Answer:
    """Answer with each claim of the table: its value where it stands, or the code of what is missing."""
    caller = protect.require(ground, request, audience=resource.userinfo(ground.settings.issuer), scope="openid")
    grant = caller.grant
    try:
        now = ground.clock.now()
        context = issue.load_context(ground, caller.client, grant.subject, now, scope=caller.token.scope)
    except InvalidGrant as error:
        raise InvalidToken(reason=error.code, details=dict(error.details)) from error
    wish = Wish(
        scope=caller.token.scope,
        allowed_scope=frozenset(caller.client.policy.scope),
        in_id_token=frozenset(claim.name for claim in grant.claims.id_token),
        in_userinfo=frozenset(claim.name for claim in grant.claims.userinfo),
    )
    body = orjson.dumps(_document(caller, explain(context, wish)))
    return Answer(body, headers={"Content-Type": "application/json", **NO_STORE, **caller.headers})


def _document(caller: Caller, found: Iterable[Explained]) -> dict[str, Json]:
    return {
        "client_id": caller.client.client_id,
        "scope": sorted(caller.token.scope),
        "claims": [_claim(explained) for explained in found],
    }


def _claim(explained: Explained) -> Json:
    claim, missing = explained.claim, explained.missing
    return {
        "name": claim.name,
        "scope": claim.scope,
        "may_stand_in": in_order(claim.targets),
        "values": {target.value: value for target, value in explained.values.items()},
        "missing": None if missing is None else missing.value,
        "explanation": None if missing is None else EXPLANATIONS[missing],
    }


ENDPOINTS = (Endpoint(PATH, {"GET": explain_token}, headers=ANY_ORIGIN, preflight=PREFLIGHT),)
