"""What an access token was granted for, as the provider remembers it while the token lives.

Whether a token was revoked does not stand in the token (decision 7): the store that the provider and
our own resource servers share says so. It also knows the person where `sub` is pairwise, and the
context that was chosen whatever the scope lets the token say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import orjson

from core.infra.errors import ImmoError
from core.infra.store.interface import EphemeralStore, Kind
from core.proof.access_token import VerifiedAccessToken


class TokenRevoked(ImmoError):
    """The token was genuine, and counts no longer: it was revoked, or nobody knows its grant any more."""

    code = "token-revoked"


@dataclass(frozen=True, slots=True)
class Granted:
    """The person behind a token, and the context that they chose for it, if the client wants one."""

    person_id: str
    organisation_id: str | None = None
    registration_id: str | None = None


def lineage(jti: str) -> tuple[str, ...]:
    """Return what ends a token when it is revoked: its family, the tokens that it was passed on from, itself."""
    return tuple(accumulate(jti.split("."), "{}.{}".format))


def find_granted(store: EphemeralStore, token: VerifiedAccessToken) -> Granted | None:
    """Return what a genuine token was granted for; None for a client's own, which is about nobody.

    Raises `TokenRevoked`.
    """
    # A client that is kept out has nothing any more, what it got for itself included.
    ends = (token.client_id, *lineage(token.jti))
    granted, *revoked = store.get_many(((Kind.GRANT, token.family_id), *((Kind.REVOKED_FAMILY, name) for name in ends)))
    if any(entry is not None for entry in revoked):
        raise TokenRevoked(reason="revoked", client_id=token.client_id)
    if granted is not None:
        return _read(orjson.loads(granted)["subject"])
    if token.subject != token.client_id:
        raise TokenRevoked(reason="no grant", client_id=token.client_id)
    return None


def _read(subject: Mapping[str, Any]) -> Granted:
    context = subject["context"] or {}
    return Granted(subject["person_id"], context.get("organisation_id"), context.get("registration_id"))
