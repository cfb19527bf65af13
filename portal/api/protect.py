"""The guard of the wallet's interface: which client calls, for whom, and may it still.

A token counts when it is genuine (RFC 9068), for this interface (RFC 8707), from whom it was given to
(RFC 9449), not revoked, and carries the scope. Whose money it is about stands in its grant, never in
the request.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.closing.spending import Buyer
from core.infra.settings import DpopNonce, Settings
from core.organisations.identifiers import OrganisationId
from core.people.assurance import known_levels
from core.people.identifiers import PersonId
from core.proof import access_token, dpop, protected_resource
from core.proof.access_token import VerifiedAccessToken
from core.proof.challenge import Scheme
from core.proof.dpop import Desk, InvalidProof
from core.proof.dpop_nonces import DpopNonces
from core.proof.granted import Granted, TokenRevoked, find_granted
from core.proof.holder import Call, Presented, WrongHolder, read_authorization, require_holder
from core.proof.jws import InvalidJwt
from core.tools.identifiers import RegistrationId
from core.wallet.tool_charges import Owner
from core.web.programs import ProgramRequest
from portal.api.refusals import InsufficientScope, NoContext, NonceNeeded, ProofRefused, TokenMissing, TokenRefused
from portal.wiring import Services

BASE = "/api/wallet/v1"


@dataclass(frozen=True, slots=True)
class ToolCaller:
    """A client with a token: about a person in a context, or (`granted` is None) about the client itself.

    `headers` are for the answer.
    """

    token: VerifiedAccessToken
    granted: Granted | None
    headers: Mapping[str, str]

    @property
    def client_id(self) -> str:
        """Return the client that the token was issued to."""
        return self.token.client_id

    @property
    def organisation_id(self) -> str | None:
        """Return whose wallet it is about; None for the client itself."""
        return None if self.granted is None else self.granted.organisation_id

    @property
    def owner(self) -> Owner:
        """Return what the token lets its client find again: all of its own, or what one organisation paid."""
        if self.granted is not None and self.granted.organisation_id is None:
            raise NoContext(client_id=self.client_id)
        return Owner(self.client_id, self.organisation_id)

    def buyer(self) -> Buyer:
        """Return the person in their context; raises `NoContext`."""
        found, levels = self.granted, known_levels([str(self.token.claims.get("acr"))])
        if found is None or found.organisation_id is None or found.registration_id is None or not levels:
            raise NoContext(client_id=self.client_id)
        return Buyer(
            person_id=PersonId(found.person_id),
            organisation_id=OrganisationId(found.organisation_id),
            registration_id=RegistrationId(found.registration_id),
            acr=levels[0],
            client_id=self.client_id,
        )


def audience(settings: Settings) -> str:
    """Return the resource that tokens have to be for: where the interface is."""
    return settings.portal_url + BASE


def require(
    ground: Services, request: ProgramRequest, *, scope: Collection[str], is_for_client: bool = False
) -> ToolCaller:
    """Return who calls; a token about a person must carry any of `scope`, one of the client itself needs none.

    Raises `TokenRefused`, which says where a client finds whose tokens are taken here (RFC 9728 section 5.1).
    """
    presented = read_authorization(request.header("Authorization"))
    try:
        if presented is None:
            raise TokenMissing(*Scheme)
        return _require_all(ground, request, presented, scope, is_for_client=is_for_client)
    except TokenRefused as error:
        metadata = protected_resource.metadata_url(audience(ground.settings))
        error.parameters = {**error.parameters, "resource_metadata": metadata}
        raise


def _require_all(
    ground: Services, request: ProgramRequest, presented: Presented, scope: Collection[str], *, is_for_client: bool
) -> ToolCaller:
    try:
        token = access_token.verify(
            presented.token,
            keys=ground.provider_keys,
            issuer=ground.settings.issuer,
            audience=audience(ground.settings),
            now=ground.clock.now(),
        )
    except InvalidJwt as error:
        raise TokenRefused(presented.scheme, details=error.details) from error
    if "act" in token.claims:
        # Whose tool would be paid, and who answers for it, is not said by a token that was passed on (RFC 8693).
        raise TokenRefused(presented.scheme, details={"reason": "passed on"})
    headers = _require_holder(ground, request, presented, token)
    try:
        granted = find_granted(ground.store, token)
    except TokenRevoked as error:
        raise TokenRefused(presented.scheme, details=error.details) from error
    is_allowed = is_for_client if granted is None else not token.scope.isdisjoint(scope)
    if not is_allowed:
        raise InsufficientScope(presented.scheme, parameters={"scope": " ".join(scope)})
    return ToolCaller(token, granted, headers)


def _require_holder(
    ground: Services, request: ProgramRequest, presented: Presented, token: VerifiedAccessToken
) -> Mapping[str, str]:
    """Return what the answer brings to whom the token was given to; raise for everybody else."""
    settings = ground.settings
    call = Call(request.method, (settings.portal_url + request.path,), request.header("DPoP"))
    desk = Desk(DpopNonces(settings.secret), ground.store, settings.dpop_nonce is DpopNonce.REQUIRED)
    try:
        proven = require_holder(presented, call, token.confirmation, desk=desk, now=ground.clock.now())
    except WrongHolder as error:
        raise TokenRefused(error.scheme, details=error.details) from error
    except dpop.NonceNeeded as error:
        raise NonceNeeded(error.nonce) from error
    except InvalidProof as error:
        raise ProofRefused(Scheme.DPOP, details=error.details) from error
    return {} if proven is None or proven.next_nonce is None else {"DPoP-Nonce": proven.next_nonce}
