"""Proof Key for Code Exchange (RFC 7636), with S256 as the only method. Pure."""

import hashlib
import hmac
import re

from core.infra import base64url
from idp.oidc.errors import InvalidRequest, PkceMismatch
from idp.oidc.registered_client import RegisteredClient

# The base64url form of a SHA-256 digest, and the alphabet and length of RFC 7636 section 4.1.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def require(client: RegisteredClient, challenge: str | None, method: str | None) -> None:
    """Raise `InvalidRequest` unless the challenge of an authorization request is acceptable.

    Public clients must send one, and clients of whom it is demanded; others may. Plain is refused
    from everybody: it protects against nothing that a challenge is for (RFC 9700 section 2.1.1).
    """
    if challenge is None:
        if method is not None:
            raise InvalidRequest("A code_challenge_method was sent without a code_challenge.")
        if client.rules.pkce:
            raise InvalidRequest("This client must send a code_challenge.")
        return
    if method != "S256":
        raise InvalidRequest("The code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidRequest("The code_challenge must be 43 characters of base64url.")


def verify(client: RegisteredClient, challenge: str | None, verifier: str | None) -> None:
    """Raise `PkceMismatch` unless the verifier of a token request fits the challenge.

    A verifier without a challenge is refused too: somebody took the challenge out of the
    authorization request (RFC 9700 section 4.8.2). A public client has nothing else to prove
    itself with, so it never passes without.
    """
    if challenge is None and verifier is None and not client.is_public:
        return
    if challenge is None:
        raise PkceMismatch("The authorization request had no code_challenge.")
    if verifier is None:
        raise PkceMismatch("The code_verifier is missing.")
    if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(_s256(verifier), challenge):
        raise PkceMismatch


def _s256(verifier: str) -> str:
    return base64url.encode(hashlib.sha256(verifier.encode("ascii")).digest())
