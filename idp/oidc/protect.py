"""The guard of the provider's own resources: who calls, for whom, and may they still (RFC 6750, RFC 9449).

A token counts when it is genuine, for this resource, from whom it was given to, not revoked, of a
client that is still there, and when the store still knows what it was granted for.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import orjson

from core.infra.store.interface import Kind
from core.proof import access_token, protected_resource
from core.proof.access_token import VerifiedAccessToken
from core.proof.challenge import Scheme
from core.proof.dpop import InvalidProof
from core.proof.holder import Call, Presented, WrongHolder, read_authorization, require_holder
from core.proof.jws import InvalidJwt
from core.web.programs import ProgramRequest
from idp.oidc import client_certificate, dpop, server
from idp.oidc.checks.sign_in import require_sign_in
from idp.oidc.clients import known_client
from idp.oidc.codes import CodeGrant
from idp.oidc.error_response import NoToken
from idp.oidc.errors import InsufficientScope, InvalidRequest, InvalidToken, ProtocolError
from idp.oidc.registered_client import RegisteredClient
from idp.wiring import Services


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that acts for a person: its token, itself, what the person granted, and what the answer brings."""

    token: VerifiedAccessToken
    client: RegisteredClient
    grant: CodeGrant
    headers: Mapping[str, str]


def bearer_token(request: ProgramRequest) -> str:
    """Return the bearer token of a request, from the header or from a form body, never from the URL.

    Raises `NoToken` where there is none, `InvalidRequest` where there are several (RFC 6750
    section 2) or one in the URL, where it would end up in logs.
    """
    found = _presented(request)
    if found is None or found.scheme is not Scheme.BEARER:
        raise NoToken
    return found.token


def require(
    services: Services, request: ProgramRequest, *, audience: str, scope: str, or_scope: Collection[str] = ()
) -> Caller:
    """Return who calls, with a token of theirs; `headers` are for the answer.

    The token must carry `scope`, or any of `or_scope`.

    Raises `NoToken`, `InvalidToken`, `InsufficientScope`, `InvalidRequest` as `bearer_token` does,
    `InvalidDpopProof` or `UseDpopNonce` for a token that is bound to a key, and
    `InsufficientUserAuthentication` where the sign-in behind it is no longer enough.
    """
    try:
        presented = _presented(request)
        if presented is None:
            raise NoToken(*Scheme)
        return _judge(services, request, presented, audience=audience, scope=(scope, *or_scope))
    except ProtocolError as error:
        # Where a client finds whose tokens are taken here (RFC 9728 section 5.1).
        error.parameters = {**error.parameters, "resource_metadata": protected_resource.metadata_url(audience)}
        raise


def _judge(
    services: Services, request: ProgramRequest, presented: Presented, *, audience: str, scope: tuple[str, ...]
) -> Caller:
    try:
        return _require_all(services, request, presented, audience=audience, scope=scope)
    except (InvalidToken, InsufficientScope) as error:
        # The scheme that was tried, unless it is told already which one would do.
        if presented.scheme is Scheme.DPOP and not isinstance(error.__cause__, WrongHolder):
            error.schemes = (Scheme.DPOP,)
        raise


def _require_all(
    services: Services, request: ProgramRequest, presented: Presented, *, audience: str, scope: tuple[str, ...]
) -> Caller:
    verified = _verified(services, presented.token, audience)
    client = known_client(services.database, services.store, verified.client_id)
    if client is None or not client.enabled:
        raise InvalidToken(reason="client gone", client_id=verified.client_id)
    headers = _require_holder(services, request, presented, verified, client)
    grant = _require_alive(services, verified)
    if verified.scope.isdisjoint(scope):
        raise InsufficientScope(needed=" ".join(scope), client_id=verified.client_id)
    require_sign_in(verified, client, now=services.clock.now())
    return Caller(verified, client, grant, headers)


def _verified(services: Services, token: str, audience: str) -> VerifiedAccessToken:
    try:
        return access_token.verify(
            token,
            keys=services.keyring.verification_keys(),
            issuer=services.settings.issuer,
            audience=audience,
            now=services.clock.now(),
        )
    except InvalidJwt as error:
        raise InvalidToken(details=dict(error.details)) from error


def _require_holder(
    services: Services,
    request: ProgramRequest,
    presented: Presented,
    token: VerifiedAccessToken,
    client: RegisteredClient,
) -> Mapping[str, str]:
    """Return what the answer brings to whom the token was given to; raise for everybody else."""
    confirmation = token.confirmation
    if not confirmation.is_bound and presented.scheme is Scheme.BEARER:
        if client.rules.sender_constraint:
            # From before the client was held to it: nobody could tell who holds such a token.
            raise InvalidToken(reason="bound to nothing", client_id=client.client_id)
        return {}
    certificate = None
    if confirmation.x5t_s256 is not None:
        found = client_certificate.presented(request, services.settings)
        certificate = None if found is None else found.x5t_s256
    call = Call(request.method, (dpop.address(services, request),), request.header(dpop.HEADER), certificate)
    try:
        proven = require_holder(presented, call, confirmation, desk=dpop.desk(services), now=services.clock.now())
    except WrongHolder as error:
        raise _wrong_holder(error) from error
    except InvalidProof as error:
        raise dpop.refusal(error).at_resource() from error
    return dpop.headers_for(proven)


def _wrong_holder(error: WrongHolder) -> InvalidToken:
    refused = InvalidToken(f"The access token is {error.details['reason']}.")
    refused.schemes = (error.scheme,)
    return refused


def _require_alive(services: Services, token: VerifiedAccessToken) -> CodeGrant:
    granted, family_revoked, token_revoked = services.store.get_many(
        (
            (Kind.GRANT, token.family_id),
            (Kind.REVOKED_FAMILY, token.family_id),
            (Kind.REVOKED_FAMILY, token.jti),
        )
    )
    if family_revoked is not None or token_revoked is not None:
        raise InvalidToken(reason="revoked", client_id=token.client_id)
    if granted is None:
        raise InvalidToken(reason="no grant", client_id=token.client_id)
    return CodeGrant.from_json(orjson.loads(granted))


def _presented(request: ProgramRequest) -> Presented | None:
    """Return the token of a request, None where there is none; raise as `bearer_token` says."""
    if "access_token" in request.args:
        raise InvalidRequest("The access token must not be in the URL.")
    authorization = request.header("Authorization")
    body = _from_body(request)
    if authorization is None:
        return None if body is None else Presented(body)
    header = read_authorization(authorization)
    if header is not None and body is not None:
        raise InvalidRequest("The access token was sent twice.")
    return header


def _from_body(request: ProgramRequest) -> str | None:
    if request.method != "POST" or request.mimetype != server.FORM:
        return None
    return server.read_form(request, {"access_token"}).get("access_token")
