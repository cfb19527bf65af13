"""A passkey in software: what a browser and its device answer, right or wrong in one chosen way.

Browsers refuse to do most of what these tests must see refused, so the answers are made here, of
the bytes that Web Authentication Level 3 describes (sections 5.8.1, 6.1, 6.5).
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _SYNCABLE, _SYNCED, _ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


class SoftPasskey:
    """One credential on one device; `counter` grows with each use, where the device counts at all.

    `is_verified` tells that the device checks its user, `is_synced` that the key is on others as well.
    """

    def __init__(self, origin: str, *, is_verified: bool = True, is_synced: bool = False, counts: bool = True) -> None:
        self.origin = origin
        self.rp_id = origin.partition("://")[2].partition(":")[0]
        self.is_verified = is_verified
        self.is_synced = is_synced
        self.counts = counts
        self.counter = 0
        self.credential_id = secrets.token_bytes(32)
        self.user_handle: bytes | None = None
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: str, **client_data: Any) -> str:
        """Return what `navigator.credentials.create` answers; `client_data` changes what is told of the page."""
        asked = json.loads(options)
        self.user_handle = _decoded(asked["user"]["id"])
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._public_key()
        statement = {"fmt": "none", "attStmt": {}, "authData": self._authenticator_data(_ATTESTED) + attested}
        response = {
            "clientDataJSON": _encoded(self._client_data("webauthn.create", asked["challenge"], client_data)),
            "attestationObject": _encoded(cbor2.dumps(statement)),
            "transports": ["internal"],
        }
        return self._answer(response)

    def get(self, options: str, *, signed: bytes | None = None, **client_data: Any) -> str:
        """Return what `navigator.credentials.get` answers; `signed` is signed in place of the right bytes."""
        asked = json.loads(options)
        if self.counts:
            self.counter += 1
        client = self._client_data("webauthn.get", asked["challenge"], client_data)
        data = self._authenticator_data(0)
        signature = self._key.sign(signed or data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": _encoded(client),
            "authenticatorData": _encoded(data),
            "signature": _encoded(signature),
        }
        if self.user_handle is not None:
            response["userHandle"] = _encoded(self.user_handle)
        return self._answer(response)

    def _client_data(self, ceremony: str, challenge: str, changes: dict[str, Any]) -> bytes:
        told = {"type": ceremony, "challenge": challenge, "origin": self.origin, "crossOrigin": False, **changes}
        return json.dumps(told).encode()

    def _authenticator_data(self, flags: int) -> bytes:
        flags |= _PRESENT
        flags |= _VERIFIED if self.is_verified else 0
        flags |= _SYNCABLE | _SYNCED if self.is_synced else 0
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _public_key(self) -> bytes:
        numbers = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _answer(self, response: dict[str, Any]) -> str:
        name = _encoded(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")
