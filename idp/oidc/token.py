"""The token endpoint (RFC 6749 section 3.2)."""

from flask import Blueprint, Response, request

from idp.oidc import error_response
from idp.oidc.server import token_server

bp = Blueprint("token", __name__)
error_response.answer_errors(bp)
error_response.open_to_browsers(bp)


@bp.post("/token")
def token() -> Response:
    """Answer a token request by the grant it names; the client proves itself in the request."""
    response = token_server.create_token_response(request)
    assert isinstance(response, Response)
    return response
