"""The endpoint that takes authorization requests from clients themselves (RFC 9126).

Everything is judged here as the authorization endpoint would, so that the client learns at once
what is wrong with its request, in JSON and before anybody is sent anywhere.
"""

from dataclasses import replace

from core.infra import log
from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.oidc import authorize, dpop, pushed_requests, request_object, server
from idp.oidc.authorize import Asked, client_finder
from idp.oidc.checks import parameters
from idp.oidc.checks.parameters import Parameters
from idp.oidc.error_response import ANY_ORIGIN, PREFLIGHT, json_response
from idp.oidc.errors import InvalidRequest
from idp.oidc.proof_errors import InvalidDpopProof
from idp.oidc.registered_client import RegisteredClient
from idp.wiring import Services


def push(ground: Services, request: ProgramRequest) -> Answer:
    """Take a request and answer with the request_uri that stands for it (RFC 9126 section 2)."""
    client, sent = server.authenticate_client(ground, request, parameters.AUTHORIZATION)
    asked = _asked(ground, client, sent)
    target = authorize.locate(asked.parameters, client_finder(ground))
    authorize.parse(target, asked, keyring=ground.keyring, issuer=ground.settings.issuer)
    # Judged last, so that a proof which only lacks its nonce is asked for a good request alone.
    proven = dpop.proven_key(ground, request)
    if proven is not None:
        if asked.parameters.get("dpop_jkt") not in {None, proven.jkt}:
            raise InvalidDpopProof("The proof is by another key than dpop_jkt names.")
        asked = replace(asked, parameters=_with(asked.parameters, "dpop_jkt", proven.jkt))
    request_uri = pushed_requests.keep(ground.store, asked)
    log.event("request_pushed", client_id=client.client_id)
    members = {"request_uri": request_uri, "expires_in": int(pushed_requests.LIFE.total_seconds())}
    answer = json_response(members, 201)
    return replace(answer, headers={**answer.headers, **dpop.headers_for(proven)})


def _asked(ground: Services, client: RegisteredClient, sent: Parameters) -> Asked:
    """Return the parameters that count: the form's, or those of the request object in it and no others."""
    if sent.get("request_uri") is not None:
        raise InvalidRequest("A request_uri cannot be pushed.")
    if sent.get("request") is not None:
        asked = Asked(request_object.read(ground, sent, client, alone=True), is_pushed=True, is_signed=True)
    else:
        asked = Asked(sent, is_pushed=True)
    known = {name: value for name, value in asked.parameters.values.items() if name in parameters.AUTHORIZATION}
    plain = replace(asked.parameters, values=known)
    # Whoever proves itself by another name for it need not say its client_id as well.
    return replace(asked, parameters=_with(plain, "client_id", client.client_id))


def _with(found: Parameters, name: str, value: str) -> Parameters:
    return replace(found, values={**found.values, name: value})


ENDPOINTS = (Endpoint("/par", {"POST": push}, headers=ANY_ORIGIN, preflight=PREFLIGHT),)
