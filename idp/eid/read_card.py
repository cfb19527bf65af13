"""What a card said, until its holder says whether to store it: sealed, for one browser and person, taken once (E1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hmac import compare_digest
from typing import Any

import orjson

from core.infra.errors import ImmoError
from core.infra.ids import digest
from core.infra.sealing import Unreadable, seal, unseal
from core.infra.secret import Secret
from core.infra.store.interface import EphemeralStore, Kind
from core.people.facts import Address
from core.people.identifiers import PersonId
from core.people.national_number import NationalNumber
from idp.eid.holder import CardDocument, Holder, RevocationSource, VerifiedCard
from idp.eid.linking import CardSource

READ_LIFE = timedelta(minutes=10)
_SEALED_FOR = "identity card that was read"


class OtherCardWaits(ImmoError):
    """What was confirmed is not the card that was read last: its holder has not seen that one."""

    code = "other-card-waits"


@dataclass(frozen=True, slots=True)
class ReadCard:
    """A card that was verified for this person, through which program, and when."""

    card: VerifiedCard
    source: CardSource
    read_at: datetime


@dataclass(frozen=True, slots=True)
class ReadCards:
    """The cards read in one browser (`binding`) for one person: at most one, the latest."""

    store: EphemeralStore
    secret: Secret
    binding: str
    person_id: PersonId

    def keep(self, read: ReadCard) -> None:
        """Keep what a card said, in place of an earlier one."""
        text = orjson.dumps(read, default=plain).decode()
        sealed = seal(self.secret, text, purpose=_SEALED_FOR)
        self.store.put(Kind.EID_READ, self._key, sealed.encode(), READ_LIFE)

    def find(self) -> ReadCard | None:
        """Return the card that waits; None where there is none any more."""
        return self._open(self.store.get(Kind.EID_READ, self._key))

    def mark(self) -> str | None:
        """Return what tells the card that waits from any other, and nothing of it; None where none waits."""
        sealed = self.store.get(Kind.EID_READ, self._key)
        return None if sealed is None else digest(sealed.decode())

    def take(self) -> ReadCard | None:
        """Return the card that waits and keep it no longer; of concurrent callers one gets it."""
        return self._open(self.store.take(Kind.EID_READ, self._key))

    def take_shown(self, mark: str) -> ReadCard | None:
        """Return the card that was shown with this mark, as `take` does.

        Raises `OtherCardWaits` where another one was read since, in another window: that one goes on waiting.
        """
        waiting = self.mark()
        if waiting is not None and not compare_digest(waiting.encode(), mark.encode()):
            raise OtherCardWaits
        sealed = self.store.take(Kind.EID_READ, self._key)
        is_shown = sealed is not None and digest(sealed.decode()) == waiting
        return self._open(sealed) if is_shown else None

    @property
    def _key(self) -> str:
        return digest(f"{self.person_id}\n{self.binding}")

    def _open(self, sealed: bytes | None) -> ReadCard | None:
        if sealed is None:
            return None
        try:
            members = orjson.loads(unseal(self.secret, sealed.decode(), purpose=_SEALED_FOR))
        except Unreadable:
            return None
        card = members["card"]
        document = card["document"]
        verified = VerifiedCard(holder_from(card["holder"]), None if document is None else _document(document))
        return ReadCard(verified, CardSource(members["source"]), datetime.fromisoformat(members["read_at"]))


def plain(value: object) -> str:
    """Return a number in the clear, for JSON that is sealed before it is kept."""
    assert isinstance(value, NationalNumber)
    return value.reveal()


def holder_from(members: Mapping[str, Any]) -> Holder:
    """Return the holder whose JSON was written with `plain`."""
    return Holder(
        **{
            **members,
            "number": NationalNumber(members["number"]),
            "valid_until": datetime.fromisoformat(members["valid_until"]),
            "policies": tuple(members["policies"]),
            "revocation": RevocationSource(members["revocation"]),
            "good_as_of": datetime.fromisoformat(members["good_as_of"]),
        }
    )


def _document(members: Mapping[str, Any]) -> CardDocument:
    birthdate, address = members["birthdate"], members["address"]
    return CardDocument(
        **{
            **members,
            "number": NationalNumber(members["number"]),
            "birthdate": None if birthdate is None else date.fromisoformat(birthdate),
            "valid_from": date.fromisoformat(members["valid_from"]),
            "valid_until": date.fromisoformat(members["valid_until"]),
            "address": None if address is None else Address(**address),
        }
    )
