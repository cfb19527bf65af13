"""Request objects: the parameters of an authorization request as a JWT that its client signed.

Two flavours. By OpenID Connect Core section 6 an object is merged with the parameters beside it and
its values win; by RFC 9101 it counts alone. What a FAPI 2.0 client sends is for us and of now, by
FAPI 2.0 Message Signing section 5.3.1; from others these claims are judged where they stand.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from core.proof import jws
from core.proof.jws import InvalidJwt
from core.proof.keys import PublicKey
from idp.oidc import client_keys
from idp.oidc.checks import parameters
from idp.oidc.checks.parameters import Parameters
from idp.oidc.errors import InvalidRequestObject
from idp.oidc.registered_client import RegisteredClient
from idp.wiring import Services

TYPE = "oauth-authz-req+jwt"
_SKEW = timedelta(seconds=30)
_LONGEST = timedelta(minutes=60)
# An object cannot hold another, nor lead to one (RFC 9101 section 4).
_INSIDE = parameters.AUTHORIZATION - {"request", "request_uri"}

_FindKeys = Callable[[str | None, str], tuple[PublicKey, ...]]


def read(ground: Services, sent: Parameters, client: RegisteredClient, *, alone: bool) -> Parameters:
    """Return the parameters that count of a request with the parameter `request`.

    `alone` takes the object's and no other, by RFC 9101 section 6.3. Raises `InvalidRequestObject`;
    what is wrong with single parameters is among their faults.
    """
    now = ground.clock.now()
    claims = _claims(
        sent.values["request"],
        client,
        lambda kid, algorithm: client_keys.candidates(client, kid, algorithm, http=ground.http, now=now),
    )
    _require_origin(claims, client, ground.settings.issuer)
    _require_time(claims, now, must_be_bounded=client.rules.issuer_audience)
    if not {"request", "request_uri"}.isdisjoint(claims):
        raise InvalidRequestObject("A request object cannot hold or name another.")
    if alone and "client_id" not in claims:
        raise InvalidRequestObject("The request object has no client_id.")
    inside = parameters.of_members(claims, _INSIDE)
    if inside.get("client_id") not in {None, client.client_id}:
        raise InvalidRequestObject("The client_id of the request object is another.")
    return inside if alone else _merged(sent, inside)


def _merged(sent: Parameters, inside: Parameters) -> Parameters:
    # Core section 6.1: the request must be one of OAuth by itself as well.
    named = inside.get("response_type")
    if named is not None and sent.get("response_type") != named:
        raise InvalidRequestObject("The response_type of the request object is another.")
    outside = {name: value for name, value in sent.values.items() if name != "request"}
    faults = {**sent.faults, **inside.faults}
    values = {name: value for name, value in {**outside, **inside.values}.items() if name not in faults}
    return Parameters(values, faults, inside.resources or sent.resources)


def _claims(signed: str, client: RegisteredClient, find_keys: _FindKeys) -> Mapping[str, Any]:
    signing_input, _, signature = signed.rpartition(".")
    first, dot, second = signing_input.partition(".")
    if not dot or "." in second:
        raise InvalidRequestObject("The request object is not a signed JWT.")
    try:
        header, claims = jws.read_object(first), jws.read_object(second)
    except InvalidJwt:
        raise InvalidRequestObject("The request object is not a signed JWT.") from None
    keys = find_keys(*_key_named(header, client))
    if not any(_made(key, signing_input, signature) for key in keys):
        raise InvalidRequestObject("No key of the client made the signature of the request object.")
    return claims


def _key_named(header: Mapping[str, Any], client: RegisteredClient) -> tuple[str | None, str]:
    """Return the `kid` and the algorithm, of a header that is one of a request object."""
    if "crit" in header:
        raise InvalidRequestObject("The request object has a critical header that is not known.")
    typ, algorithm, kid = header.get("typ"), header.get("alg"), header.get("kid")
    # RFC 8725 section 3.11: no JWT that was made for something else counts as a request.
    if not jws.is_of_type(typ, None) and not jws.is_of_type(typ, TYPE):
        raise InvalidRequestObject(f"The typ of the request object must be {TYPE}.")
    registered = client.request_object_signing_alg
    if algorithm not in client.rules.algorithms or (registered is not None and algorithm != registered):
        raise InvalidRequestObject("The alg of the request object is not allowed for the client.")
    if kid is not None and not isinstance(kid, str):
        raise InvalidRequestObject("The kid of the request object is not a string.")
    return kid, algorithm


def _made(key: PublicKey, signing_input: str, signature: str) -> bool:
    try:
        return jws.is_signed(key, signing_input, signature)
    except InvalidJwt:
        return False


def _require_origin(claims: Mapping[str, Any], client: RegisteredClient, issuer: str) -> None:
    must_name = client.rules.issuer_audience
    if (must_name or "iss" in claims) and claims.get("iss") != client.client_id:
        raise InvalidRequestObject("The iss of the request object must be the client_id.")
    named = claims.get("aud")
    audiences = named if isinstance(named, list) else [named]
    if (must_name or "aud" in claims) and issuer not in audiences:
        raise InvalidRequestObject("The aud of the request object must be the issuer.")
    # RFC 9101 section 10.8: what proves the client at the token endpoint is no request.
    if claims.get("sub") == client.client_id:
        raise InvalidRequestObject("The sub of the request object must not be the client_id.")


def _require_time(claims: Mapping[str, Any], now: datetime, *, must_be_bounded: bool) -> None:
    ends, begins = _moment(claims, "exp"), _moment(claims, "nbf")
    if ends is not None and ends <= now - _SKEW:
        raise InvalidRequestObject("The request object has expired.")
    for moment in (begins, _moment(claims, "iat")):
        if moment is not None and moment > now + _SKEW:
            raise InvalidRequestObject("The request object is of the future.")
    if not must_be_bounded:
        return
    if ends is None or begins is None:
        raise InvalidRequestObject("The request object needs exp and nbf.")
    # What has not ended is then no older than that either.
    if ends - begins > _LONGEST:
        raise InvalidRequestObject("The request object lives longer than an hour.")


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    if claims.get(name) is None:
        return None
    try:
        return jws.moment(claims, name)
    except InvalidJwt:
        raise InvalidRequestObject(f"The {name} of the request object is not a time.") from None
