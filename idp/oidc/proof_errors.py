"""Refusals of what a token is bound to and of the sign-in behind it: part of the tree of `errors.py`. Pure."""

from typing import Self

from core.infra.messages import N_
from core.proof.challenge import Scheme
from core.proof.step_up import Demand
from idp.oidc.errors import InvalidToken, ProtocolError


class InvalidDpopProof(ProtocolError):
    """The DPoP proof is missing, malformed, for another request or key, or was used (RFC 9449 section 5)."""

    error = "invalid_dpop_proof"
    status_at_resource = 401
    description = "The DPoP proof is not valid."
    remedy = N_("Make a new proof for each request, with the method, the address and the key of the token.")

    def at_resource(self) -> Self:
        """Return the refusal as a resource words it: with a challenge (RFC 9449 section 7.1)."""
        self.status = self.status_at_resource
        self.schemes = (Scheme.DPOP,)
        return self


class UseDpopNonce(InvalidDpopProof):
    """The proof must carry the nonce that this answer brings (RFC 9449 sections 8 and 9)."""

    error = "use_dpop_nonce"
    description = "The DPoP proof must carry the nonce of this answer."
    remedy = N_("Send the request again with a proof that carries the nonce of the header DPoP-Nonce.")

    def __init__(self, nonce: str) -> None:
        self.nonce = nonce
        super().__init__()


class InsufficientUserAuthentication(InvalidToken):
    """The sign-in behind the token is too weak or too old for this resource (RFC 9470 section 3)."""

    error = "insufficient_user_authentication"
    description = "A stronger or more recent sign-in is needed."
    remedy = N_("Send the user to the authorization endpoint with the acr_values and max_age of the challenge.")

    def __init__(self, left: Demand) -> None:
        super().__init__()
        self.parameters = left.parameters()
