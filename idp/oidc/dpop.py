"""DPoP at the provider's own endpoints (RFC 9449): judged by `core.proof.dpop`, refused in our words."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from core.infra.settings import DpopNonce
from core.proof import dpop
from core.proof.dpop import Desk, InvalidProof, NonceNeeded, Proven, Target
from core.proof.dpop_nonces import DpopNonces
from core.web.programs import ProgramRequest
from idp.oidc.proof_errors import InvalidDpopProof, UseDpopNonce
from idp.wiring import Services

HEADER = "DPoP"
NONCE_HEADER = "DPoP-Nonce"


def proven_key(ground: Services, request: ProgramRequest) -> Proven | None:
    """Return the key that the request proves to hold, None where it carries no proof.

    For the token endpoint and the pushed authorization request. `headers_for` says what the answer
    must then bring. Raises `InvalidDpopProof`, and `UseDpopNonce`; a proof is spent by this.
    """
    proof = request.header(HEADER)
    if proof is None:
        return None
    try:
        target = Target(request.method, (address(ground, request),))
        return dpop.verify(proof, target, desk=desk(ground), now=ground.clock.now())
    except InvalidProof as error:
        raise refusal(error) from error


def headers_for(proven: Proven | None) -> Mapping[str, str]:
    """Return the headers of an answer to a request with a proof: the next nonce, when it is time for it."""
    if proven is None or proven.next_nonce is None:
        return {}
    return {NONCE_HEADER: proven.next_nonce}


def desk(ground: Services) -> Desk:
    """Return what judges the proofs that come to us."""
    settings = ground.settings
    return Desk(DpopNonces(settings.secret), ground.store, settings.dpop_nonce is DpopNonce.REQUIRED)


def address(ground: Services, request: ProgramRequest) -> str:
    """Return where the request was sent: the issuer's address, or that of the host for certificates."""
    settings = ground.settings
    place = settings.client_tls
    is_there = place is not None and request.host.lower() == urlsplit(place.url).netloc.lower()
    return f"{place.url if place is not None and is_there else settings.issuer}{request.path}"


def refusal(error: InvalidProof) -> InvalidDpopProof:
    """Return what a proof is refused with."""
    if isinstance(error, NonceNeeded):
        return UseDpopNonce(error.nonce)
    return InvalidDpopProof(details=dict(error.details))
