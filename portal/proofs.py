"""Proofs that a request comes from the portal, to whose key tokens are bound (DPoP, RFC 9449)."""

import secrets
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey
from requests import Response

from core.infra.clock import Clock
from core.proof.dpop import TYPE, thumbprint_of
from portal.client_key import ALGORITHM, ensure_key

FILE_NAME = "portal-proof.pem"
_DEMAND = "use_dpop_nonce"


class Proofs:
    """The key to which the portal's tokens are bound, and the provider's present nonce."""

    def __init__(self, key: ECKey, clock: Clock) -> None:
        self._key = key
        self._clock = clock
        self._header = {"typ": TYPE, "alg": ALGORITHM, "jwk": key.as_dict(private=False)}
        self._nonce: str | None = None

    @classmethod
    def ensure(cls, directory: Path, clock: Clock) -> "Proofs":
        """Return proofs by the key in its file, one for all processes: a sign-in may end in another one."""
        return cls(ensure_key(directory / FILE_NAME), clock)

    def make(self, method: str, url: str, access_token: str | None) -> str:
        """Return a proof for one request, and for the token in it where there is one (section 4.2)."""
        issued_at = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": issued_at}
        if access_token is not None:
            claims["ath"] = thumbprint_of(access_token)
        if self._nonce is not None:
            claims["nonce"] = self._nonce
        return jwt.encode(self._header, claims, self._key)

    def take_nonce(self, answer: Response) -> bool:
        """Keep the nonce that an answer brings; tell whether it demands a proof with it (sections 8 and 9)."""
        self._nonce = answer.headers.get("DPoP-Nonce", self._nonce)
        match answer.status_code:
            case 400:
                return f'"{_DEMAND}"' in answer.text
            case 401:
                return _DEMAND in answer.headers.get("WWW-Authenticate", "")
            case _:
                return False
