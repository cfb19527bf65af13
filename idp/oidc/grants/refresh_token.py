"""The refresh token grant (RFC 6749 section 6, OpenID Connect Core section 12): Authlib's seam."""

from authlib.oauth2.rfc6749 import grants

from core.infra import log
from idp.oidc import sender, staff_scope
from idp.oidc.checks import resource, scope
from idp.oidc.client_auth import METHODS
from idp.oidc.errors import InvalidGrant, InvalidRequest, UnauthorizedClient
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.tokens import issue, refresh_token
from idp.oidc.tokens.issue import TokenResponse
from idp.oidc.tokens.refresh_token import PresentedToken
from idp.wiring import Services


class RefreshTokenGrant(grants.RefreshTokenGrant):
    """Judges person and context anew, and rotates the token of clients that prove nothing."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def validate_token_request(self) -> None:
        """Prove the client, then that the token is its own and usable, with the key that it is bound to."""
        client: RegisteredClient = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClient
        token: str | None = self.request.form.get("refresh_token")
        if token is None:
            raise InvalidRequest("The refresh_token is missing.")
        presented = _find(self.request.services, token)
        if presented is None or not presented.is_of(client):
            raise InvalidGrant("The refresh token is not known for this client.")
        ground: Services = self.request.services
        refresh_token.require_usable(presented, database=ground.database, store=ground.store, now=ground.clock.now())
        sender.require_same(presented.grant.confirmation, self.request.sender.confirmation)
        self.request.client = client
        self.request.refresh_token = presented

    def create_token_response(self) -> tuple[int, TokenResponse, list[tuple[str, str]]]:
        """Issue new tokens for what was granted, or the part of it that the request asks for."""
        ground: Services = self.request.services
        now = ground.clock.now()
        client: RegisteredClient = self.client
        presented: PresentedToken = self.request.refresh_token
        grant = presented.grant
        # What the client may ask for can have shrunk since the person granted it.
        left = staff_scope.held(ground, scope.still_allowed(grant.scope, client), grant.subject.person_id)
        granted = scope.narrow(self.request.payload.scope, left)
        audience = resource.audience(
            self.request.parameters.resources,
            resource.still_allowed(grant.resource, client),
            resource.userinfo(ground.settings.issuer),
        )
        context = issue.load_context(
            ground, client, grant.subject, now, scope=granted, at_hand=presented.person_in_context
        )
        # Without nonce: it belongs to the authorization request (Core section 12.2).
        response = issue.for_person(
            ground,
            context,
            client=client,
            grant=grant,
            scope=granted,
            audience=audience,
            nonce=None,
            confirmation=self.request.sender.confirmation,
            now=now,
        )
        # One that is bound to a key is worth nothing to who copied it (RFC 9700 section 2.2.2).
        if client.is_public and not grant.confirmation.is_bound:
            with issue.remembering_grant(ground.store, grant), ground.database.statements() as connection:
                response["refresh_token"] = refresh_token.rotate(connection, presented, now)
        else:
            issue.remember_grant(ground.store, grant)
        log.event("token_refreshed", client_id=client.client_id, person_id=grant.subject.person_id)
        return 200, response, []


def _find(ground: Services, token: str) -> PresentedToken | None:
    with ground.database.statements() as connection:
        return refresh_token.find_with_person(connection, token, ground.clock.now())
