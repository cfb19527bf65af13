"""The device cookie: proof that somebody signed in as this person here before.

It gives no access. It only keeps the guesses of strangers from closing the door to the owner:
limits count a browser that proves an earlier success apart from all others.
"""

import hashlib
import hmac
from datetime import timedelta

from core.infra import base64url
from core.infra.ids import digest, new_secret
from core.infra.secret import Secret
from core.people.identifiers import PersonId

DEVICE_LIFE = timedelta(days=365)
# Colleagues share a machine at the front desk; a cookie still has to stay small.
_MOST_PEOPLE = 5
_PURPOSE = b"device proof 1"


def proven_device(secret: Secret, cookie: str | None, person_id: PersonId | None) -> str | None:
    """Return a name for this device where the cookie proves a sign-in of the person, else None."""
    if person_id is None:
        return None
    for proof in _proofs(cookie):
        nonce, _, mac = proof.partition(".")
        if hmac.compare_digest(mac.encode(), _mac(secret, nonce, person_id).encode()):
            return digest(f"{person_id}.{nonce}")
    return None


def with_proof(secret: Secret, cookie: str | None, person_id: PersonId) -> str:
    """Return the cookie with a proof for the person, in place of an earlier one of theirs."""
    others = [proof for proof in _proofs(cookie) if proven_device(secret, proof, person_id) is None]
    nonce = new_secret()
    return "~".join([f"{nonce}.{_mac(secret, nonce, person_id)}", *others][:_MOST_PEOPLE])


def _proofs(cookie: str | None) -> list[str]:
    return [proof for proof in (cookie or "").split("~") if proof][:_MOST_PEOPLE]


def _mac(secret: Secret, nonce: str, person_id: PersonId) -> str:
    key = hmac.digest(secret.reveal().encode(), _PURPOSE, hashlib.sha256)
    mac = hmac.digest(key, f"{nonce}.{person_id}".encode(), hashlib.sha256)
    return base64url.encode(mac)
