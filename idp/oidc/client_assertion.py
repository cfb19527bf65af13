"""Client authentication with a signed JWT: private_key_jwt (OpenID Connect Core section 9, RFC 7523).

The client decides the algorithm when it registers, its keys are its own, and each assertion is
worth one request: its `jti` is spent in the store. Whom it may be for depends on the client's
profile: FAPI 2.0 Security Profile section 5.3.2.1 takes the issuer alone, named as a string.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jws import CompactSignature, JWSRegistry, extract_compact, validate_compact

from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from core.proof import jws
from core.proof.keys import ALGORITHMS, PublicKey
from idp.oidc.errors import InvalidClient
from idp.oidc.registered_client import RegisteredClient

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

# The type that the successor of RFC 7523 gives them; most clients say JWT, or nothing.
_TYPE = "client-authentication+jwt"
_SKEW = timedelta(seconds=30)
# Authlib's client makes assertions for an hour; longer ones would have to be remembered too long.
_LONGEST_LIFE = timedelta(hours=1)
_JTI_LENGTH = 255

FindKeys = Callable[[RegisteredClient, str | None, str], tuple[PublicKey, ...]]


class _Registry(JWSRegistry):
    """joserfc's registry without its remark that RFC 9864 renames EdDSA: clients know this name."""

    def get_alg(self, name: str) -> Any:
        """Return an algorithm of the explicit list, and no other."""
        if name not in ALGORITHMS:
            raise JoseError(f"{name} is not allowed")
        return self.algorithms[name]


_REGISTRY = _Registry(algorithms=ALGORITHMS)


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that was read and not yet believed."""

    parts: CompactSignature
    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    @property
    def client_id(self) -> str:
        """Return who it says it is from."""
        subject = self.claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise InvalidClient("The assertion has no sub.")
        return subject


def read(assertion: str) -> Assertion:
    """Take an assertion apart; raise `InvalidClient` where it is no signed JWT."""
    try:
        parts = extract_compact(assertion.encode("ascii"), registry=_REGISTRY)
        header = parts.headers()
        claims = orjson.loads(parts.payload or b"")
    except (JoseError, ValueError, TypeError, AttributeError):
        raise InvalidClient("The client_assertion is not a signed JWT.") from None
    if not isinstance(claims, dict):
        raise InvalidClient("The client_assertion is not a signed JWT.")
    return Assertion(parts, header, claims)


def verify(
    assertion: Assertion,
    client: RegisteredClient,
    *,
    find_keys: FindKeys,
    audiences: Sequence[str],
    store: EphemeralStore,
    now: datetime,
) -> None:
    """Raise `InvalidClient` unless the client made the assertion, for us, just now, for this once.

    Of `audiences` the first is the issuer: the only one for clients whose rules say so.
    """
    _verify_signature(assertion, client, find_keys)
    claims = assertion.claims
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise InvalidClient("The iss and sub of the assertion must be the client_id.")
    _check_audience(claims.get("aud"), client, audiences)
    expires_at = _check_times(claims, now)
    _spend(claims.get("jti"), client.client_id, expires_at - now + _SKEW, store)


def _verify_signature(assertion: Assertion, client: RegisteredClient, find_keys: FindKeys) -> None:
    typ, algorithm, kid = (assertion.header.get(name) for name in ("typ", "alg", "kid"))
    # RFC 8725 section 3.11: a request object, which browsers carry, proves nobody.
    if not jws.is_of_type(typ, None) and not jws.is_of_type(typ, _TYPE):
        raise InvalidClient("The typ of the assertion is that of another kind of JWT.")
    registered = client.token_endpoint_auth_signing_alg
    if algorithm not in client.rules.algorithms or algorithm != (registered or algorithm):
        raise InvalidClient("The alg of the assertion is not one that the client may use.")
    if kid is not None and not isinstance(kid, str):
        raise InvalidClient("The kid of the assertion is not a string.")
    keys = find_keys(client, kid, algorithm)
    if not keys:
        raise InvalidClient("No key of the client fits the assertion.", kid=kid, client_id=client.client_id)
    if not any(_is_signed_with(assertion.parts, key) for key in keys):
        raise InvalidClient("The signature of the assertion is wrong.", client_id=client.client_id)


def _is_signed_with(parts: CompactSignature, key: PublicKey) -> bool:
    try:
        return validate_compact(parts, key.key, registry=_REGISTRY)
    except (JoseError, ValueError, TypeError):
        return False


def _check_audience(audience: object, client: RegisteredClient, audiences: Sequence[str]) -> None:
    if client.rules.issuer_audience:
        if audience != audiences[0]:
            raise InvalidClient("The aud of the assertion must be the issuer, as a string.")
        return
    # Every audience must be ours: an assertion that is good elsewhere too could be carried here.
    named = audience if isinstance(audience, list) else [audience]
    if not named or not all(isinstance(entry, str) and entry in audiences for entry in named):
        raise InvalidClient("The aud of the assertion must be the issuer or the token endpoint.")


def _check_times(claims: Mapping[str, Any], now: datetime) -> datetime:
    expires_at = _moment(claims, "exp", now)
    if expires_at is None or expires_at <= now - _SKEW:
        raise InvalidClient("The assertion has expired, or has no exp.")
    if expires_at > now + _LONGEST_LIFE + _SKEW:
        raise InvalidClient("The assertion lives longer than one hour.")
    for name in ("nbf", "iat"):
        moment = _moment(claims, name, now)
        if moment is not None and moment > now + _SKEW:
            raise InvalidClient(f"The {name} of the assertion is in the future.")
    return expires_at


def _moment(claims: Mapping[str, Any], name: str, now: datetime) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidClient(f"The {name} of the assertion is not a number.")
    try:
        return datetime.fromtimestamp(value, now.tzinfo)
    except (ValueError, OverflowError, OSError):
        raise InvalidClient(f"The {name} of the assertion is not a time.") from None


def _spend(jti: object, client_id: str, life: timedelta, store: EphemeralStore) -> None:
    if not isinstance(jti, str) or not 0 < len(jti) <= _JTI_LENGTH:
        raise InvalidClient("The assertion has no usable jti.")
    if not store.add(Kind.ASSERTION_JTI, digest(f"{client_id}\n{jti}"), b"1", life):
        raise InvalidClient("The assertion was used before.", client_id=client_id)
