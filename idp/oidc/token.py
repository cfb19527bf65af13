"""The token endpoint (RFC 6749 section 3.2)."""

from dataclasses import replace

from core.web.programs import Answer, Endpoint, ProgramRequest
from idp.oidc.error_response import ANY_ORIGIN, PREFLIGHT
from idp.oidc.server import TokenRequest, token_server
from idp.wiring import Services


def token(ground: Services, request: ProgramRequest) -> Answer:
    """Answer a token request by the grant it names; the client proves itself in the request."""
    asked = TokenRequest(ground, request)
    answer = token_server.create_token_response(asked)
    assert isinstance(answer, Answer)
    return replace(answer, headers={**answer.headers, **asked.sender.headers}) if asked.sender.headers else answer


ENDPOINTS = (Endpoint("/token", {"POST": token}, headers=ANY_ORIGIN, preflight=PREFLIGHT),)
