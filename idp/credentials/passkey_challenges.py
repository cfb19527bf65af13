"""What a page asks of a passkey: options for the browser, with a challenge that is good once.

Web Authentication Level 3, sections 5.4 and 5.5, in the JSON form of section 5.1. A challenge belongs
to the browser and the purpose it was made for: an answer that was recorded, or made for another
page, opens nothing.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import orjson

from core.infra import base64url
from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from core.people.identifiers import PersonId
from idp.credentials.passkey_errors import ChallengeGone

NAME = "Immo-Connect"
# As long as an interaction: a page that was left open still works.
CHALLENGE_LIFE = timedelta(minutes=30)
_CHALLENGE_BYTES = 32
# How long the browser's own dialogue stays, in milliseconds.
_PATIENCE = 300_000
# EdDSA, ES256, RS256 (COSE): what today's devices have, the shortest first.
_ALGORITHMS = (-8, -7, -257)


class Purpose(StrEnum):
    """What the answer to a challenge does."""

    ADD = "add"
    SIGN_IN = "sign-in"
    SECOND_FACTOR = "second-factor"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who passkeys are for: our host and origin; a browser uses them nowhere else."""

    id: str
    origin: str

    @classmethod
    def of(cls, issuer: str) -> "RelyingParty":
        """Return the relying party that the issuer's address makes."""
        parts = urlsplit(issuer)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


@dataclass(frozen=True, slots=True)
class KnownPasskey:
    """A passkey as options name it: by its credential id, and how it is reached."""

    credential_id: bytes
    transports: tuple[str, ...]

    def descriptor(self) -> dict[str, object]:
        """Return its PublicKeyCredentialDescriptorJSON."""
        return {"type": "public-key", "id": encoded(self.credential_id), "transports": list(self.transports)}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose passkey is made, as the device will list it."""

    person_id: PersonId
    username: str
    full_name: str


def request_options(
    store: EphemeralStore,
    party: RelyingParty,
    *,
    binding: str,
    purpose: Purpose,
    allowed: Sequence[KnownPasskey] = (),
) -> str:
    """Return the options for `navigator.credentials.get` as JSON, with a fresh challenge.

    Without `allowed` the person chooses on the device, and the passkey says who they are. Beside a
    password the passkey's presence is enough; alone it must have verified its user.
    """
    options = {
        "challenge": _challenge(store, binding, purpose),
        "rpId": party.id,
        "allowCredentials": [passkey.descriptor() for passkey in allowed],
        "userVerification": "required" if purpose is Purpose.SIGN_IN else "preferred",
        "timeout": _PATIENCE,
    }
    return orjson.dumps(options).decode()


def creation_options(
    store: EphemeralStore, party: RelyingParty, owner: Owner, *, binding: str, excluded: Sequence[KnownPasskey]
) -> str:
    """Return the options for `navigator.credentials.create` as JSON, with a fresh challenge.

    The user handle is the person's identifier, which tells nobody who they are (section 14.6.1). Nothing is
    asked about the make of the device (attestation "none"): we would refuse none.
    """
    options = {
        "challenge": _challenge(store, binding, Purpose.ADD),
        "rp": {"id": party.id, "name": NAME},
        "user": {"id": encoded(owner.person_id.encode()), "name": owner.username, "displayName": owner.full_name},
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in _ALGORITHMS],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "excludeCredentials": [passkey.descriptor() for passkey in excluded],
        "attestation": "none",
        "timeout": _PATIENCE,
    }
    return orjson.dumps(options).decode()


def spend(store: EphemeralStore, challenge: bytes, *, binding: str, purpose: Purpose) -> None:
    """Take back a challenge that was answered; raise `ChallengeGone` unless it is this browser's."""
    kept = store.take(Kind.PASSKEY_CHALLENGE, digest(encoded(challenge)))
    if kept is None or not hmac.compare_digest(kept, _bound_to(binding, purpose)):
        raise ChallengeGone


def encoded(value: bytes) -> str:
    """Return bytes as base64url without padding, as all of Web Authentication's JSON has them."""
    return base64url.encode(value)


def _challenge(store: EphemeralStore, binding: str, purpose: Purpose) -> str:
    challenge = encoded(secrets.token_bytes(_CHALLENGE_BYTES))
    store.put(Kind.PASSKEY_CHALLENGE, digest(challenge), _bound_to(binding, purpose), CHALLENGE_LIFE)
    return challenge


def _bound_to(binding: str, purpose: Purpose) -> bytes:
    return digest(f"{purpose}\n{binding}").encode()
