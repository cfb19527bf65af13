"""Two tokens that the Web eID application made with public Belgian test cards of "Nora Specimen".

They and the origin stand in the tests of web-eid/web-eid-authtoken-validation-java (7039e7f), which are public; so do
the two certificates above them. Both are of before this provider, so they say whether we understand the format alike.
"""

import json
from dataclasses import dataclass
from pathlib import Path

ORIGIN = "https://47f0-46-131-86-189.ngrok-free.app"
_FOLDER = Path(__file__).parent / "web_eid_vectors"
ROOTS, ISSUERS = _FOLDER / "roots", _FOLDER / "issuers"
_NONCES = {
    "ecc": "iMeEwP2cgUINY2XoO/lqEpOUn7z/ysHRqGXkGKC4VXE=",
    "rsa": "YPVgYc7Qds0qmK/RilPLffnsIg7IIovM4BAWqGZWwiY=",
}


@dataclass(frozen=True, slots=True)
class Vector:
    """A token as the page received it, and the nonce it answers."""

    nonce: str
    token: dict[str, str]


def vector(name: str) -> Vector:
    """Return the vector of the card with applet 1.8 (`ecc`) or 1.7 (`rsa`)."""
    return Vector(_NONCES[name], json.loads((_FOLDER / f"{name}.json").read_text()))
