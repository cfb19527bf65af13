"""Logout tokens as a relying party must judge them (Back-Channel Logout 1.0 section 2.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from core.proof import jws
from core.proof.jws import InvalidJwt
from core.proof.keys import KeySource

TYPE = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
# A logout token is used the moment it is made; none may ask for a longer memory than this.
_LIFE_MAX = timedelta(minutes=10)
_CLOCK_SKEW = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class VerifiedLogoutToken:
    """Who is to be signed out: a session, or every session of a person where `sid` is None."""

    subject: str | None
    sid: str | None


def verify(
    token: str,
    *,
    keys: KeySource,
    issuer: str,
    client_id: str,
    store: EphemeralStore,
    now: datetime,
) -> VerifiedLogoutToken:
    """Return whom a genuine token signs out; it counts once, and a replay is refused.

    Raises `InvalidJwt` for whatever section 2.6 tells to reject.
    """
    claims = jws.verify(token, keys=keys, typ=TYPE)
    _require_addressed(claims, issuer=issuer, client_id=client_id)
    expires_at = _require_alive(claims, now=now)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise InvalidJwt(reason="no logout event")
    if "nonce" in claims:
        # An ID token must never pass for a logout token.
        raise InvalidJwt(reason="nonce is present")
    subject, sid = _optional(claims, "sub"), _optional(claims, "sid")
    if subject is None and sid is None:
        raise InvalidJwt(reason="neither sub nor sid")
    _spend(store, issuer, _optional(claims, "jti"), ttl=expires_at - now + _CLOCK_SKEW)
    return VerifiedLogoutToken(subject, sid)


def _require_addressed(claims: Mapping[str, Any], *, issuer: str, client_id: str) -> None:
    audience = claims.get("aud")
    if claims.get("iss") != issuer:
        raise InvalidJwt(reason="wrong issuer")
    if client_id not in (audience if isinstance(audience, list) else [audience]):
        raise InvalidJwt(reason="wrong audience")


def _require_alive(claims: Mapping[str, Any], *, now: datetime) -> datetime:
    issued_at, expires_at = jws.moment(claims, "iat"), jws.moment(claims, "exp")
    if issued_at > now + _CLOCK_SKEW or expires_at + _CLOCK_SKEW <= now:
        raise InvalidJwt(reason="not of now")
    if expires_at - issued_at > _LIFE_MAX:
        raise InvalidJwt(reason="lives too long")
    return expires_at


def _spend(store: EphemeralStore, issuer: str, jti: str | None, *, ttl: timedelta) -> None:
    if jti is None:
        raise InvalidJwt(reason="jti is missing")
    if not store.add(Kind.LOGOUT_JTI, digest(f"{issuer} {jti}"), b"", ttl):
        raise InvalidJwt(reason="replayed")


def _optional(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise InvalidJwt(reason=f"{name} is no text")
    return value
