"""How the wallet's interface refuses: tokens by a challenge (RFC 6750, RFC 9449), all else by the error's status."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from core.closing.spending import ContextClosed, MayNotPay, MayNotSee
from core.infra import log
from core.infra.errors import ImmoError
from core.proof import dpop
from core.proof.challenge import Scheme, challenge
from core.wallet.errors import (
    CaptureTooLarge,
    IdempotencyKeyReused,
    InsufficientFunds,
    InvalidAmount,
    LimitReached,
    RefundTooLarge,
    WalletFrozen,
)
from core.web import problems
from core.web.programs import Answer

_NOTHING: Mapping[str, str] = MappingProxyType({})
_OFFERS: Mapping[Scheme, Mapping[str, str]] = {
    Scheme.BEARER: {},
    # RFC 9449 section 7.1.
    Scheme.DPOP: {"algs": " ".join(dpop.ALGORITHMS)},
}


class TokenRefused(ImmoError):
    """The access token opens nothing here; `schemes` are those that would, `parameters` the challenge says besides."""

    code = "invalid_token"
    status = HTTPStatus.UNAUTHORIZED

    def __init__(
        self, *schemes: Scheme, parameters: Mapping[str, str] = _NOTHING, details: Mapping[str, object] = _NOTHING
    ) -> None:
        self.schemes = schemes
        self.parameters = parameters
        self.headers: Mapping[str, str] = _NOTHING
        super().__init__(None, **details)


class TokenMissing(TokenRefused):
    """There is no access token: the challenge then names no error (RFC 6750 section 3.1)."""

    code = "token-missing"


class InsufficientScope(TokenRefused):
    """The access token does not carry the scope that is needed (RFC 6750 section 3.1)."""

    code = "insufficient_scope"
    status = HTTPStatus.FORBIDDEN


class ProofRefused(TokenRefused):
    """The DPoP proof is missing, wrong, or was used (RFC 9449 section 7.1)."""

    code = "invalid_dpop_proof"


class NonceNeeded(TokenRefused):
    """The DPoP proof must carry the nonce of this answer (RFC 9449 section 9)."""

    code = "use_dpop_nonce"

    def __init__(self, nonce: str) -> None:
        super().__init__(Scheme.DPOP)
        self.headers = {"DPoP-Nonce": nonce}


class NoContext(ImmoError):
    """The token is for a person, and for no organisation: nobody's wallet could pay."""

    code = "no-context"


class KeyMissing(ImmoError):
    """There is no good Idempotency-Key."""

    code = "idempotency-key-missing"


STATUSES: Mapping[type[ImmoError], HTTPStatus] = {
    KeyMissing: HTTPStatus.BAD_REQUEST,
    InsufficientFunds: HTTPStatus.PAYMENT_REQUIRED,
    WalletFrozen: HTTPStatus.PAYMENT_REQUIRED,
    **dict.fromkeys((ContextClosed, MayNotPay, MayNotSee, LimitReached, NoContext), HTTPStatus.FORBIDDEN),
    **dict.fromkeys(
        (IdempotencyKeyReused, InvalidAmount, CaptureTooLarge, RefundTooLarge), HTTPStatus.UNPROCESSABLE_ENTITY
    ),
}
# What a charge is refused for, and what its organisation is shown on the wallet's page.
SHOWN = (InsufficientFunds, WalletFrozen, LimitReached, MayNotPay)


def refuse(error: Exception) -> Answer:
    """Return the answer for whatever an operation raised: a problem, with the challenge where one is due."""
    if not isinstance(error, TokenRefused):
        return problems.refuse(error, STATUSES)
    log.event("request_refused", error_code=error.code, details=dict(error.details))
    return problems.problem(error.code, error.status, headers={**error.headers, "WWW-Authenticate": _challenges(error)})


def pay_first(error: InsufficientFunds | WalletFrozen, topup_url: str) -> Answer:
    """Return the answer where money is missing: with the page to recharge on, and no figure of the wallet's."""
    log.event("request_refused", error_code=error.code, details=dict(error.details))
    return problems.problem(error.code, HTTPStatus.PAYMENT_REQUIRED, topup_url=topup_url)


def _challenges(error: TokenRefused) -> str:
    told = {} if isinstance(error, TokenMissing) else {"error": error.code}
    return ", ".join(challenge(scheme, {**told, **error.parameters, **_OFFERS[scheme]}) for scheme in error.schemes)
