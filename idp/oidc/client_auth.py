"""How a client proves who it is (RFC 6749 section 2.3, OpenID Connect Core section 9, RFC 8705 section 2).

One method in a request, and it must be the registered one. Why a secret was not believed is not
told: unknown client, disabled client and wrong secret get one answer.
"""

import binascii
import hmac
from base64 import b64decode
from dataclasses import dataclass

from core.infra.ids import digest
from core.infra.settings import Settings
from idp.oidc import client_assertion, client_keys, client_tls_auth
from idp.oidc.checks.parameters import Parameters, decoded
from idp.oidc.client_certificate import Certificate
from idp.oidc.client_protection import TLS_METHODS
from idp.oidc.clients import known_client
from idp.oidc.errors import InvalidClient, InvalidRequest
from idp.oidc.registered_client import RegisteredClient
from idp.wiring import Services

PARAMETERS = frozenset({"client_id", "client_secret", "client_assertion", "client_assertion_type"})
SECRET_METHODS = ("client_secret_basic", "client_secret_post")
KEY_METHODS = ("private_key_jwt", *TLS_METHODS)
CONFIDENTIAL_METHODS = (*SECRET_METHODS, *KEY_METHODS)
METHODS = (*CONFIDENTIAL_METHODS, "none")
# Compared with when there is no client, so that the answer takes as long.
_NO_DIGEST = digest("")


@dataclass(frozen=True, slots=True)
class _Presented:
    """What a request presents: the method by its registered name, and a secret where it has one."""

    method: str
    client_id: str
    secret: str | None = None


def authenticate(
    parameters: Parameters,
    authorization: str | None,
    *,
    services: Services,
    endpoint: str,
    certificate: Certificate | None = None,
) -> RegisteredClient:
    """Return the client that a request comes from, as `authorization` header, form or certificate prove it.

    `endpoint` is the path that was called: its address is a valid audience of an assertion besides
    the issuer and the token endpoint. A certificate is no second method: whoever proves itself
    otherwise may have its tokens bound to one. Raises `InvalidClient`, and `InvalidRequest` where a
    request uses more than one method (RFC 6749 section 2.3) or contradicts itself.
    """
    if "client_assertion" in parameters.values or "client_assertion_type" in parameters.values:
        if authorization is not None or "client_secret" in parameters.values:
            raise InvalidRequest("The request uses more than one method of client authentication.")
        return _by_assertion(parameters, services, endpoint)
    presented = _presented(parameters, authorization)
    if presented.secret is not None:
        return _by_secret(presented, services)
    return _by_certificate(presented.client_id, certificate, services)


def _presented(parameters: Parameters, authorization: str | None) -> _Presented:
    client_id, secret = parameters.get("client_id"), parameters.get("client_secret")
    if authorization is not None:
        if secret is not None:
            raise InvalidRequest("The request uses more than one method of client authentication.")
        presented = _read_basic(authorization)
        if client_id not in {None, presented.client_id}:
            raise InvalidRequest("The client_id contradicts the Authorization header.")
        return presented
    if client_id is None:
        raise InvalidClient("The request names no client.")
    if secret is not None:
        return _Presented("client_secret_post", client_id, secret)
    return _Presented("none", client_id)


def _read_basic(authorization: str) -> _Presented:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("The Authorization header must use the Basic scheme here.")
    try:
        name, colon, secret = b64decode(credentials.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        raise InvalidClient("The Authorization header cannot be read.") from None
    # Both halves are form-urlencoded before they are joined (RFC 6749 section 2.3.1).
    client_id, client_secret = decoded(name), decoded(secret)
    if not colon or not client_id or client_secret is None:
        raise InvalidClient("The Authorization header cannot be read.")
    return _Presented("client_secret_basic", client_id, client_secret)


def _by_secret(presented: _Presented, services: Services) -> RegisteredClient:
    client = known_client(services.database, services.store, presented.client_id)
    stored = None if client is None else client.secret_digest
    is_right = hmac.compare_digest(digest(presented.secret or ""), stored or _NO_DIGEST)
    if stored is None or not is_right:
        raise InvalidClient(client_id=presented.client_id)
    return _require(client, presented.method, presented.client_id)


def _by_certificate(client_id: str, certificate: Certificate | None, services: Services) -> RegisteredClient:
    """Return the client that presents a certificate or, where it is a public one, nothing at all."""
    client = known_client(services.database, services.store, client_id)
    if client is None or client.token_endpoint_auth_method not in TLS_METHODS:
        return _require(client, "none", client_id)
    proven = _require(client, client.token_endpoint_auth_method, client_id)
    place = services.settings.client_tls
    client_tls_auth.verify(
        certificate,
        proven,
        authorities=() if place is None else place.authorities,
        http=services.http,
        now=services.clock.now(),
    )
    return proven


def _by_assertion(parameters: Parameters, services: Services, endpoint: str) -> RegisteredClient:
    if parameters.get("client_assertion_type") != client_assertion.ASSERTION_TYPE:
        raise InvalidClient("The client_assertion_type is missing or not known.")
    assertion = client_assertion.read(parameters.get("client_assertion") or "")
    client_id = assertion.client_id
    if parameters.get("client_id") not in {None, client_id}:
        raise InvalidRequest("The client_id contradicts the client_assertion.")
    client = _require(known_client(services.database, services.store, client_id), "private_key_jwt", client_id)
    now = services.clock.now()
    client_assertion.verify(
        assertion,
        client,
        find_keys=lambda c, kid, alg: client_keys.candidates(c, kid, alg, http=services.http, now=now),
        audiences=_audiences(services.settings, endpoint),
        store=services.store,
        now=now,
    )
    return client


def _audiences(settings: Settings, endpoint: str) -> tuple[str, ...]:
    """Return whom an assertion may be for, the issuer first; endpoints have an alias for mutual TLS."""
    addresses = [settings.issuer] if settings.client_tls is None else [settings.issuer, settings.client_tls.url]
    return (settings.issuer, *(f"{address}{path}" for address in addresses for path in ("/token", endpoint)))


def _require(client: RegisteredClient | None, method: str, client_id: str) -> RegisteredClient:
    if client is None or not client.enabled:
        raise InvalidClient(client_id=client_id)
    if client.token_endpoint_auth_method != method:
        raise InvalidClient("The client is registered for another authentication method.", client_id=client_id)
    if client.rules.key_authentication and method not in KEY_METHODS:
        # Such a client is not registered; where it is there all the same, its profile counts.
        raise InvalidClient("The profile of the client demands a key or a certificate.", client_id=client_id)
    return client
