"""Signed authorization responses: JWT Secured Authorization Response Mode (JARM). Pure but for the key."""

from dataclasses import replace
from datetime import datetime, timedelta

from idp.oidc.registered_client import RegisteredClient
from idp.oidc.response import AuthorizationResponse
from idp.signing import jws
from idp.signing.keyring import Keyring

# JARM section 2.1 recommends ten minutes at most; a browser needs seconds.
_LIFE = timedelta(minutes=5)


def sign(
    answer: AuthorizationResponse, client: RegisteredClient, *, keyring: Keyring, issuer: str, now: datetime
) -> AuthorizationResponse:
    """Return the answer with all its parameters in one signed JWT (JARM sections 2.1 and 2.3).

    Signed by the algorithm that the client registered, otherwise by the first that its profile allows.
    """
    claims: dict[str, object] = dict(answer.parameters)
    # Last, so that no parameter can stand in the place of a claim of the protocol.
    claims |= {"iss": issuer, "aud": client.client_id, "exp": int((now + _LIFE).timestamp())}
    signer = keyring.signer(client.authorization_signed_response_alg or client.rules.algorithms[0])
    return replace(answer, parameters=(("response", jws.encode(signer, claims)),))
