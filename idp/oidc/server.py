"""Authlib's authorization server for the token endpoint: the only place that wires it.

Authlib dispatches on the grant type and calls our code at each of its points. Requests are read
by `checks.parameters`, clients proven by `client_auth`, refusals raised from our own tree.
"""

from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer
from werkzeug.exceptions import RequestEntityTooLarge

from core.web.programs import Answer, ProgramRequest
from idp.oidc import client_auth, client_certificate, error_response, errors, sender
from idp.oidc.checks import parameters
from idp.oidc.checks.parameters import Parameters
from idp.oidc.codes import CodeGrant
from idp.oidc.errors import InvalidRequest, ProtocolError, UnsupportedGrantType
from idp.oidc.grants import token_exchange
from idp.oidc.grants.authorization_code import AuthorizationCodeGrant
from idp.oidc.grants.client_credentials import ClientCredentialsGrant
from idp.oidc.grants.device_code import DeviceCodeGrant
from idp.oidc.grants.refresh_token import RefreshTokenGrant
from idp.oidc.grants.token_exchange import TokenExchangeGrant
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.subject_token import SubjectToken
from idp.oidc.tokens.refresh_token import PresentedToken
from idp.wiring import Services

_TOKEN_PARAMETERS = client_auth.PARAMETERS | {
    "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "resource", "device_code",
    *token_exchange.PARAMETERS,
}  # fmt: skip
FORM = "application/x-www-form-urlencoded"

# What Authlib itself raises, in the classes of our tree.
_TRANSLATIONS: Mapping[str, type[ProtocolError]] = {
    "invalid_request": errors.InvalidRequest,
    "invalid_client": errors.InvalidClient,
    "invalid_grant": errors.InvalidGrant,
    "invalid_scope": errors.InvalidScope,
    "unauthorized_client": errors.UnauthorizedClient,
    "unsupported_grant_type": errors.UnsupportedGrantType,
}


def read_form(request: ProgramRequest, known: Collection[str]) -> Parameters:
    """Return the known parameters of a form body, all of them faultless; the URL is not read.

    Raises `InvalidRequest` for another content type, a body that is too large, and a parameter
    that is repeated, too long or not UTF-8 (RFC 6749 section 3.2).
    """
    if request.mimetype != FORM:
        raise InvalidRequest(f"The content type must be {FORM}.")
    try:
        body = request.body(parameters.MAXIMUM_BYTES)
    except RequestEntityTooLarge:
        raise InvalidRequest("The request is too large.") from None
    found = parameters.read(body, frozenset(known))
    found.require_faultless()
    return found


def authenticate_client(
    ground: Services, request: ProgramRequest, known: Collection[str]
) -> tuple[RegisteredClient, Parameters]:
    """Return the client that calls an endpoint beside the token endpoint, and what it sent."""
    found = read_form(request, client_auth.PARAMETERS | frozenset(known))
    client = client_auth.authenticate(
        found,
        request.header("Authorization"),
        services=ground,
        endpoint=request.path,
        certificate=client_certificate.presented(request, ground.settings),
    )
    return client, found


class TokenRequest:
    """A token request under the names that Authlib reads it by, and what answers it.

    `client`, `authorization_code`, `refresh_token` and `subject_token` are filled in on its way, `sender`
    when the client is proven: before anything is spent, so that a proof that lacks its nonce costs nothing.
    """

    def __init__(self, services: Services, request: ProgramRequest) -> None:
        self.services = services
        self.http = request
        self.sender = sender.NOBODY
        self.authorization = request.header("Authorization")
        self.endpoint = request.path
        self.parameters = read_form(request, _TOKEN_PARAMETERS)
        self.form = self.parameters.values
        self.client: RegisteredClient | None = None
        self.authorization_code: CodeGrant | None = None
        self.refresh_token: PresentedToken | None = None
        self.subject_token: SubjectToken | None = None

    @property
    def payload(self) -> "TokenRequest":
        """Return what holds the parameters: the request itself."""
        return self

    @property
    def grant_type(self) -> str | None:
        """Return how the client wants to get tokens."""
        return self.form.get("grant_type")

    @property
    def scope(self) -> str | None:
        """Return the scope that is asked for."""
        return self.form.get("scope")


class TokenServer(AuthorizationServer):
    """Authlib's server with our requests, our clients and our answers."""

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        """Return the request, which is made as Authlib wants it."""
        return request

    def get_token_grant(self, request: TokenRequest) -> Any:
        """Return the grant for the request's grant_type; there is no default."""
        wanted = request.grant_type
        if wanted is None:
            raise InvalidRequest("The grant_type is missing.")
        for grant_class, _ in self._token_grants:
            if wanted == grant_class.GRANT_TYPE:
                return grant_class(request, self)
        raise UnsupportedGrantType

    def authenticate_client(
        self, request: TokenRequest, methods: Collection[str], endpoint: str = "token"
    ) -> RegisteredClient:
        """Prove the client; a method that the grant does not take is refused."""
        del endpoint
        client = client_auth.authenticate(
            request.parameters,
            request.authorization,
            services=request.services,
            endpoint=request.endpoint,
            certificate=client_certificate.presented(request.http, request.services.settings),
        )
        if client.token_endpoint_auth_method not in methods:
            raise errors.UnauthorizedClient("A public client cannot use this grant_type.")
        request.sender = sender.of(request.services, request.http, client)
        return client

    def handle_response(self, status: int, body: Mapping[str, object], headers: object) -> Answer:
        """Return the token response."""
        del headers
        return error_response.json_response(body, status)

    def handle_error_response(self, request: TokenRequest, error: OAuth2Error) -> NoReturn:
        """Raise what Authlib refused as an error of our tree, so that one place answers it."""
        del request
        kind = _TRANSLATIONS.get(str(error.error), InvalidRequest)
        raise kind(str(error.description)) if error.description else kind()

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Send nothing: events go to the log where they happen."""


def _make() -> TokenServer:
    server = TokenServer()
    for grant in (
        AuthorizationCodeGrant,
        RefreshTokenGrant,
        ClientCredentialsGrant,
        DeviceCodeGrant,
        TokenExchangeGrant,
    ):
        server.register_grant(grant)
    return server


token_server = _make()
