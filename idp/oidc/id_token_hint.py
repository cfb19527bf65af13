"""ID tokens of ours that come back as a hint of whom a request is about.

OpenID Connect Core section 3.1.2.1, RP-Initiated Logout section 2. A hint proves nothing about
who sends it; its signature proves that we once said this to that client.
"""

from dataclasses import dataclass

from core.proof.jws import InvalidJwt
from idp.signing import jws
from idp.signing.keyring import Keyring


@dataclass(frozen=True, slots=True)
class IdTokenHint:
    """What a hint says: to which clients we said it, about whom, in which session."""

    audience: tuple[str, ...]
    subject: str
    sid: str | None


def read_hint(keyring: Keyring, token: str, *, issuer: str) -> IdTokenHint:
    """Return what an ID token of ours says, also one that has expired.

    Raise `InvalidJwt` for anything that is not an ID token signed by a key we still show.
    """
    claims = jws.decode(keyring, token, typ=None)
    audience = claims.get("aud")
    listed = [audience] if isinstance(audience, str) else audience
    subject, sid = claims.get("sub"), claims.get("sid")
    # Signed userinfo has the same type, issuer and audience, but no end.
    if claims.get("iss") != issuer or "exp" not in claims or not isinstance(subject, str):
        raise InvalidJwt(reason="not an ID token of ours")
    if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
        raise InvalidJwt(reason="no audience")
    return IdTokenHint(tuple(listed), subject, sid if isinstance(sid, str) else None)
