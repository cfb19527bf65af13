"""What the tokens of a request are bound to (RFC 9449 section 5, RFC 8705 section 3).

A client shows a key with each request for tokens: by a DPoP proof, or by the certificate of its
TLS connection. Which of them it must show stands in its registration and its profile; whoever
need not and does not gets bearer tokens.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.proof.confirmation import UNBOUND, Confirmation
from core.web.programs import ProgramRequest
from idp.oidc import client_certificate, dpop
from idp.oidc.errors import InvalidGrant, InvalidRequest
from idp.oidc.proof_errors import InvalidDpopProof
from idp.oidc.registered_client import RegisteredClient
from idp.wiring import Services


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a request, as far as keys tell: what tokens will be bound to, and what the answer must bring."""

    confirmation: Confirmation = UNBOUND
    headers: Mapping[str, str] = field(default_factory=dict)


NOBODY = Sender()


def of(ground: Services, request: ProgramRequest, client: RegisteredClient) -> Sender:
    """Return what a token request proves to hold.

    Raises `InvalidDpopProof` for a proof that is wrong, and where one is needed and missing,
    `UseDpopNonce`, and `InvalidRequest` where it is a certificate that is missing.
    """
    if client.tls_client_certificate_bound_access_tokens:
        certificate = _certificate(ground, request)
        if certificate is None:
            raise InvalidRequest("A client certificate is needed: the tokens of the client are bound to it.")
        return Sender(certificate)
    proven = dpop.proven_key(ground, request)
    if proven is not None:
        return Sender(Confirmation(jkt=proven.jkt), dpop.headers_for(proven))
    if not client.rules.sender_constraint:
        return NOBODY
    # A profile leaves it to the client which of the two it shows, unless it registered for one.
    certificate = None if client.dpop_bound_access_tokens else _certificate(ground, request)
    if certificate is None:
        raise InvalidDpopProof("A DPoP proof is needed: the tokens of the client are bound to a key.")
    return Sender(certificate)


def require_same(bound_to: Confirmation, shown: Confirmation) -> None:
    """Raise `InvalidGrant` unless the request proved the key that a code or refresh token is bound to."""
    if not _is_same(bound_to.jkt, shown.jkt):
        raise InvalidGrant("The code or token is bound to another DPoP key.")
    if not _is_same(bound_to.x5t_s256, shown.x5t_s256):
        raise InvalidGrant("The token is bound to another certificate.")


def _is_same(bound_to: str | None, shown: str | None) -> bool:
    # As octets: what a client named as its key may be any text.
    return bound_to is None or hmac.compare_digest(bound_to.encode(), (shown or "").encode())


def _certificate(ground: Services, request: ProgramRequest) -> Confirmation | None:
    found = client_certificate.presented(request, ground.settings)
    return None if found is None else Confirmation(x5t_s256=found.x5t_s256)
