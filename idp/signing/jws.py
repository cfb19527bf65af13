"""Signed JWTs in compact form over any `Signer` (RFC 7515 section 3.1).

joserfc signs only with keys in this process, so the serialisation is ours; reading them back is
joserfc's, through `core.proof.jws`.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import orjson

from core.infra import base64url
from core.proof import jws
from core.proof.jws import InvalidJwt
from core.proof.keys import ALGORITHMS
from idp.signing.keyring import Keyring
from idp.signing.signer import Signer

__all__ = ["InvalidJwt", "decode", "encode"]


def encode(signer: Signer, claims: Mapping[str, Any], *, typ: str | None = None) -> str:
    """Return the claims as a signed JWT whose header names the key, its algorithm and its type.

    A plain JWT, such as an ID token, says no type: `JWT` would tell nobody anything.
    """
    signing_input = f"{_header(signer.algorithm, signer.kid, typ)}.{base64url.encode(orjson.dumps(claims))}"
    signature = signer.sign(signing_input.encode("ascii"))
    return f"{signing_input}.{base64url.encode(signature)}"


def decode(
    keyring: Keyring,
    token: str,
    *,
    typ: str | None,
    algorithms: Collection[str] = ALGORITHMS,
) -> Mapping[str, Any]:
    """Return the claims of a token that we signed with a key that is still shown.

    Checks signature and type, nothing else: times, audience and issuer are the caller's. `typ`
    None means a plain JWT, such as an ID token. Raises `InvalidJwt`, a ValueError.
    """
    return jws.verify(token, keys=keyring.verification_keys(), typ=typ, algorithms=algorithms)


# All tokens of a key begin alike.
@lru_cache(maxsize=64)
def _header(algorithm: str, kid: str, typ: str | None) -> str:
    header = {"alg": algorithm, "kid": kid}
    if typ is not None:
        header["typ"] = typ
    return base64url.encode(orjson.dumps(header))
