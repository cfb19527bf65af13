"""The authorization endpoint without its pages: what is asked, and how it is answered.

OpenID Connect Core section 3.1.2. `locate` finds out whether there is anybody to answer to;
whatever is wrong after that goes there. `finish` and `refuse` make the answer.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from core.infra.ids import new_id
from core.people.identifiers import PersonId
from core.proof.jws import InvalidJwt
from core.tools.context import ChosenContext
from idp import session as sso
from idp.credentials import sign_ins
from idp.oidc import codes, jarm, participants, response, staff_scope
from idp.oidc.checks import acr, claims_parameter, pkce, resource, scope
from idp.oidc.checks.claims_parameter import ClaimsRequest
from idp.oidc.checks.parameters import Parameters
from idp.oidc.checks.prompt import parse_max_age, parse_prompt
from idp.oidc.checks.redirect_uri import require_registered
from idp.oidc.clients import known_client
from idp.oidc.codes import CodeGrant
from idp.oidc.errors import (
    InvalidRequest,
    InvalidScope,
    LoginRequired,
    ProtocolError,
    RegistrationNotSupported,
    RequestUriNotSupported,
    UnauthorizedClient,
    UnknownClient,
    UnsupportedResponseType,
)
from idp.oidc.id_token_hint import read_hint
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest, Prompt, ResponseMode
from idp.oidc.response import AuthorizationResponse, ReturnAddress
from idp.oidc.subject import Subject
from idp.session import SsoSession
from idp.signing.keyring import Keyring
from idp.wiring import Services

FindClient = Callable[[str], RegisteredClient | None]
# By reference we fetch nothing for strangers; a request object by value was unfolded before.
_NOT_OFFERED = {"request_uri": RequestUriNotSupported, "registration": RegistrationNotSupported}
# The base64url form of a SHA-256 digest (RFC 7638 section 3).
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters that count of an authorization request, and the way in which they came.

    `is_pushed`: by the PAR endpoint (RFC 9126). `is_signed`: in a request object (RFC 9101).
    """

    parameters: Parameters
    is_pushed: bool = False
    is_signed: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Who asks, and where the answer goes, whatever it is."""

    client: RegisteredClient
    to: ReturnAddress


def client_finder(services: Services) -> FindClient:
    """Return how clients are found on hot paths: kept for seconds in this process."""

    def find(client_id: str) -> RegisteredClient | None:
        return known_client(services.database, services.store, client_id)

    return find


def locate(parameters: Parameters, find_client: FindClient) -> Target:
    """Return who asks and where to answer; raise `Unanswerable` where that is not safe to say."""
    client = require_client(parameters.get("client_id"), find_client)
    redirect_uri = require_registered(parameters.get("redirect_uri"), client.redirect_uris, is_native=client.is_native)
    wanted = parameters.get("response_mode")
    in_fragment = response.is_for_fragment(parameters.get("response_type"), wanted)
    mode = response.mode_for(wanted, must_be_signed=client.rules.signed_responses)
    return Target(client, ReturnAddress(redirect_uri, mode, parameters.get("state"), in_fragment))


def require_client(client_id: str | None, find_client: FindClient) -> RegisteredClient:
    """Return the client, or raise `UnknownClient` where it is unknown or disabled."""
    client = None if client_id is None else find_client(client_id)
    if client is None or not client.enabled:
        raise UnknownClient(client_id=client_id)
    return client


def parse(target: Target, asked: Asked, *, keyring: Keyring, issuer: str) -> AuthorizationRequest:
    """Judge every parameter and return the request; raise the `ProtocolError` to answer with."""
    client, parameters = target.client, asked.parameters
    parameters.require_faultless()
    _require_way(asked, client)
    _require_response_mode(parameters.get("response_mode"), client)
    _require_code(parameters, client)
    challenge = parameters.get("code_challenge")
    pkce.require(client, challenge, parameters.get("code_challenge_method"))
    prompt = parse_prompt(parameters.get("prompt"))
    claims = claims_parameter.parse(parameters.get("claims"))
    request = AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=target.to.redirect_uri,
        response_mode=target.to.response_mode,
        scope=_granted_scope(parameters.get("scope"), client, prompt),
        state=target.to.state,
        nonce=parameters.get("nonce"),
        code_challenge=challenge,
        prompt=prompt,
        max_age_seconds=parse_max_age(parameters.get("max_age"), client.default_max_age_seconds),
        acr_values=acr.voluntary(parameters.get("acr_values"), claims, client.default_acr_values),
        essential_acr=acr.essential(claims, client.policy.require_acr),
        claims=claims,
        hinted_person=_hinted_subject(parameters.get("id_token_hint"), claims, client, keyring=keyring, issuer=issuer),
        login_hint=parameters.get("login_hint"),
        ui_locales=tuple((parameters.get("ui_locales") or "").split()),
        resource=resource.require_known(parameters.resources, client),
        organization=parameters.get("organization"),
        usage=parameters.get("usage"),
        dpop_jkt=_thumbprint(parameters.get("dpop_jkt")),
    )
    require_usable_filter(request)
    return request


@dataclass(frozen=True, slots=True)
class Granted:
    """What a person gives the client that asks, from the session that `cookie` opens.

    `claims` are the names from the claims parameter that the consent spoke of: the others stay
    out of the grant, so that a client that registers for more later gets no more by it. `joins`
    tells that the client, or its context, is new to the session.
    """

    session: SsoSession
    cookie: str = field(repr=False)
    context: ChosenContext | None
    claims: Collection[str]
    joins: bool


def finish(
    services: Services, request: AuthorizationRequest, granted: Granted, *, now: datetime
) -> AuthorizationResponse:
    """Answer with a code for what `grant_for` gives; raises `Unanswerable` as that does.

    Also where the redirect URI has gone since the request was parsed.
    """
    client = require_client(request.client_id, client_finder(services))
    require_registered(request.redirect_uri, client.redirect_uris, is_native=client.is_native)
    issuer, to = services.settings.issuer, response.return_address(request)
    try:
        grant = grant_for(services, request, granted, now=now)
    except InvalidScope as error:
        return refuse(services, Target(client, to), error)
    if grant is None:
        return refuse(services, Target(client, to), LoginRequired())
    answer = response.success(to, code=codes.issue(services.store, grant), issuer=issuer)
    return _signed_if_wanted(services, client, answer)


def grant_for(
    services: Services, request: AuthorizationRequest, granted: Granted, *, now: datetime
) -> CodeGrant | None:
    """Return what the answer to a request stands for: this person, session and context.

    None where the session has ended meanwhile. Raises `Unanswerable` where the client has gone
    since the request was parsed, and `InvalidScope` where nothing is left of it for this person.
    """
    client = require_client(request.client_id, client_finder(services))
    session, context = granted.session, granted.context
    if granted.joins:
        with services.database.transaction() as transaction:
            participants.join(
                transaction,
                sid=session.sid,
                client_id=client.client_id,
                person_id=session.person_id,
                context=context,
                now=now,
            )
        sign_ins.touch(services.database, services.store, session.sid, now=now)
        # Somebody who signs out at this very moment tells the clients that had joined by then.
        if sso.find(services.store, granted.cookie, now) is None:
            return None
    return CodeGrant(
        client_id=client.client_id,
        redirect_uri=request.redirect_uri,
        scope=staff_scope.held(services, request.scope, session.person_id),
        subject=Subject(session.person_id, session.authentication, session.sid, context),
        family_id=new_id("grt"),
        nonce=request.nonce,
        code_challenge=request.code_challenge,
        resource=request.resource,
        claims=request.claims.only(granted.claims),
        dpop_jkt=request.dpop_jkt,
    )


def refuse(services: Services, target: Target, error: ProtocolError) -> AuthorizationResponse:
    """Answer with an error."""
    answer = response.failure(target.to, error=error, issuer=services.settings.issuer)
    return _signed_if_wanted(services, target.client, answer)


def require_usable_filter(request: AuthorizationRequest) -> None:
    """Raise `InvalidRequest` where contexts are filtered and none is asked for."""
    is_filtered = request.organization is not None or request.usage is not None
    if is_filtered and not request.wants_context:
        # Ignoring it would give a token that lacks what was asked for (claims.md, principle 2).
        raise InvalidRequest("The parameters organization and usage need the scope organization.")


def _signed_if_wanted(
    services: Services, client: RegisteredClient, answer: AuthorizationResponse
) -> AuthorizationResponse:
    if not answer.response_mode.is_signed:
        return answer
    issuer, now = services.settings.issuer, services.clock.now()
    return jarm.sign(answer, client, keyring=services.keyring, issuer=issuer, now=now)


def _require_way(asked: Asked, client: RegisteredClient) -> None:
    for name, error in _NOT_OFFERED.items():
        if asked.parameters.get(name) is not None:
            raise error
    if client.rules.pushed_requests and not asked.is_pushed:
        raise InvalidRequest("This client must push its requests first.")
    if client.rules.signed_requests and not asked.is_signed:
        raise InvalidRequest("This client must send its requests as signed request objects.")


def _require_response_mode(wanted: str | None, client: RegisteredClient) -> None:
    mode = ResponseMode.QUERY if wanted is None else response.MODES.get(wanted)
    if mode is None:
        raise InvalidRequest("The response_mode is not supported.")
    if client.rules.signed_responses and not mode.is_signed:
        raise InvalidRequest("This client must ask for a signed answer, such as response_mode=jwt.")


def _require_code(parameters: Parameters, client: RegisteredClient) -> None:
    response_type = parameters.get("response_type")
    if response_type is None:
        raise InvalidRequest("The response_type is missing.")
    if response_type != "code":
        raise UnsupportedResponseType
    if "code" not in client.response_types or "authorization_code" not in client.grant_types:
        raise UnauthorizedClient


def _thumbprint(value: str | None) -> str | None:
    if value is not None and not _THUMBPRINT.fullmatch(value):
        raise InvalidRequest("The dpop_jkt must be 43 characters of base64url.")
    return value


def _granted_scope(requested: str | None, client: RegisteredClient, prompt: frozenset[Prompt]) -> tuple[str, ...]:
    granted = scope.grant(requested, client)
    # Core section 11: without an explicit consent offline access is ignored, not refused.
    if Prompt.CONSENT in prompt and "refresh_token" in client.grant_types:
        return granted
    return tuple(value for value in granted if value != "offline_access")


def _hinted_subject(
    hint: str | None,
    claims: ClaimsRequest,
    client: RegisteredClient,
    *,
    keyring: Keyring,
    issuer: str,
) -> PersonId | None:
    """Return the `sub` that the answer must be about (Core sections 3.1.2.2 and 5.5.1)."""
    wanted = claims.subject
    if hint is None:
        return None if wanted is None else PersonId(wanted)
    try:
        found = read_hint(keyring, hint, issuer=issuer)
    except InvalidJwt:
        raise InvalidRequest("The id_token_hint is not an ID token of this issuer.") from None
    if client.client_id not in found.audience:
        raise InvalidRequest("The id_token_hint was issued to another client.")
    if wanted not in {None, found.subject}:
        raise InvalidRequest("The id_token_hint and the claims parameter name different users.")
    return PersonId(found.subject)
