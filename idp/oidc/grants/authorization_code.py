"""The authorization code grant at the token endpoint (RFC 6749 section 4.1.3): Authlib's seam."""

from collections.abc import Mapping
from datetime import datetime

from authlib.oauth2.rfc6749 import grants

from core.infra import log
from idp.oidc import codes, sender, staff_scope
from idp.oidc.checks import pkce, resource
from idp.oidc.client_auth import METHODS
from idp.oidc.codes import CodeGrant
from idp.oidc.errors import CodeReplayed, InvalidGrant, InvalidRequest, UnauthorizedClient
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.tokens import issue, refresh_token
from idp.oidc.tokens.issue import TokenResponse
from idp.wiring import Services


class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):
    """Redeems a code: spent before anything about it is checked, so that a guess burns it."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def validate_token_request(self) -> None:
        """Prove the client and spend the code, then check its redirect URI, verifier and key."""
        client: RegisteredClient = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClient
        form: Mapping[str, str] = self.request.form
        code = form.get("code")
        if code is None:
            raise InvalidRequest("The code is missing.")
        grant = self.query_authorization_code(code, client)
        if form.get("redirect_uri") != grant.redirect_uri:
            raise InvalidGrant("The redirect_uri is not that of the authorization request.")
        pkce.verify(client, grant.code_challenge, form.get("code_verifier"))
        sender.require_same(grant.confirmation, self.request.sender.confirmation)
        self.request.client = client
        self.request.authorization_code = grant

    def query_authorization_code(self, code: str, client: RegisteredClient) -> CodeGrant:
        """Spend the code; one that comes again ends what its first presentation gave."""
        ground: Services = self.request.services
        try:
            return codes.redeem(ground.store, code, client.client_id)
        except CodeReplayed as replay:
            with ground.database.transaction() as session:
                refresh_token.revoke_family(session, ground.store, replay.family_id, ground.clock.now())
            log.event("code_replayed", log.WARNING, client_id=client.client_id, family_id=replay.family_id)
            raise

    def create_token_response(self) -> tuple[int, TokenResponse, list[tuple[str, str]]]:
        """Issue what the code granted."""
        ground: Services = self.request.services
        now = ground.clock.now()
        client: RegisteredClient = self.client
        confirmation = self.request.sender.confirmation
        granted = staff_scope.still_held(ground, self.request.authorization_code)
        grant = issue.bound(granted, client, confirmation)
        audience = resource.audience(
            self.request.parameters.resources, grant.resource, resource.userinfo(ground.settings.issuer)
        )
        context = issue.load_context(ground, client, grant.subject, now, scope=grant.scope)
        may_refresh = _may_refresh(client, grant)
        with ground.database.statements() as connection:
            # The database writes while the tokens are signed.
            token, finish = refresh_token.begin_family(connection, grant, may_refresh=may_refresh, now=now)
            response = issue.for_person(
                ground,
                context,
                client=client,
                grant=grant,
                scope=grant.scope,
                audience=audience,
                nonce=grant.nonce,
                confirmation=confirmation,
                now=now,
            )
            finish()
        if issue.remember_first_grant(ground.store, grant):
            respect_revocation(ground, grant, now)
        log.event("code_redeemed", client_id=client.client_id, person_id=grant.subject.person_id)
        return 200, response if token is None else {**response, "refresh_token": token}, []


def _may_refresh(client: RegisteredClient, grant: CodeGrant) -> bool:
    return client.check_grant_type("refresh_token") and (
        "offline_access" in grant.scope or client.policy.session_refresh
    )


def respect_revocation(ground: Services, grant: CodeGrant, now: datetime) -> None:
    """End the family again, which somebody revoked while it was not there yet.

    The first presentation of a code keeps its answer when a second one came at the same moment,
    as it would a moment later; what it was given is worth nothing in either case. A session that
    ended meanwhile gives no answer at all.
    """
    family_id, sid = grant.family_id, grant.subject.sid
    with ground.database.transaction() as session:
        refresh_token.revoke_family(session, ground.store, family_id, now)
    if refresh_token.is_revoked(ground.store, sid):
        raise InvalidGrant("The session of the code has ended.")
