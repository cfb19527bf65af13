"""Token exchange (RFC 8693) at the token endpoint: another organisation, or on behalf of somebody.

A tool brings a token of its own and names the organisation to switch to. A resource server brings
one that was sent to it and names the resource that it must call for the same person: the new token
says so in `act`. Neither gets more scope, a longer life, or a refresh token.
"""

from authlib.oauth2.rfc6749.grants.base import BaseGrant, TokenEndpointMixin

from core.infra import log
from core.proof.confirmation import Confirmation
from idp.claims.values import Json
from idp.oidc import subject_token, switching
from idp.oidc.checks import resource, scope
from idp.oidc.client_auth import METHODS
from idp.oidc.client_metadata import TOKEN_EXCHANGE
from idp.oidc.errors import InvalidRequest, InvalidScope, InvalidTarget, UnauthorizedClient
from idp.oidc.grants.authorization_code import respect_revocation
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.subject_token import SubjectToken
from idp.oidc.tokens import issue, refresh_token
from idp.oidc.tokens.access_token import Origin, access_token
from idp.oidc.tokens.issue import TokenResponse
from idp.wiring import Services

PARAMETERS = frozenset(
    {
        "subject_token", "subject_token_type", "actor_token", "actor_token_type", "requested_token_type", "audience",
        "organization", "usage",
    }
)  # fmt: skip
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the name of a type
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - the name of a type
# Who acts for whom through more hands than this has a loop.
_MOST_ACTORS = 4
# RFC 8693 section 2.2.1: what is not an access token cannot be used as one.
_NOT_APPLICABLE = "N_A"


class TokenExchangeGrant(BaseGrant, TokenEndpointMixin):
    """Gives one token for another, to clients that the operator lets."""

    GRANT_TYPE = TOKEN_EXCHANGE
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def validate_token_request(self) -> None:
        """Check the client and the parameters, and read the token that it brings."""
        client: RegisteredClient = self.authenticate_token_endpoint_client()
        if not client.policy.token_exchange or not client.check_grant_type(TOKEN_EXCHANGE):
            raise UnauthorizedClient
        form = self.request.form
        if form.get("subject_token_type") != ACCESS_TOKEN:
            raise InvalidRequest("The subject_token_type must be that of an access token.")
        if "actor_token" in form or "actor_token_type" in form:
            raise InvalidRequest("The client itself is the actor: no actor_token is taken.")
        if "audience" in form:
            raise InvalidTarget("The target is named by resource, not by audience.")
        if "subject_token" not in form:
            raise InvalidRequest("The subject_token is missing.")
        self.request.client = client
        self.request.subject_token = subject_token.read(self.request.services, form["subject_token"])

    def create_token_response(self) -> tuple[int, TokenResponse, list[tuple[str, str]]]:
        """Issue what the token is exchanged for."""
        client: RegisteredClient = self.client
        brought: SubjectToken = self.request.subject_token
        if brought.client_id == client.client_id:
            return 200, self._switch(client, brought), []
        return 200, self._act(client, brought), []

    def _switch(self, client: RegisteredClient, brought: SubjectToken) -> TokenResponse:
        """Return a token for another context of the same person and tool."""
        ground: Services = self.request.services
        form, now = self.request.form, ground.clock.now()
        confirmation: Confirmation = self.request.sender.confirmation
        _require_possession(client, brought, confirmation)
        wanted = _wanted_type(form.get("requested_token_type"), {ACCESS_TOKEN, ID_TOKEN})
        granted = _narrowed(form.get("scope"), brought, client)
        if wanted == ID_TOKEN and "openid" not in granted:
            raise InvalidScope("An ID token needs the scope openid.")
        audience = _within(
            self.request.parameters.resources, brought, client, resource.userinfo(ground.settings.issuer)
        )
        grant = switching.switched(
            ground,
            client,
            brought.grant,
            organization=form.get("organization"),
            usage=form.get("usage"),
            scope=granted,
            now=now,
        )
        response = issue.for_person(
            ground,
            issue.load_context(ground, client, grant.subject, now, scope=granted),
            client=client,
            grant=grant,
            scope=granted,
            audience=audience,
            nonce=None,
            confirmation=confirmation,
            now=now,
            origin=Origin(brought.claims["exp"]),
        )
        with ground.database.statements() as connection:
            refresh_token.start_family(connection, grant, may_refresh=False, now=now)
        if issue.remember_first_grant(ground.store, grant):
            respect_revocation(ground, grant, now)
        context = grant.subject.context
        log.event(
            "organisation_switched",
            client_id=client.client_id,
            person_id=grant.subject.person_id,
            organisation_id=context and context.organisation_id,
        )
        return _as_id_token(response) if wanted == ID_TOKEN else {**response, "issued_token_type": ACCESS_TOKEN}

    def _act(self, client: RegisteredClient, brought: SubjectToken) -> TokenResponse:
        """Return a token with which a resource server calls another one for the same person."""
        ground: Services = self.request.services
        form, now = self.request.form, ground.clock.now()
        _require_own_resource(client, brought)
        if "organization" in form or "usage" in form:
            raise InvalidRequest("Only the client of a token can switch its organization or usage.")
        _wanted_type(form.get("requested_token_type"), {ACCESS_TOKEN})
        audience = self.request.parameters.resources
        # What the person told their tool is not told at userinfo to who acts for them.
        allowed = set(client.policy.passes_on_to) - {resource.userinfo(ground.settings.issuer)}
        if len(audience) != 1 or audience[0] not in allowed:
            raise InvalidTarget("The request must name one resource that the client may pass tokens on to.")
        granted = _narrowed(form.get("scope"), brought, client)
        # The person as the client knows them that they let in: a resource server learns no other name.
        context = issue.load_context(ground, brought.holder, brought.grant.subject, now, scope=granted)
        issued = access_token(
            context,
            client=client,
            issuer=ground.settings.issuer,
            audience=audience,
            scope=granted,
            family_id=brought.grant.family_id,
            confirmation=self.request.sender.confirmation,
            now=now,
            keyring=ground.keyring,
            origin=Origin(brought.claims["exp"], _actor(client, brought), brought.claims["jti"]),
        )
        log.event(
            "token_passed_on",
            client_id=client.client_id,
            person_id=brought.grant.subject.person_id,
            resource=audience[0],
        )
        return {
            "access_token": issued.token,
            "issued_token_type": ACCESS_TOKEN,
            "token_type": self.request.sender.confirmation.token_type,
            "expires_in": issued.expires_in_seconds,
            "scope": " ".join(granted),
        }


def _require_possession(client: RegisteredClient, brought: SubjectToken, proven: Confirmation) -> None:
    """Raise `InvalidRequest` unless whoever brings the token is who it was given to."""
    if "act" in brought.claims:
        raise InvalidRequest("A token that acts on behalf of somebody cannot be switched.")
    bound_to = brought.confirmation
    if bound_to.is_bound and bound_to != proven:
        raise InvalidRequest("The subject_token is bound to a key that the request does not prove.")
    # Of a client that proves nothing, anybody who saw its token could come.
    if client.is_public and not bound_to.is_bound:
        raise InvalidRequest("The subject_token of a public client must be bound to a key.")


def _require_own_resource(client: RegisteredClient, brought: SubjectToken) -> None:
    if client.is_public or not client.policy.introspection:
        raise UnauthorizedClient("The client is not registered as a resource server.")
    own = {client.client_id, *client.policy.resources}
    if own.isdisjoint(brought.audience):
        raise InvalidRequest("The subject_token is not for the client that brings it.")


def _actor(client: RegisteredClient, brought: SubjectToken) -> dict[str, Json]:
    """Return the claim `act`: who acts now, and within it who acted before (RFC 8693 section 4.1)."""
    before, depth = brought.claims.get("act"), 1
    inner = before
    while isinstance(inner, dict):
        inner, depth = inner.get("act"), depth + 1
    if depth > _MOST_ACTORS:
        raise InvalidRequest("The subject_token was passed on too often.")
    return {"sub": client.client_id} if before is None else {"sub": client.client_id, "act": before}


def _narrowed(requested: str | None, brought: SubjectToken, client: RegisteredClient) -> tuple[str, ...]:
    allowed = scope.still_allowed(brought.scope, client)
    # Nothing that is exchanged outlives a session, or is refreshed; nobody works as staff in somebody's place.
    withheld = {"offline_access", *scope.STAFF}
    return scope.narrow(requested, tuple(value for value in allowed if value not in withheld))


def _within(
    requested: tuple[str, ...], brought: SubjectToken, client: RegisteredClient, userinfo: str
) -> tuple[str, ...]:
    allowed = tuple(value for value in brought.audience if value == userinfo or value in client.policy.resources)
    if not allowed:
        raise InvalidTarget("The client is no longer registered for the resource.")
    return resource.audience(requested, allowed, allowed[0])


def _wanted_type(requested: str | None, known: set[str]) -> str:
    if requested is not None and requested not in known:
        raise InvalidRequest("The requested_token_type is not one that can be had here.")
    return requested or ACCESS_TOKEN


def _as_id_token(response: TokenResponse) -> TokenResponse:
    kept = {name: response[name] for name in ("expires_in", "scope")}
    return {
        "access_token": response["id_token"],
        "issued_token_type": ID_TOKEN,
        "token_type": _NOT_APPLICABLE,
        **kept,
    }
