"""The client credentials grant (RFC 6749 section 4.4): Authlib's seam.

A tool without a person: no identity, no context, no refresh token, and never a charge.
"""

from authlib.oauth2.rfc6749 import grants

from core.infra import log
from idp.oidc.checks import resource, scope
from idp.oidc.client_auth import CONFIDENTIAL_METHODS
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.tokens import issue
from idp.oidc.tokens.issue import TokenResponse
from idp.wiring import Services


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    """Gives a client that authenticates a token of its own, for the resources it is registered for."""

    TOKEN_ENDPOINT_AUTH_METHODS = CONFIDENTIAL_METHODS

    def create_token_response(self) -> tuple[int, TokenResponse, list[tuple[str, str]]]:
        """Issue an access token whose subject is the client itself (RFC 9068 section 2.2)."""
        ground: Services = self.request.services
        client: RegisteredClient = self.client
        asked = self.request.payload.scope
        granted = () if asked is None else scope.for_client(asked, client)
        known = resource.require_known(self.request.parameters.resources, client)
        response = issue.for_client(
            ground,
            client=client,
            scope=granted,
            audience=known or (ground.settings.issuer,),
            confirmation=self.request.sender.confirmation,
            now=ground.clock.now(),
        )
        log.event("client_token_issued", client_id=client.client_id)
        return 200, response, []
