"""The device code grant at the token endpoint (RFC 8628 section 3.4): our own, on the code grant's way to tokens."""

from core.infra import log
from idp.oidc import consents, device_codes
from idp.oidc.client_protection import DEVICE_CODE
from idp.oidc.codes import CodeGrant
from idp.oidc.device_errors import DeviceCodeReplayed, TokenDenied
from idp.oidc.errors import InvalidRequest
from idp.oidc.grants.authorization_code import AuthorizationCodeGrant
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.tokens import refresh_token
from idp.oidc.tokens.issue import TokenResponse
from idp.wiring import Services


class DeviceCodeGrant(AuthorizationCodeGrant):
    """Redeems a device code that was answered: once, and what it gives is what a code gives."""

    GRANT_TYPE = DEVICE_CODE

    def validate_token_request(self) -> None:
        """Check the client and the code; raise what the device must hear while there is no answer."""
        client: RegisteredClient = self.authenticate_token_endpoint_client()
        device_codes.require_allowed(client)
        code = self.request.form.get("device_code")
        if code is None:
            raise InvalidRequest("The device_code is missing.")
        self.request.client = client
        self.request.authorization_code = self._redeem(code, client)

    def create_token_response(self) -> tuple[int, TokenResponse, list[tuple[str, str]]]:
        """Issue what was granted, unless the person took it back while the device did not ask.

        Minutes lie between, time enough to see through somebody who sent them a code. Judged when the
        family is in the database: whoever withdraws after this finds it there.
        """
        answer: tuple[int, TokenResponse, list[tuple[str, str]]] = super().create_token_response()
        self._require_still_agreed(self.request.authorization_code)
        return answer

    def _require_still_agreed(self, grant: CodeGrant) -> None:
        ground: Services = self.request.services
        client: RegisteredClient = self.client
        if client.policy.first_party:
            return
        subject = grant.subject
        with ground.database.statements() as connection:
            standing = consents.find_standing(
                connection, person_id=subject.person_id, client_id=client.client_id, sid=subject.sid
            )
        agreed = standing.consent
        if agreed is not None and agreed.covers(scope=grant.scope, claims=grant.claims.names, terms_version=None):
            return
        with ground.database.transaction() as session:
            refresh_token.revoke_family(session, ground.store, grant.family_id, ground.clock.now())
        raise TokenDenied("The user withdrew their consent.")

    def _redeem(self, code: str, client: RegisteredClient) -> CodeGrant:
        ground: Services = self.request.services
        now = ground.clock.now()
        try:
            grant = device_codes.require_answered(ground.store, code, client.client_id, now)
            device_codes.redeem(ground.store, code, grant, now)
        except DeviceCodeReplayed as replay:
            if not replay.was_just_now:
                with ground.database.transaction() as session:
                    refresh_token.revoke_family(session, ground.store, replay.family_id, now)
                log.event("code_replayed", log.WARNING, client_id=client.client_id, family_id=replay.family_id)
            raise
        return grant
