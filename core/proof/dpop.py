"""DPoP proofs (RFC 9449): that whoever sends a request holds a key, shown for this one request.

Used by the authorization server and by every resource server alike. Which nonces are good and
where used proofs are remembered is handed in; what a wrong proof is answered with is the caller's.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from core.infra import base64url
from core.infra.errors import ImmoError
from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from core.proof import jws
from core.proof.dpop_nonces import DpopNonces
from core.proof.jws import InvalidJwt
from core.proof.keys import InvalidKey, PublicKey
from core.proof.target_uri import normalised

TYPE = "dpop+jwt"
# Those of FAPI 2.0 section 5.4, for everybody: proofs are new, and nothing old needs RS256 here.
ALGORITHMS = ("ES256", "PS256", "EdDSA")
# How far the clock of whoever made the proof may be from ours, either way.
TOLERANCE = timedelta(seconds=60)

# Room for an RSA key of 4096 bits; what is larger would only make us calculate.
_LONGEST = 4_096
_JTI_LENGTH = 255
# RFC 7518 section 6: no embedded key may show what belongs to its holder alone.
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class InvalidProof(ImmoError, ValueError):
    """The proof is missing, malformed, for another request, token or key, or was used."""

    code = "invalid-dpop-proof"


class NonceNeeded(InvalidProof):
    """The proof carries no nonce, or one that is over; `nonce` is the one to use."""

    code = "use-dpop-nonce"

    def __init__(self, nonce: str) -> None:
        self.nonce = nonce
        super().__init__(reason="no good nonce")


@dataclass(frozen=True, slots=True)
class Target:
    """The request that a proof must be for.

    `urls` are the addresses by which it may have been reached, `access_token` what it carries.
    """

    method: str
    urls: Collection[str]
    access_token: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What judges and remembers proofs at one server; without `must_have_nonce` one is offered only."""

    nonces: DpopNonces
    store: EphemeralStore
    must_have_nonce: bool = True


@dataclass(frozen=True, slots=True)
class Proven:
    """The key that was shown, by its RFC 7638 thumbprint; `next_nonce` is to be handed out if set."""

    jkt: str
    next_nonce: str | None


@dataclass(frozen=True, slots=True)
class _ProofKey:
    key: PublicKey
    jkt: str


def verify(proof: str | None, target: Target, *, desk: Desk, now: datetime, expected_jkt: str | None = None) -> Proven:
    """Judge the value of the header DPoP by RFC 9449 section 4.3 and spend the proof.

    Raises `NonceNeeded`, and `InvalidProof` for everything else that is wrong.
    """
    if proof is None:
        raise InvalidProof(reason="missing")
    if "," in proof:
        # How repeated headers reach us; no JWT holds a comma.
        raise InvalidProof(reason="sent more than once")
    try:
        key, claims = _signed(proof)
        issued_at = jws.moment(claims, "iat")
    except InvalidJwt as error:
        raise InvalidProof(None, **error.details) from error
    _require_target(claims, target)
    if expected_jkt is not None and not hmac.compare_digest(key.jkt.encode(), expected_jkt.encode()):
        raise InvalidProof(reason="another key")
    next_nonce = _judge_nonce(claims.get("nonce"), desk, now)
    if abs(issued_at - now) > TOLERANCE:
        raise InvalidProof(reason="not of now")
    _spend(claims.get("jti"), key.jkt, desk.store, issued_at + 2 * TOLERANCE - now)
    return Proven(key.jkt, next_nonce)


def thumbprint_of(access_token: str) -> str:
    """Return the `ath` that a proof for an access token carries (RFC 9449 section 4.2)."""
    return base64url.encode(hashlib.sha256(access_token.encode()).digest())


def _signed(proof: str) -> tuple[_ProofKey, Mapping[str, Any]]:
    if len(proof) > _LONGEST:
        raise InvalidProof(reason="too long")
    signing_input, _, signature = proof.rpartition(".")
    header, _, payload = signing_input.partition(".")
    key = _key(header)
    if not jws.is_signed(key.key, signing_input, signature):
        raise InvalidProof(reason="bad signature")
    return key, jws.read_object(payload)


# The proofs of one key begin alike, and importing a key costs more than verifying with it.
@lru_cache(maxsize=256)
def _key(segment: str) -> _ProofKey:
    header = jws.read_object(segment)
    if "crit" in header:
        raise InvalidProof(reason="critical header")
    if not jws.is_of_type(header.get("typ"), TYPE):
        raise InvalidProof(reason="wrong type")
    algorithm, jwk = header.get("alg"), header.get("jwk")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise InvalidProof(reason="wrong algorithm")
    if not isinstance(jwk, dict) or not _PRIVATE_MEMBERS.isdisjoint(jwk):
        raise InvalidProof(reason="no public key")
    if jwk.get("alg", algorithm) != algorithm:
        raise InvalidProof(reason="wrong algorithm")
    try:
        key = PublicKey.from_jwk({**jwk, "kid": "", "alg": algorithm})
    except (InvalidKey, AttributeError) as error:
        raise InvalidProof(reason="no usable key") from error
    return _ProofKey(key, key.key.thumbprint())


def _require_target(claims: Mapping[str, Any], target: Target) -> None:
    if claims.get("htm") != target.method:
        raise InvalidProof(reason="wrong htm")
    named = claims.get("htu")
    meant = normalised(named) if isinstance(named, str) else None
    if meant is None or meant not in {normalised(url) for url in target.urls}:
        raise InvalidProof(reason="wrong htu")
    if target.access_token is None:
        return
    found = claims.get("ath")
    if not isinstance(found, str) or not hmac.compare_digest(
        found.encode(), thumbprint_of(target.access_token).encode()
    ):
        raise InvalidProof(reason="wrong ath")


def _judge_nonce(nonce: object, desk: Desk, now: datetime) -> str | None:
    """Return the nonce to hand out with the answer, None where the client has it already."""
    fresh = desk.nonces.fresh(now)
    if nonce is None and not desk.must_have_nonce:
        return fresh
    if not isinstance(nonce, str) or not desk.nonces.is_good(nonce, now):
        raise NonceNeeded(fresh)
    return None if nonce == fresh else fresh


def _spend(jti: object, jkt: str, store: EphemeralStore, life: timedelta) -> None:
    if not isinstance(jti, str) or not 0 < len(jti) <= _JTI_LENGTH:
        raise InvalidProof(reason="no usable jti")
    if not store.add(Kind.DPOP_JTI, digest(f"{jkt} {jti}"), b"", life):
        raise InvalidProof(reason="used before")
