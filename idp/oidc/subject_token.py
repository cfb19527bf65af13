"""The token that is brought to be exchanged (RFC 8693 section 2.1): one of our access tokens, alive."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from core.infra.store.interface import Kind
from core.proof.access_token import TYPE
from core.proof.confirmation import Confirmation
from core.proof.granted import lineage
from idp.oidc.clients import known_client
from idp.oidc.codes import CodeGrant
from idp.oidc.errors import InvalidRequest
from idp.oidc.registered_client import RegisteredClient
from idp.signing import jws
from idp.signing.jws import InvalidJwt
from idp.wiring import Services


@dataclass(frozen=True, slots=True)
class SubjectToken:
    """What a genuine token says that is not over: for whom, until when, and what was granted for it.

    `holder` is the client that the person let in: their `sub` is what that client sees.
    """

    claims: Mapping[str, Any]
    grant: CodeGrant
    holder: RegisteredClient

    @property
    def client_id(self) -> str:
        """Return the client that the token was issued to."""
        return str(self.claims["client_id"])

    @property
    def audience(self) -> tuple[str, ...]:
        """Return the resources it is for."""
        named = self.claims["aud"]
        return tuple(named) if isinstance(named, list) else (str(named),)

    @property
    def scope(self) -> tuple[str, ...]:
        """Return its scope, which what is exchanged for it never exceeds."""
        return tuple(str(self.claims.get("scope", "")).split())

    @property
    def confirmation(self) -> Confirmation:
        """Return the key that it is bound to."""
        return Confirmation.of_claim(self.claims.get("cnf", {}))


def read(services: Services, token: str) -> SubjectToken:
    """Return what a token of ours says; raise `InvalidRequest` unless it is alive and about a person.

    RFC 8693 section 2.2.2 wants this error for a token that is not acceptable, whatever the reason.
    """
    try:
        claims = jws.decode(services.keyring, token, typ=TYPE)
    except InvalidJwt:
        raise InvalidRequest("The subject_token is not an access token of this issuer.") from None
    is_over = claims["exp"] <= services.clock.now().timestamp()
    if is_over or claims["iss"] != services.settings.issuer:
        raise InvalidRequest("The subject_token has expired.")
    grant = _require_alive(services, claims)
    holders = [known_client(services.database, services.store, name) for name in (grant.client_id, claims["client_id"])]
    if holders[0] is None or not all(holder is not None and holder.enabled for holder in holders):
        raise InvalidRequest("The client of the subject_token is not there any more.")
    return SubjectToken(claims, grant, holders[0])


def _require_alive(services: Services, claims: Mapping[str, Any]) -> CodeGrant:
    names = lineage(str(claims["jti"]))
    granted, *revoked = services.store.get_many(
        ((Kind.GRANT, names[0]), *((Kind.REVOKED_FAMILY, name) for name in names))
    )
    if any(revoked):
        raise InvalidRequest("The subject_token was revoked.")
    if granted is None:
        # A client's own token: there is nobody to act for.
        raise InvalidRequest("The subject_token is not about a person.")
    return CodeGrant.from_json(orjson.loads(granted))
