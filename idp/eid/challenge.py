"""What a card is asked to sign: 256 random bits, for one browser and one purpose, good once and for five minutes.

The answer does not repeat the challenge (eid.md 5.2), so it is found again by whom it was made for.
"""

import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from core.people.identifiers import PersonId
from idp.eid.problems import EidProblem, EidRefused

CHALLENGE_LIFE = timedelta(minutes=5)
_CHALLENGE_BYTES = 32


class Purpose(StrEnum):
    """What the answer to a challenge does; a proof or a step-up is a login of the session's person."""

    LOGIN = "login"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Challenge:
    """The nonce as the browser was given it (44 characters of base64), and what it was given for."""

    nonce: str
    purpose: Purpose
    person_id: PersonId | None


def issue(store: EphemeralStore, *, purpose: Purpose, binding: str, person_id: PersonId | None = None) -> Challenge:
    """Return a fresh challenge for this browser; an earlier one of the same purpose is good no more.

    `binding` is what only this browser has: the value of its cookie. A link is bound to its person too.
    """
    challenge = Challenge(b64encode(secrets.token_bytes(_CHALLENGE_BYTES)).decode(), purpose, person_id)
    store.put(Kind.EID_CHALLENGE, _key(purpose, binding, person_id), challenge.nonce.encode(), CHALLENGE_LIFE)
    return challenge


def take(store: EphemeralStore, *, purpose: Purpose, binding: str, person_id: PersonId | None = None) -> Challenge:
    """Take back the challenge before anything of its answer is looked at; raise `EidRefused` where there is none.

    Of concurrent callers one gets it, so an answer that was recorded opens nothing.
    """
    nonce = store.take(Kind.EID_CHALLENGE, _key(purpose, binding, person_id))
    if nonce is None:
        raise EidRefused(EidProblem.CHALLENGE_GONE)
    return Challenge(nonce.decode(), purpose, person_id)


def _key(purpose: Purpose, binding: str, person_id: PersonId | None) -> str:
    if purpose is Purpose.LINK and person_id is None:
        raise ValueError("a card is linked to somebody")
    return digest(f"{purpose}\n{binding}\n{person_id or ''}")
