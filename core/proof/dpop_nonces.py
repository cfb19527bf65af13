"""Nonces of DPoP proofs (RFC 9449 sections 8 and 9): what shows that a proof was made just now.

A nonce is a keyed digest of the span of time it is of, so that every process and machine with the
secret knows it and nothing is stored. It is nobody's own: that a proof counts once is told by its
`jti`.
"""

import hmac
from datetime import datetime, timedelta

from core.infra import sealing
from core.infra.secret import Secret

# A nonce is handed out during one span and good until the end of the next.
SPAN = timedelta(minutes=5)
_PURPOSE = "dpop nonce"
_LENGTH = 32


class DpopNonces:
    """The nonces that are good with one secret."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def fresh(self, now: datetime) -> str:
        """Return the nonce to hand out now."""
        return self._of(_span(now))

    def is_good(self, nonce: str, now: datetime) -> bool:
        """Tell whether this nonce was handed out in this span of time or the one before."""
        span = _span(now)
        # Both are compared, so that the time taken tells nothing.
        found = [hmac.compare_digest(nonce.encode(), self._of(s).encode()) for s in (span, span - 1)]
        return any(found)

    def _of(self, span: int) -> str:
        return sealing.mac(self._secret, str(span), purpose=_PURPOSE)[:_LENGTH]


def _span(now: datetime) -> int:
    return int(now.timestamp() // SPAN.total_seconds())
