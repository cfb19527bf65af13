"""The keys of the portal, each in a file of its own, made on the first start and never sent anywhere.

With one it proves to the provider that it is the portal (private_key_jwt); its public half is
served at `/jwks`. With the other it proves that a request comes from whom a token was given to
(`proofs.py`).
"""

import os
import tempfile
from pathlib import Path
from typing import Any

from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7523.assertion import private_key_jwt_sign
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
FILE_NAME = "portal-client.pem"
# Long enough for a slow network, short enough that a stolen assertion is worthless.
ASSERTION_LIFE_SECONDS = 60


class ClientKey:
    """A private key with its name, the RFC 7638 thumbprint."""

    def __init__(self, key: ECKey) -> None:
        self.key = key
        self.kid = key.thumbprint()

    @classmethod
    def ensure(cls, directory: Path) -> "ClientKey":
        """Return the key in its file, which is made where there is none yet."""
        return cls(ensure_key(directory / FILE_NAME))

    def jwks(self) -> dict[str, Any]:
        """Return the public half as a JWK set (RFC 7517 section 5)."""
        public = self.key.as_dict(private=False)
        return {"keys": [{**public, "kid": self.kid, "alg": ALGORITHM, "use": "sig"}]}


class ClientAssertion(PrivateKeyJWT):  # type: ignore[misc]
    """Signs the portal's assertions for Authlib: short-lived, with the issuer as audience.

    The issuer, and nothing else, is the audience that the FAPI 2.0 security profile accepts
    (section 5.3.2.1).
    """

    alg = ALGORITHM

    def __init__(self, key: ClientKey, issuer: str) -> None:
        super().__init__(token_endpoint=issuer)
        self._key = key

    def sign(self, auth: Any, token_endpoint: str) -> str:
        """Return an assertion for one request."""
        assertion: str = private_key_jwt_sign(
            self._key.key,
            client_id=auth.client_id,
            token_endpoint=token_endpoint,
            alg=ALGORITHM,
            header={"kid": self._key.kid},
            expires_in=ASSERTION_LIFE_SECONDS,
        )
        return assertion


def ensure_key(path: Path) -> ECKey:
    """Read a key from its file; where there is none yet, make it. Safe across processes."""
    if not path.exists():
        _make(path)
    return ECKey.import_key(path.read_bytes())


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = ECKey.generate_key("P-256").as_pem(private=True)
    # Written aside (0600) and linked to its name whole: of processes that start together one
    # wins, and no process ever reads half a key.
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
