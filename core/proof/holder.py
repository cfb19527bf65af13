"""Whether an access token comes from whom it was given to: the guard of every resource server's door.

A token may come by RFC 6750 or RFC 9449; one that is bound to a key or certificate counts only
together with it, and never as a plain bearer token (RFC 9449 section 7.1, RFC 8705 section 3).
"""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from core.infra.errors import ImmoError
from core.proof import dpop
from core.proof.challenge import Scheme
from core.proof.confirmation import Confirmation
from core.proof.dpop import Desk, Proven, Target


class WrongHolder(ImmoError, ValueError):
    """The token is bound to something that the request does not show, or came by the wrong scheme.

    `scheme` is the one by which it would count.
    """

    code = "wrong-holder"

    def __init__(self, reason: str, *, scheme: Scheme) -> None:
        self.scheme = scheme
        super().__init__(reason=reason)


@dataclass(frozen=True, slots=True)
class Presented:
    """An access token as a request presents it; not yet believed."""

    token: str
    scheme: Scheme = Scheme.BEARER


@dataclass(frozen=True, slots=True)
class Call:
    """The request around it: `proof` is the header DPoP, `certificate` the thumbprint of the one in its TLS."""

    method: str
    urls: Collection[str]
    proof: str | None = None
    certificate: str | None = None


def read_authorization(header: str | None) -> Presented | None:
    """Return the token in the header Authorization; None where there is none that we know how to read.

    Schemes are compared without case (RFC 9110 section 11.1).
    """
    name, _, token = (header or "").partition(" ")
    scheme = _SCHEMES.get(name.lower())
    return Presented(token.strip(), scheme) if scheme is not None and token.strip() else None


def require_holder(
    presented: Presented, call: Call, confirmation: Confirmation, *, desk: Desk, now: datetime
) -> Proven | None:
    """Return the key that was proven for a genuine token that is bound to `confirmation`; None where none is needed.

    Raises `WrongHolder`, and what `dpop.verify` raises.
    """
    if confirmation.jkt is not None:
        if presented.scheme is not Scheme.DPOP:
            raise WrongHolder("bound to a key and sent as a bearer token", scheme=Scheme.DPOP)
        target = Target(call.method, call.urls, presented.token)
        return dpop.verify(call.proof, target, desk=desk, now=now, expected_jkt=confirmation.jkt)
    if presented.scheme is Scheme.DPOP:
        raise WrongHolder("bound to no key", scheme=Scheme.BEARER)
    thumbprint = confirmation.x5t_s256
    if thumbprint is not None and not hmac.compare_digest(thumbprint, call.certificate or ""):
        raise WrongHolder("bound to another certificate", scheme=Scheme.BEARER)
    return None


_SCHEMES = {scheme.lower(): scheme for scheme in Scheme}
