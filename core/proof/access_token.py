"""Access tokens as a resource server must judge them (RFC 9068 section 4).

Says that a token is genuine, for this audience and alive. Whether it was revoked, and whether its
scope is enough, is asked by the guard that calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.proof import jws
from core.proof.confirmation import UNBOUND, Confirmation
from core.proof.jws import InvalidJwt
from core.proof.keys import KeySource

TYPE = "at+jwt"
# A token from the future is a forgery or a broken clock; this much difference is neither.
_CLOCK_SKEW = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class VerifiedAccessToken:
    """What a genuine access token says; `claims` holds everything, these are what guards need."""

    subject: str
    client_id: str
    scope: frozenset[str]
    audience: tuple[str, ...]
    jti: str
    expires_at: datetime
    claims: Mapping[str, Any]

    @property
    def family_id(self) -> str:
        """The grant that the token descends from: what revoking it is told by."""
        return self.jti.partition(".")[0]

    @property
    def confirmation(self) -> Confirmation:
        """What the token is bound to: it counts from whoever shows that, and from nobody else."""
        members = self.claims.get("cnf")
        return UNBOUND if members is None else Confirmation.of_claim(members)


def verify(token: str, *, keys: KeySource, issuer: str, audience: str, now: datetime) -> VerifiedAccessToken:
    """Return what the token says; raise `InvalidJwt` when it is not genuine, not ours or over."""
    claims = jws.verify(token, keys=keys, typ=TYPE)
    if claims.get("iss") != issuer:
        raise InvalidJwt(reason="wrong issuer")
    audiences = _audiences(claims.get("aud"))
    if audience not in audiences:
        raise InvalidJwt(reason="wrong audience")
    expires_at = jws.moment(claims, "exp")
    if expires_at <= now:
        raise InvalidJwt(reason="expired")
    if jws.moment(claims, "iat") > now + _CLOCK_SKEW:
        raise InvalidJwt(reason="from the future")
    scope = claims.get("scope", "")
    return VerifiedAccessToken(
        subject=_text(claims, "sub"),
        client_id=_text(claims, "client_id"),
        scope=frozenset(scope.split()) if isinstance(scope, str) else frozenset(),
        audience=audiences,
        jti=_text(claims, "jti"),
        expires_at=expires_at,
        claims=claims,
    )


def _audiences(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(entry for entry in values if isinstance(entry, str))


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidJwt(reason=f"{name} is missing")
    return value
